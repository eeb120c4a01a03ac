/** Raw events through the collector's normalisation, as the log holds them. */
import { createHmac } from 'node:crypto';
import { type CollectedEvent, normalise } from '@rosi/events';
import type { OracleEvent, OracleSettings } from '../oracle/index.js';

/** The event as accepted, or null. `index` names one without an id of its own. */
export function collectOne(
  event: OracleEvent,
  settings: OracleSettings,
  index: number,
): CollectedEvent | null {
  const result = normalise(event.body, {
    workspace: 'default',
    receivedAt: event.receivedAt,
    source: event.keyKind === 'write' ? 'pixel' : 'server',
    keyKind: event.keyKind,
    ownDomains: settings.ownDomains,
    requestUserAgent: event.userAgent ?? '',
    secGpc: event.secGpc ?? false,
    prefetch: false,
    hash: (text: string) => createHmac('sha256', settings.hashKey).update(text).digest('hex'),
    makeEventId: () => `made:${index}`,
  });
  return result.ok ? result.event : null;
}
