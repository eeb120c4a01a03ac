/**
 * Loads one partition of one topic: fix the next batch durably, insert it as one block under a
 * token, commit its end durably.
 *
 * Guarantees: batches are retried with the bounds they were fixed with, until they are in; no
 * record is skipped; a failure only ever delays. One loader per partition runs at a time.
 */

import { passFailpoint } from '@rosi/service-kit';
import type { BaseTable, RowBlock } from '@rosi/warehouse';
import type { BatchBounds } from './batch.js';
import { checkedPosition } from './check-position.js';
import { gatherMore, nothingGathered, notInserted, waitMs } from './gathering.js';
import type { PartitionLoaderOptions } from './loader-options.js';
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
      let last = notInserted;
      let gathered = nothingGathered(checkpoint.position);
      while (Date.now() < drainUntil) {
        if (stopping.aborted) drainUntil = Math.min(drainUntil, Date.now() + limits.drainMs);
        gathered = await gatherMore(options, gathered);
        const { records, next } = gathered;
        if (records.length === 0) {
          // Nothing but what a log keeps for itself: `settled` waits until that is passed, too.
          if (next > checkpoint.position) await save({ position: next, open: null });
          else if (stopping.aborted) return;
          else await pause(limits.pollMs, stopping);
          continue;
        }
        const earlyMs = waitMs(gathered, last, limits, Date.now());
        if (earlyMs > 0 && !stopping.aborted) {
          await pause(Math.min(earlyMs, limits.pollMs), stopping);
          continue;
        }
        const beganAt = Date.now();
        const bounds = { from: records[0]!.offset, to: next, attempt: 1 };
        // First, since it throws where another generation begins.
        const block = loaded.block(partition, records);
        gathered = nothingGathered(next);
        await save({ position: checkpoint.position, open: bounds });
        passFailpoint('loader.after-fix');
        if (await insertedAtOnce(options, bounds, block)) {
          passFailpoint('loader.after-insert');
          await finish(bounds);
        } else if (!(await settle(bounds, options.timezone))) {
          return;
        }
        last = { beganAt, tookMs: Date.now() - beganAt };
      }
    },
  };
}

/** False when the outcome is unknown. */
async function insertedAtOnce(
  options: PartitionLoaderOptions,
  bounds: BatchBounds,
  block: RowBlock<BaseTable>,
): Promise<boolean> {
  const { limits, stopping, turn } = options;
  try {
    await turn(async () => {
      const begun = performance.now();
      await insertBatch(options, bounds, block);
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
