/**
 * All connectors of a workspace, running: each by itself, so that one whose provider is away holds
 * up no other. What waiting can't mend (configuration, data folder, collector) ends the product.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';
import { type Logger, RosiError } from '@rosi/service-kit';
import { bind, type ConnectorEntry } from './configuration.js';
import { type BackoffLimits, defaultBackoff } from './frame/backoff.js';
import type { ConnectorIo } from './frame/connector.js';
import { CursorFile } from './frame/cursor-file.js';
import { createHttp } from './frame/http.js';
import { KeyMemory } from './frame/key-memory.js';
import { runConnector } from './frame/run-connector.js';
import { deliver } from './frame/sender.js';

export interface ConnectorsOptions {
  readonly connectors: readonly ConnectorEntry[];
  /** `$ROSI_DATA_DIR/connectors`: cursors. */
  readonly dir: string;
  /** Of the collector. */
  readonly url: string;
  readonly secretKey: string;
  readonly logger: Logger;
  readonly backoff?: BackoffLimits;
  /** Told of each measure, under `<connector id>/<measure>`. */
  observe(name: string, value: number): void;
  fault(error: Error): void;
}

const requestMsMax = 30_000;

export function startConnectors(options: ConnectorsOptions): { stop(): Promise<void> } {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const stop = new AbortController();
  const running = options.connectors.map((entry) =>
    runEntry(entry, options, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      options.fault(error instanceof Error ? error : new Error(String(error)));
    }),
  );
  return {
    async stop() {
      stop.abort(new Error('stopped'));
      await Promise.all(running);
    },
  };
}

async function runEntry(
  entry: ConnectorEntry,
  options: ConnectorsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { id, source } = entry;
  const { url, secretKey, dir } = options;
  const connector = bind(entry);
  if ('problems' in connector) {
    throw new RosiError('ROSI_CONFIG_INVALID', `connector ${id}: ${connector.problems.join('; ')}`);
  }
  const logger = options.logger.child({ connector: id });
  const tell = (measure: string, value: number) => options.observe(`${id}/${measure}`, value);
  const time = {
    now: () => Date.now(),
    wait: async (ms: number) => {
      await timer(ms, undefined, { signal });
    },
  };
  const io: ConnectorIo = {
    ...time,
    http: createHttp({
      ...time,
      signal,
      timeoutMs: requestMsMax,
      limited: () => tell('failed.limited', 1),
    }),
    memory: new KeyMemory(join(dir, `${id}.keys`)),
    logger,
    signal,
    count: (what) => tell(what, 1),
  };
  await runConnector({
    connector,
    io,
    cursor: new CursorFile(join(dir, `${id}.json`), source),
    report: {
      accepted: (events) => tell('accepted', events),
      rejected: (events) => tell('rejected', events),
      ignored: (reason, messages) => tell(`ignored.${reason}`, messages),
      failed: (kind) => tell(`failed.${kind}`, 1),
      connected: (isConnected) => tell('connected', isConnected ? 1 : 0),
    },
    logger,
    backoff: options.backoff ?? defaultBackoff,
    deliver: (events) => deliver(events, { url, secretKey, source, logger, signal, ...time }),
    random: Math.random,
  });
}
