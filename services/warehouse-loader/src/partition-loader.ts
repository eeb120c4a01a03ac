/**
 * Loads one partition of one topic: fix the next batch durably, insert it as one block under a
 * token, commit its end durably.
 *
 * Guarantees: batches are retried with the bounds they were fixed with, until they are in; no
 * record is skipped; a failure only ever delays. One loader per partition runs at a time.
 */
import type { LogRecord, TopicReader } from '@rosi/streams';
import type { Warehouse } from '@rosi/warehouse';
import { type BatchBounds, insertToken, type LoadedTopic } from './batch.js';
import {
  type Checkpoint,
  type CheckpointStore,
  readCheckpoint,
  writeCheckpoint,
} from './progress.js';
import { planOpenBatch } from './reconcile.js';

export interface LoaderLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LoaderLimits {
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** How soon a record is seen while nothing else happens. */
  readonly pollMs: number;
  /** Small batches wait so long after the last insert, so that ClickHouse's merges keep up. */
  readonly insertIntervalMs: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  /** How long `stop` goes on loading what is already in the log. */
  readonly drainMs: number;
}

export const defaultLimits: LoaderLimits = {
  batchRecordsMax: 20_000,
  batchBytesMax: 8 * 1024 * 1024,
  pollMs: 20,
  insertIntervalMs: 200,
  backoffMsMin: 100,
  backoffMsMax: 5_000,
  drainMs: 10_000,
};

export interface PartitionLoaderOptions {
  readonly reader: TopicReader;
  readonly loaded: LoadedTopic;
  readonly partition: number;
  readonly warehouse: Warehouse;
  readonly checkpoints: CheckpointStore;
  readonly limits: LoaderLimits;
  readonly logger: LoaderLogger;
  /** Aborted by `stop`: what is in the log is still loaded, failures are no longer retried. */
  readonly stopping: AbortSignal;
}

export interface PartitionLoader {
  /** Settles a batch that an earlier run left open; does nothing when there is none. */
  settleOpen(): Promise<void>;
  /** Loads until stopped. */
  run(): Promise<void>;
}

export async function createPartitionLoader(
  options: PartitionLoaderOptions,
): Promise<PartitionLoader> {
  const { checkpoints, loaded, partition, limits, stopping } = options;
  const stored = readCheckpoint(checkpoints, loaded.topic, partition);
  let checkpoint: Checkpoint = stored ?? { position: 0, open: null };
  const save = async (next: Checkpoint) => {
    await writeCheckpoint(checkpoints, loaded.topic, partition, next);
    checkpoint = next;
  };
  if (stored === undefined) await save(checkpoint);

  const settleOpen = async () => {
    if (checkpoint.open === null) return;
    const settled = await settle(options, checkpoint, save);
    if (settled) await save({ position: checkpoint.open.to, open: null });
  };

  return {
    settleOpen,
    async run() {
      await settleOpen();
      let drainUntil = Number.POSITIVE_INFINITY;
      let insertedAt = Number.NEGATIVE_INFINITY;
      while (Date.now() < drainUntil) {
        if (stopping.aborted) drainUntil = Math.min(drainUntil, Date.now() + limits.drainMs);
        const records = readNext(options, checkpoint.position);
        const full = records.length >= limits.batchRecordsMax;
        const early = insertedAt + limits.insertIntervalMs - Date.now();
        if (records.length === 0 || (!full && early > 0 && !stopping.aborted)) {
          if (stopping.aborted) return;
          await pause(records.length === 0 ? limits.pollMs : early, stopping);
          continue;
        }
        insertedAt = Date.now();
        const bounds = { ...boundsOf(records), attempt: 1 };
        await save({ position: checkpoint.position, open: bounds });
        const done = await insertFirst(options, bounds, records, checkpoint, save);
        if (!done) return;
        await save({ position: bounds.to, open: null });
      }
    },
  };
}

function boundsOf(records: readonly LogRecord[]): { from: number; to: number } {
  return { from: records[0]!.offset, to: records.at(-1)!.offset + 1 };
}

