/**
 * `rosi start`: the composition root of a process, of all parts or of some. Parts start in order, each only once
 * the one before is up, and stop in reverse; a part that fails stops the others and ends the
 * process with exit code 1. What was accepted is on disk before it is answered, so a stop at any
 * moment loses nothing and the next start goes on where this one ended.
 */
import { armFailpoint, createLogger, startInOrder } from '@rosi/service-kit';
import type { Terminal } from '../terminal/terminal.js';
import { bannerText, madeKeysText, partsBannerText, shortKeyText } from './banner.js';
import type { StartConfig } from './config.js';
import type { KeyName } from './keys.js';
import { isWhole } from './part-names.js';
import { createParts } from './parts.js';

export interface StartOptions {
  readonly config: StartConfig;
  readonly version: string;
  readonly terminal: Terminal;
  /** Aborted by the first signal: stop in order. */
  readonly signal: AbortSignal;
}

/** Runs until the signal; answers the exit code. Throws when a part does not start or stop. */
export async function runStart({
  config,
  version,
  terminal,
  signal,
}: StartOptions): Promise<0 | 1> {
  const logger = createLogger({ name: 'rosi', level: config.logLevel });
  armFailpoint(config.failpoint);
  // The data folder may have been there before and be open to others (a volume, `mkdir`): whatever this
  // process and its ClickHouse make in it is not. A default ACL of the folder wins over this.
  process.umask(0o077);
  const faults = createFaults();
  terminal.err(shortKeyText(config.secretKey));
  const { parts, running, keys } = await createParts(config, logger, faults.report);
  const started = await startInOrder(parts, { signal }).catch((thrown) => {
    // The next start takes them for old ones, and shows them no more.
    terminal.out(madeKeysText(keys()));
    if (signal.aborted && thrown === signal.reason) return null;
    throw thrown;
  });
  if (started === null) return 0;
  const { httpUrl, clickhouseUrl, found } = running();
  const facts = {
    version,
    httpUrl,
    clickhouseUrl: clickhouseUrl === null ? null : withoutCredentials(clickhouseUrl),
    dataDir: config.dataDir,
    kafka: config.kafka,
  };
  terminal.out(
    isWhole(config.parts)
      ? bannerText({
          ...facts,
          clickhouseEmbedded: config.clickhouseUrl === null,
          found,
          stated: statedKeys(config),
        })
      : partsBannerText({ ...facts, parts: config.parts }),
  );
  const fault = await Promise.race([faults.first, aborted(signal)]);
  if (fault === null) {
    logger.info('stopping');
    await started.stop();
    return 0;
  }
  const exitCode = terminal.failure(fault);
  // The fault has been told; what a broken part says on its way out adds nothing to it.
  await started.stop().catch((error) => logger.error({ err: error }, 'a part did not stop'));
  return exitCode === 2 ? 1 : exitCode;
}

function createFaults() {
  let report: (error: Error) => void = () => undefined;
  const first = new Promise<Error>((resolve) => {
    report = resolve;
  });
  return { first, report: (error: Error) => report(error) };
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

function statedKeys(config: StartConfig): ReadonlySet<KeyName> {
  const names: KeyName[] = ['secretKey', 'writeKey', 'hashKey'];
  return new Set(names.filter((name) => config[name] !== null));
}

export function withoutCredentials(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href.replace(/\/$/, '');
}
