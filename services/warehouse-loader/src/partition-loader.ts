/**
 * Loads one partition of one topic: fix the next batch durably, insert it as one block under a
 * token, commit its end durably.
 *
 * Guarantees: batches are retried with the bounds they were fixed with, until they are in; no
 * record is skipped; a failure only ever delays. One loader per partition runs at a time.
 */

import { eventsCollected } from '@rosi/events';
import { passFailpoint, RosiError } from '@rosi/service-kit';
import type { LogRecord, ReadRun } from '@rosi/streams';
import type { BaseTable, RowOf } from '@rosi/warehouse';
import type { BatchBounds } from './batch.js';
import { checkedPosition } from './check-position.js';
import type { LoaderLimits, PartitionLoaderOptions } from './loader-options.js';
import { pause } from './pause.js';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './progress.js';
import {
  insertBatch,
  isFinal,
  type SumsTimezone,
  settleBatch,
  warnOfFailure,
} from './settle-batch.js';

export interface PartitionLoader {
  /**
   * Makes sure that ClickHouse and the position belong together. To be done for all partitions
   * before anything is loaded; doing it again does nothing.
   */
  check(timezone: SumsTimezone): Promise<void>;
  /** Settles a batch that an earlier run left open; does nothing when there is none. */
  settleOpen(timezone: SumsTimezone): Promise<void>;
  /** Settles and loads until stopped. */
  run(): Promise<void>;
}

export async function createPartitionLoader(
  options: PartitionLoaderOptions,
): Promise<PartitionLoader> {
  const { checkpoints, loaded, partition, limits, stopping, reader } = options;
  const stored = readCheckpoint(checkpoints, loaded.topic, partition);
  let checkpoint: Checkpoint = stored ?? { position: reader.start ?? 0, open: null };
  const save = async (next: Checkpoint) => {
    await writeCheckpoint(checkpoints, loaded.topic, partition, next);
    checkpoint = next;
  };
  if (stored === undefined) await save(checkpoint);
  const finish = async (bounds: BatchBounds) => {
    await save({ position: bounds.to, open: null });
    passFailpoint('loader.after-checkpoint');
  };
  const settle = async (bounds: BatchBounds, timezone: SumsTimezone) => {
    const note = (open: BatchBounds) => save({ ...checkpoint, open });
    const settled = await settleBatch(options, bounds, note, timezone);
    if (settled) await finish(bounds);
    return settled;
  };
  const settleOpen = async (timezone: SumsTimezone) => {
    if (checkpoint.open !== null) await settle(checkpoint.open, timezone);
  };

  return {
    async check(timezone) {
      const found = await checkedPosition(options, checkpoint, timezone);
      const start = reader.start ?? 0;
      // What ClickHouse has of the log that this one continues, is before its first record.
      const isBefore = found.position < start && checkpoint.position >= start;
      const checked = isBefore ? { position: start, open: null } : found;
      if (checked !== checkpoint) await save(checked);
    },
    settleOpen,
    async run() {
      await settleOpen(options.timezone);
      if (checkpoint.open !== null) return; // Stopped before it could be settled.
      let drainUntil = Number.POSITIVE_INFINITY;
      let insertedAt = Number.NEGATIVE_INFINITY;
      while (Date.now() < drainUntil) {
        if (stopping.aborted) drainUntil = Math.min(drainUntil, Date.now() + limits.drainMs);
        const { records, next } = await readNext(options, checkpoint.position);
        const full = records.length >= limits.batchRecordsMax;
        const early = insertedAt + intervalMs(records, limits) - Date.now();
        if (records.length === 0 || (!full && early > 0 && !stopping.aborted)) {
          // Nothing but what a log keeps for itself: `settled` waits until that is passed, too.
          if (records.length === 0 && next > checkpoint.position) {
            await save({ position: next, open: null });
            continue;
          }
          if (stopping.aborted) return;
          await pause(records.length === 0 ? limits.pollMs : early, stopping);
          continue;
        }
        insertedAt = Date.now();
        const bounds = { from: records[0]!.offset, to: next, attempt: 1 };
        // First, since it throws where another generation begins.
        const rows = loaded.rows(partition, records);
        await save({ position: checkpoint.position, open: bounds });
        passFailpoint('loader.after-fix');
        if (await insertedAtOnce(options, bounds, rows)) {
          passFailpoint('loader.after-insert');
          await finish(bounds);
        } else if (!(await settle(bounds, options.timezone))) {
          return;
        }
      }
    },
  };
}

/**
 * How long to wait from one insert to the next: a twentieth of the time that the batch's first
 * record is late already, within the limits.
 */
function intervalMs([first]: readonly LogRecord[], limits: LoaderLimits): number {
  if (first === undefined) return limits.insertIntervalMs;
  const lateMs = Date.now() - first.timestamp;
  const longest = Math.max(limits.insertIntervalMs, limits.lateIntervalMs);
  return Math.min(Math.max(limits.insertIntervalMs, lateMs / 20), longest);
}

/**
 * The next batch. Records that retention removed before they were read would be missing for ever;
 * only what nobody has begun to load starts where the log does: events, and after a replay all.
 */
async function readNext(options: PartitionLoaderOptions, position: number): Promise<ReadRun> {
  const { reader, loaded, partition, limits } = options;
  const first = await reader.firstOffset(loaded.topic, partition);
  const begins =
    position === 0 && (loaded.topic === eventsCollected.name || options.generation > 0);
  if (first > position && !begins) {
    throw new RosiError(
      'ROSI_LOG_CUT_TOO_FAR',
      `${loaded.topic}/${partition} begins at ${first}, but ClickHouse was loaded up to ` +
        `${position} only: records were removed before they were loaded. Drop the database rosi ` +
        'and fill it again with `rosi replay` (docs/operations.md, "Loader")',
    );
  }
  return reader.read(loaded.topic, partition, Math.max(position, first), {
    recordsMax: limits.batchRecordsMax,
    bytesMax: limits.batchBytesMax,
  });
}

/** False when the outcome is unknown. */
async function insertedAtOnce(
  options: PartitionLoaderOptions,
  bounds: BatchBounds,
  rows: readonly RowOf<BaseTable>[],
): Promise<boolean> {
  const { limits, stopping, turn } = options;
  try {
    await turn(async () => {
      const begun = performance.now();
      await insertBatch(options, bounds, rows);
      options.onInserted(performance.now() - begun);
    });
    return true;
  } catch (error) {
    if (isFinal(error)) throw error;
    warnOfFailure(options, bounds, error, limits.backoffMsMin);
    await pause(limits.backoffMsMin, stopping);
    return false;
  }
}
