/**
 * The loader on a worker thread: opens the log, the state, its own positions and ClickHouse, in
 * this order, and closes them in reverse.
 */
import { join } from 'node:path';
import { type Logger, RosiError, serveWorker, suppressionHash } from '@rosi/service-kit';
import { openCheckpoints } from '@rosi/streams-embedded';
import type { KafkaCluster } from '@rosi/streams-kafka';
import { connectWarehouse } from '@rosi/warehouse';
import { eventually } from './eventually.js';
import { startLoader } from './loader.js';
import type { Logs } from './logs.js';
import { openEmbeddedLogs } from './logs-embedded.js';
import { positionsIn } from './progress.js';

export interface WarehouseLoaderOptions {
  /** `$ROSI_DATA_DIR` */
  readonly dataDir: string;
  /** Null: the embedded log. */
  readonly kafka: KafkaCluster | null;
  readonly clickhouseUrl: string;
  /** IANA name, for `day`. */
  readonly timezone: string;
  /** Of the suppression list. */
  readonly suppressionKey: string;
  readonly logLevel: string;
}

const isAway = (error: unknown) => error instanceof RosiError && error.retryable;

serveWorker<WarehouseLoaderOptions>(async (options, logger, fault, observe) => {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(resource: T) => {
    opened.push(resource);
    return resource;
  };
  const closeAll = async () => {
    for (const resource of opened.reverse()) await resource.close();
  };
  try {
    const { dataDir, clickhouseUrl: url, timezone } = options;
    const logs = await openLogs(options, logger);
    opened.push(...logs.opened);
    const checkpoints = keep(await openCheckpoints({ dir: join(dataDir, 'loader') }));
    const warehouse = keep(await eventually(() => connectWarehouse({ url }), isAway));
    const parts = { events: logs.events, ledger: logs.ledger, checkpoints, warehouse };
    const loader = await startLoader({
      ...parts,
      timezone,
      hash: suppressionHash(options.suppressionKey),
      logger,
      onInserted: (ms) => observe('loader_insert_duration_seconds', ms / 1_000),
      onFault: fault,
    });
    const teller = await logs.tell?.(() => positionsIn(checkpoints));
    return {
      async stop() {
        await loader.stop();
        await teller?.close();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
});

async function openLogs({ dataDir, kafka }: WarehouseLoaderOptions, logger: Logger): Promise<Logs> {
  if (kafka === null) return openEmbeddedLogs(dataDir);
  // Loaded here: without Kafka nobody pays for its client.
  const { openKafkaLogs } = await import('./logs-kafka.js');
  return openKafkaLogs(kafka, logger);
}
