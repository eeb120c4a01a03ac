/** What the edge is given to keep order: keys that change while it runs, the audit, limits, proxies. */
import {
  type CollectorOptions,
  defaultLimits,
  type LiveKeys,
  openKeys,
  type RateLimit,
} from '@rosi/collector';
import type { DashboardOptions } from '@rosi/dashboard';
import type { Logger } from '@rosi/service-kit';
import { keyFile } from './access-keys.js';
import { auditFile } from './audit-file.js';
import type { StartConfig } from './config.js';
import type { FoundKeys } from './keys.js';

export function openLiveKeys(config: StartConfig, { keys }: FoundKeys, logger: Logger): LiveKeys {
  return openKeys(keys, keyFile(config.dataDir, config.accessKeysFile), logger);
}

type EdgeOptions = Pick<CollectorOptions, 'liveKeys' | 'audit' | 'trustedProxies' | 'limits'>;

export function edgeOptions(config: StartConfig, liveKeys: LiveKeys): EdgeOptions {
  return {
    liveKeys,
    audit: auditFile(config.dataDir),
    trustedProxies: config.trustedProxies,
    limits: { ...defaultLimits, addressRate: rateOf(config.addressRate) },
  };
}

/** A second's worth at once: a page sends what has gathered; a flood is soon over. */
const rateOf = (eventsPerSecond: number): RateLimit => ({
  eventsPerSecond,
  burst: eventsPerSecond,
});

/** Any secret key that is good opens the page, and its sessions end with it. */
export function secretKeysOf({ ring }: LiveKeys): NonNullable<DashboardOptions['keys']> {
  return {
    idOf(text) {
      const key = ring.find(text);
      return key?.kind === 'secret' ? key.id : null;
    },
    isGood: (id) =>
      ring.all().some((key) => key.id === id && key.kind === 'secret' && key.revokedAt === null),
  };
}
