/**
 * The loader on a worker thread: opens the log, the state, its own positions and ClickHouse, in
 * this order, and closes them in reverse.
 */
import { join } from 'node:path';
import { RosiError, serveWorker, suppressionHash } from '@rosi/service-kit';
import { openCheckpoints, openEventLog, openState } from '@rosi/streams-embedded';
import { connectWarehouse } from '@rosi/warehouse';
import { startLoader } from './loader.js';

export interface WarehouseLoaderOptions {
  /** `$ROSI_DATA_DIR` */
  readonly dataDir: string;
  readonly clickhouseUrl: string;
  /** IANA name, for `day`. */
  readonly timezone: string;
  /** Of the suppression list. */
  readonly suppressionKey: string;
  readonly logLevel: string;
}

/** The collector and the stitcher make their folders as they start; ClickHouse may come up late. */
const WAIT_MS = 30_000;
const WAIT_STEP_MS = 100;

async function eventually<T>(open: () => Promise<T>, mayCome: (error: unknown) => boolean) {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!mayCome(error) || Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, WAIT_STEP_MS));
    }
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ROSI_LOG_MISSING' || error.code === 'ROSI_STATE_MISSING');
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
    const eventsDir = join(dataDir, 'events');
    const openLog = () => openEventLog({ dir: eventsDir, readOnly: true });
    const events = keep(await eventually(openLog, isMissing));
    const openLedger = () => openState({ dir: join(dataDir, 'state') });
    const ledger = keep(await eventually(openLedger, isMissing));
    const checkpoints = keep(await openCheckpoints({ dir: join(dataDir, 'loader') }));
    const warehouse = keep(await eventually(() => connectWarehouse({ url }), isAway));
    const parts = { events, ledger, checkpoints, warehouse };
    const loader = await startLoader({
      ...parts,
      timezone,
      hash: suppressionHash(options.suppressionKey),
      logger,
      onInserted: (ms) => observe('loader_insert_duration_seconds', ms / 1_000),
      onFault: fault,
    });
    return {
      async stop() {
        await loader.stop();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
});
