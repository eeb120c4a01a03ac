/**
 * The loader as a whole: brings the database up to date, makes sure that it belongs to this log and
 * to these positions, settles what an earlier run left open, then loads every partition of every
 * topic side by side until it is stopped. A replay empties the tables and begins anew.
 */
import { setMaxListeners } from 'node:events';
import { eventsCollected, ledgerErasures, type TextHash } from '@rosi/events';
import type { LogReader } from '@rosi/streams';
import type { Warehouse } from '@rosi/warehouse';
import { type LoadedTopic, loadedTopics } from './batch.js';
import { type LoadedPlace, runErasureLoader } from './erasure-loader.js';
import { Lens, NewGeneration } from './lens.js';
import { defaultLimits, type LoaderLimits, type LoaderLogger } from './loader-options.js';
import { createPartitionLoader, type PartitionLoader } from './partition-loader.js';
import { pause } from './pause.js';
import {
  askedReplay,
  askReplay,
  type CheckpointStore,
  readCheckpoint,
  renewLife,
  writeCheckpoint,
} from './progress.js';
import type { SumsTimezone } from './settle-batch.js';
import { makeTurn, type Turn } from './turns.js';

export interface LoaderOptions {
  /** Of `events.collected`. */
  readonly events: LogReader;
  /** Of the ledger topics. */
  readonly ledger: LogReader;
  readonly warehouse: Warehouse;
  readonly checkpoints: CheckpointStore;
  readonly timezone: string;
  /** Under the suppression key. */
  readonly hash: TextHash;
  readonly limits?: Partial<LoaderLimits>;
  readonly logger: LoaderLogger;
  /** A batch went in, views included, in so many milliseconds. */
  readonly onInserted?: (ms: number) => void;
  /** A fault that retrying can't mend; the loader has stopped. */
  readonly onFault: (error: Error) => void;
}

export interface Loader {
  /** Loads what is in the log (for a limited time), then ends. */
  stop(): Promise<void>;
}

/** A topic's partition to load. */
interface Place {
  readonly reader: LogReader;
  readonly loaded: LoadedTopic;
  readonly partition: number;
}

/** Loading one generation. */
interface Round {
  readonly options: LoaderOptions;
  readonly limits: LoaderLimits;
  readonly lens: Lens;
  /** The suppression list is whole: events may be loaded. */
  isListWhole: boolean;
  readonly places: readonly Place[];
  readonly loaders: readonly PartitionLoader[];
  readonly turns: ReadonlyMap<string, Turn>;
  /** Aborted by `stop`, or when one of the loaders has ended. */
  readonly stopping: AbortController;
}

/** Resolves once the database is ready and loading has begun. */
export async function startLoader(options: LoaderOptions): Promise<Loader> {
  const stopping = new AbortController();
  const first = await beginRound(options, stopping.signal, fromBegin);
  const running = runRounds(options, first, stopping.signal).catch((error: unknown) =>
    options.onFault(error instanceof Error ? error : new Error(String(error))),
  );
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function runRounds(
  options: LoaderOptions,
  first: Round,
  stopping: AbortSignal,
): Promise<void> {
  for (let round = first; ; round = await beginRound(options, stopping, keptPosition)) {
    const generation = await runRound(round);
    if (generation === null) return;
    options.logger.info({ generation }, 'a replay begins: the tables are filled anew');
    await askReplay(options.checkpoints, generation);
    if (stopping.aborted) return;
  }
}

async function beginRound(
  options: LoaderOptions,
  stopped: AbortSignal,
  replayFrom: ReplayFrom,
): Promise<Round> {
  const { warehouse, checkpoints, timezone, logger } = options;
  const begins = askedReplay(checkpoints);
  const generation = begins ?? (await warehouse.generation());
  const round = await makeRound(options, generation, begins === null ? null : replayFrom, stopped);
  const { applied, rebuilt } = await warehouse.migrate({
    timezone,
    logUuid: `${options.events.uuid}/${options.ledger.uuid}`,
    loadedBefore: hasLoaded(checkpoints, round.places),
    beforeRebuild: () => settleBeforeRebuild(round, generation),
    ...(begins === null ? {} : { begins }),
  });
  if (begins !== null) await askReplay(checkpoints, null);
  round.isListWhole = await round.lens.read(warehouse, generation);
  await checkAll(round.loaders, timezone);
  logger.info({ applied, rebuilt, generation }, 'the database is up to date');
  return round;
}

/** Until all have stopped; answers the generation that is to be begun, or null. */
async function runRound(round: Round): Promise<number | null> {
  const { stopping, places, loaders, options } = round;
  let next: number | null = null;
  let fault: unknown;
  const ending = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      if (error instanceof NewGeneration) next = Math.max(next ?? 0, error.generation);
      else fault ??= error;
      stopping.abort();
    });
  const running = loaders.map((loader, index) => {
    const isOfEvents = places[index]?.loaded.topic === eventsCollected.name;
    return ending(isOfEvents ? runOnceListIsWhole(round, loader) : loader.run());
  });
  const erasures = Array.from(
    { length: options.ledger.partitions(ledgerErasures.name) },
    (_, partition) => ending(runErasureLoader({ ...erasureOptions(round), partition })),
  );
  await Promise.all([...running, ...erasures]);
  if (fault !== undefined) throw fault;
  return next;
}