/** The next batch; a gap means that retention went past us, which must not happen unseen. */
function readNext(options: PartitionLoaderOptions, position: number): LogRecord[] {
  const { reader, loaded, partition, limits, logger } = options;
  const first = reader.firstOffset(loaded.topic, partition);
  const from = Math.max(position, first);
  const records = reader.read(loaded.topic, partition, from, {
    recordsMax: limits.batchRecordsMax,
    bytesMax: limits.batchBytesMax,
  });
  if (records.length > 0 && position > 0 && first > position) {
    const fields = { topic: loaded.topic, partition, position, first };
    logger.error(fields, 'the log was cut before it was loaded: records are missing in ClickHouse');
  }
  return records;
}

async function insert(
  { reader, loaded, partition, warehouse }: PartitionLoaderOptions,
  bounds: BatchBounds,
  records: readonly LogRecord[],
): Promise<void> {
  const token = insertToken(reader.uuid, { topic: loaded.topic, partition }, bounds);
  await warehouse.insertBatch(loaded.table, loaded.rows(partition, records), token);
}

/** The usual way; false when it failed and the loader is stopping. */
async function insertFirst(
  options: PartitionLoaderOptions,
  bounds: BatchBounds,
  records: readonly LogRecord[],
  checkpoint: Checkpoint,
  save: (next: Checkpoint) => Promise<void>,
): Promise<boolean> {
  try {
    await insert(options, bounds, records);
    return true;
  } catch (error) {
    warn(options, bounds, error, options.limits.backoffMsMin);
    await pause(options.limits.backoffMsMin, options.stopping);
    return settle(options, { ...checkpoint, open: bounds }, save);
  }
}

/** Brings an open batch in; false when the loader is stopping before it is. */
async function settle(
  options: PartitionLoaderOptions,
  checkpoint: Checkpoint,
  save: (next: Checkpoint) => Promise<void>,
): Promise<boolean> {
  const { loaded, partition, limits, warehouse, stopping } = options;
  let bounds = checkpoint.open!;
  let backoffMs = limits.backoffMsMin;
  for (;;) {
    try {
      const plan = await planOpenBatch(warehouse, loaded, partition, bounds);
      if (plan === 'newAttempt') {
        bounds = { ...bounds, attempt: bounds.attempt + 1 };
        await save({ ...checkpoint, open: bounds });
      }
      await insert(options, bounds, readAgain(options, bounds));
      return true;
    } catch (error) {
      if (stopping.aborted) return false;
      warn(options, bounds, error, backoffMs);
      await pause(backoffMs, stopping);
      backoffMs = Math.min(backoffMs * 2, limits.backoffMsMax);
    }
  }
}

/** The very records of a fixed batch, however many reads it takes. */
function readAgain(options: PartitionLoaderOptions, { from, to }: BatchBounds): LogRecord[] {
  const { reader, loaded, partition } = options;
  const records: LogRecord[] = [];
  for (let at = from; at < to; at = records.at(-1)!.offset + 1) {
    const limits = { recordsMax: to - at, bytesMax: Number.MAX_SAFE_INTEGER };
    const more = reader.read(loaded.topic, partition, at, limits);
    if (more.length === 0 || more[0]!.offset !== at) {
      throw new Error(
        `records ${at} to ${to} of ${loaded.topic}/${partition} are gone from the log`,
      );
    }
    records.push(...more.filter(({ offset }) => offset < to));
  }
  return records;
}

function warn(
  { logger, loaded, partition }: PartitionLoaderOptions,
  { from, to, attempt }: BatchBounds,
  error: unknown,
  backoffMs: number,
): void {
  logger.warn(
    {
      topic: loaded.topic,
      partition,
      from,
      to,
      attempt,
      backoffMs,
      // A message of ClickHouse may quote the row that it refused: its code tells enough.
      code: errorCode(error),
    },
    'ClickHouse did not take a batch; it is tried again (docs/operations.md, "Loader")',
  );
}

function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    if ('code' in error && error.code !== undefined) return String(error.code);
    if (error instanceof Error) return error.name;
  }
  return 'unknown';
}

/** Ends early when the signal is given. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish);
  });
}
