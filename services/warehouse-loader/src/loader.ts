/**
 * The loader as a whole: brings the database up to date, makes sure that it belongs to this log and
 * to these positions, settles what an earlier run left open, then loads every partition of every topic side by side until it is stopped.
 */
import type { TopicReader } from '@rosi/streams';
import type { Warehouse } from '@rosi/warehouse';
import { eventTopic, type LoadedTopic, ledgerTopics } from './batch.js';
import { defaultLimits, type LoaderLimits, type LoaderLogger } from './loader-options.js';
import { createPartitionLoader, type PartitionLoader } from './partition-loader.js';
import { type CheckpointStore, readCheckpoint } from './progress.js';
import type { SumsTimezone } from './settle-batch.js';
import { makeTurn } from './turns.js';

export interface LoaderOptions {
  /** Of `events.collected`. */
  readonly events: TopicReader;
  /** Of the ledger topics. */
  readonly ledger: TopicReader;
  readonly warehouse: Warehouse;
  readonly checkpoints: CheckpointStore;
  readonly timezone: string;
  readonly limits?: Partial<LoaderLimits>;
  readonly logger: LoaderLogger;
  /** A fault that retrying can't mend; the loader has stopped. */
  readonly onFault: (error: Error) => void;
}

export interface Loader {
  /** Loads what is in the log (for a limited time), then ends. */
  stop(): Promise<void>;
}

/** A topic's partition to load. */
interface Place {
  readonly reader: TopicReader;
  readonly loaded: LoadedTopic;
  readonly partition: number;
}

/** Resolves once the database is ready and loading has begun. */
export async function startLoader(options: LoaderOptions): Promise<Loader> {
  const { warehouse, checkpoints, events, ledger, logger } = options;
  const stopping = new AbortController();
  const places = [...placesOf(events, [eventTopic]), ...placesOf(ledger, ledgerTopics)];
  const loadedBefore = places.some(
    ({ loaded, partition }) =>
      (readCheckpoint(checkpoints, loaded.topic, partition)?.position ?? 0) > 0,
  );
  const turns = new Map(places.map(({ loaded }) => [loaded.table, makeTurn()]));
  const limits = { ...defaultLimits, ...options.limits };
  const loaders = await Promise.all(
    places.map((place) =>
      createPartitionLoader({
        ...place,
        warehouse,
        checkpoints,
        limits,
        logger,
        turn: turns.get(place.loaded.table)!,
        timezone: options.timezone,
        stopping: stopping.signal,
      }),
    ),
  );
  const { applied, rebuilt } = await warehouse.migrate({
    timezone: options.timezone,
    logUuid: `${events.uuid}/${ledger.uuid}`,
    loadedBefore,
    beforeRebuild: () => settleBeforeRebuild(loaders),
  });
  await checkAll(loaders, options.timezone);
  logger.info({ applied, rebuilt }, 'the database is up to date');
  const running = Promise.all(
    loaders.map((loader) =>
      loader.run().catch((error: unknown) => {
        stopping.abort();
        options.onFault(error instanceof Error ? error : new Error(String(error)));
      }),
    ),
  );
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** One after the other, and all before the first loads: each may hold tables against the log. */
async function checkAll(
  loaders: readonly PartitionLoader[],
  timezone: SumsTimezone,
): Promise<void> {
  for (const loader of loaders) await loader.check(timezone);
}

/** The sums are left alone: they are made anew from what is settled here. */
async function settleBeforeRebuild(loaders: readonly PartitionLoader[]): Promise<void> {
  await checkAll(loaders, null);
  for (const loader of loaders) await loader.settleOpen(null);
}

function placesOf(reader: TopicReader, topics: readonly LoadedTopic[]): Place[] {
  return topics.flatMap((loaded) =>
    Array.from({ length: reader.partitions(loaded.topic) }, (_, partition) => ({
      reader,
      loaded,
      partition,
    })),
  );
}