/** After a replay events wait until the tables know again who was erased. */
async function runOnceListIsWhole(round: Round, loader: PartitionLoader): Promise<void> {
  const { lens, options, limits, stopping } = round;
  while (!round.isListWhole) {
    if (stopping.signal.aborted) return;
    await pause(limits.pollMs, stopping.signal);
    round.isListWhole = await lens.read(options.warehouse, lens.generation);
  }
  await loader.run();
}

function erasureOptions({ options, limits, lens, places, turns, stopping }: Round) {
  const { ledger, warehouse, checkpoints, logger } = options;
  const others: LoadedPlace[] = places.map(({ reader, loaded, partition }) => ({
    reader,
    topic: loaded.topic,
    partition,
  }));
  const parts = { warehouse, checkpoints, lens, limits, logger, turns: [...turns.values()] };
  return { ...parts, reader: ledger, others, stopping: stopping.signal };
}

async function makeRound(
  options: LoaderOptions,
  generation: number,
  replayFrom: ReplayFrom | null,
  stopped: AbortSignal,
): Promise<Round> {
  const { events, ledger, checkpoints, hash } = options;
  const lens = new Lens(hash);
  const topics = loadedTopics(lens);
  const places = [...placesOf(events, [topics.events]), ...placesOf(ledger, topics.ledger)];
  if (replayFrom !== null) await beginPositions(checkpoints, places, replayFrom);
  const turns = new Map(places.map(({ loaded }) => [loaded.table, makeTurn()]));
  const limits = { ...defaultLimits, ...options.limits };
  const stopping = new AbortController();
  // Every partition's loader listens while it waits.
  setMaxListeners(0, stopping.signal);
  stopped.addEventListener('abort', () => stopping.abort(), { once: true });
  if (stopped.aborted) stopping.abort();
  const loaders = await Promise.all(
    places.map((place) =>
      createPartitionLoader({
        ...place,
        generation,
        warehouse: options.warehouse,
        checkpoints,
        limits,
        logger: options.logger,
        onInserted: options.onInserted ?? (() => undefined),
        turn: turns.get(place.loaded.table)!,
        timezone: options.timezone,
        stopping: stopping.signal,
      }),
    ),
  );
  return { options, limits, lens, isListWhole: false, places, loaders, turns, stopping };
}

/** Where in the log a replay begins to load a partition. */
type ReplayFrom = (checkpoints: CheckpointStore, place: Place) => number;

/** These may be positions in another log: the tables were lost, or the log was. */
const fromBegin: ReplayFrom = () => 0;

/**
 * This loader has loaded the very log up to here and stopped before the first record of the new
 * generation: what is before that is of older ones, and reading it again would give no row. Events
 * are of no generation.
 */
const keptPosition: ReplayFrom = (checkpoints, { loaded, partition }) =>
  loaded.topic === eventsCollected.name
    ? 0
    : (readCheckpoint(checkpoints, loaded.topic, partition)?.position ?? 0);

/** Under tokens that were never used. */
async function beginPositions(
  checkpoints: CheckpointStore,
  places: readonly Place[],
  replayFrom: ReplayFrom,
): Promise<void> {
  for (const place of places) {
    const checkpoint = { position: replayFrom(checkpoints, place), open: null };
    await writeCheckpoint(checkpoints, place.loaded.topic, place.partition, checkpoint);
  }
  await renewLife(checkpoints);
}

function hasLoaded(checkpoints: CheckpointStore, places: readonly Place[]): boolean {
  return places.some(
    ({ loaded, partition }) =>
      (readCheckpoint(checkpoints, loaded.topic, partition)?.position ?? 0) > 0,
  );
}

/** One after the other, and all before the first loads: each may hold tables against the log. */
async function checkAll(
  loaders: readonly PartitionLoader[],
  timezone: SumsTimezone,
): Promise<void> {
  for (const loader of loaders) await loader.check(timezone);
}

/**
 * The sums are left alone: they are made anew from what is settled here. What is settled is read
 * through the lens, so the lens comes first.
 */
async function settleBeforeRebuild(round: Round, generation: number): Promise<void> {
  const { options, lens, loaders } = round;
  round.isListWhole = await lens.read(options.warehouse, generation);
  await checkAll(loaders, null);
  for (const loader of loaders) await loader.settleOpen(null);
}

function placesOf(reader: LogReader, topics: readonly LoadedTopic[]): Place[] {
  return topics.flatMap((loaded) =>
    Array.from({ length: reader.partitions(loaded.topic) }, (_, partition) => ({
      reader,
      loaded,
      partition,
    })),
  );
}
