/**
 * Brings a fixed batch in, however often its insert fails without a word: wait until the server
 * does nothing for us any more, look into the base table, insert under a new token when the batch
 * isn't there, and hold the views against the base.
 *
 * Guarantees: the records go in exactly once, with the bounds they were fixed with, and so do their
 * differences in the views; killed anywhere, it does the rest when it is run again. A token is
 * never used twice, since it may outlive the part that it was written for.
 */

import { eventsCollected } from '@rosi/events';
import { passFailpoint, RosiError } from '@rosi/service-kit';
import type { LogRecord } from '@rosi/streams';
import type { BaseTable, RowBlock } from '@rosi/warehouse';
import { type BatchBounds, insertToken } from './batch.js';
import type { PartitionLoaderOptions } from './loader-options.js';
import { pause } from './pause.js';
import { readLife } from './progress.js';
import { isInBase } from './reconcile.js';

/** Of the sums; null: they are about to be rebuilt, and mending them would be in vain. */
export type SumsTimezone = string | null;

/** What to do before a new attempt: note its number durably. */
export type NoteAttempt = (bounds: BatchBounds) => Promise<void>;

/** The usual way, once; throws when the outcome is unknown. */
export async function insertBatch(
  { reader, loaded, partition, warehouse, checkpoints }: PartitionLoaderOptions,
  bounds: BatchBounds,
  block: RowBlock<BaseTable>,
): Promise<void> {
  const lives = { log: reader.uuid, loader: await readLife(checkpoints) };
  const token = insertToken(lives, { topic: loaded.topic, partition }, bounds);
  await warehouse.insertBatch(block, token);
}

/** False when the loader is stopping before the batch is in. */
export async function settleBatch(
  options: PartitionLoaderOptions,
  open: BatchBounds,
  noteAttempt: NoteAttempt,
  timezone: SumsTimezone,
): Promise<boolean> {
  const { limits, stopping, turn } = options;
  let bounds = open;
  const note: NoteAttempt = async (next) => {
    await noteAttempt(next);
    bounds = next;
  };
  let backoffMs = limits.backoffMsMin;
  for (;;) {
    try {
      await turn(() => settleOnce(options, bounds, note, timezone));
      return true;
    } catch (error) {
      if (isFinal(error)) throw error;
      if (stopping.aborted) return false;
      warnOfFailure(options, bounds, error, backoffMs);
      await pause(backoffMs, stopping);
      backoffMs = Math.min(backoffMs * 2, limits.backoffMsMax);
    }
  }
}

/** Waiting does not bring removed records back. */
export const isFinal = (error: unknown) => error instanceof RosiError && !error.retryable;

async function settleOnce(
  options: PartitionLoaderOptions,
  open: BatchBounds,
  note: NoteAttempt,
  timezone: SumsTimezone,
): Promise<void> {
  const { warehouse, loaded, partition } = options;
  const records = await readAgain(options, open);
  // What another loader is about to write must not be taken for something lost.
  await warehouse.assertClaimed();
  await assertQuiet(options);
  const block = loaded.block(partition, records);
  if (block.rows > 0 && !(await isInBase(warehouse, loaded, partition, open))) {
    const next = { ...open, attempt: open.attempt + 1 };
    await note(next);
    await insertBatch(options, next, block);
    await assertInBase(options, next);
  }
  passFailpoint('loader.before-mending');
  await mendViews(options, { ...open, records }, timezone);
  passFailpoint('loader.after-mending');
}

/** The server may know the token, and drop the rows; of events, repeats may be merged away. */
async function assertInBase(options: PartitionLoaderOptions, bounds: BatchBounds): Promise<void> {
  const { warehouse, loaded, partition } = options;
  if (loaded.topic === eventsCollected.name) return;
  if (await isInBase(warehouse, loaded, partition, bounds)) return;
  throw new RosiError(
    'ROSI_WAREHOUSE_UNAVAILABLE',
    `ClickHouse took a batch of ${loaded.topic} and does not have it`,
  );
}

export async function assertQuiet({ warehouse, loaded }: PartitionLoaderOptions): Promise<void> {
  if (await warehouse.isQuiet(loaded.table)) return;
  throw new RosiError(
    'ROSI_WAREHOUSE_UNAVAILABLE',
    `ClickHouse still works on what was sent to ${loaded.table} before`,
  );
}

export async function mendViews(
  { warehouse, loaded, partition, logger }: PartitionLoaderOptions,
  batch: { readonly from: number; readonly to: number; readonly records: readonly LogRecord[] },
  timezone: SumsTimezone,
): Promise<void> {
  const { from, to } = batch;
  const mended = await loaded.mendViews?.(warehouse, { partition, ...batch }, timezone);
  if (mended === undefined || mended.length === 0) return;
  logger.warn(
    { topic: loaded.topic, partition, from, to, mended },
    'views had lost or doubled a batch and were mended (docs/operations.md, "Loader")',
  );
}

/** The very records of a fixed batch, however many reads it takes. */
export async function readAgain(
  { reader, loaded, partition }: PartitionLoaderOptions,
  { from, to }: Pick<BatchBounds, 'from' | 'to'>,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let at = from; at < to; ) {
    const limits = { recordsMax: to - at, bytesMax: Number.MAX_SAFE_INTEGER };
    const run = await reader.read(loaded.topic, partition, at, limits);
    const first = await reader.firstOffset(loaded.topic, partition);
    if (run.next === at || first > from) {
      throw new RosiError(
        'ROSI_LOG_CUT_TOO_FAR',
        `records ${at} to ${to} of ${loaded.topic}/${partition} are gone from the log before ` +
          'they were known to be in ClickHouse (docs/operations.md, "Loader")',
      );
    }
    records.push(...run.records.filter(({ offset }) => offset < to));
    at = run.next;
  }
  return records;
}

export function warnOfFailure(
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

export function warnOfErasure(
  { logger }: Pick<PartitionLoaderOptions, 'logger'>,
  offset: number,
  error: unknown,
  backoffMs: number,
): void {
  logger.warn(
    { offset, backoffMs, code: errorCode(error) },
    'ClickHouse did not carry out an erasure; it is tried again (docs/operations.md, "Erasure")',
  );
}

function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    if ('code' in error && error.code !== undefined) return String(error.code);
    if (error instanceof Error) return error.name;
  }
  return 'unknown';
}
