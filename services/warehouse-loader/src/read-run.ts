/** The next records of a partition, unless retention has cut them off. */
import { eventsCollected } from '@rosi/events';
import { RosiError } from '@rosi/service-kit';
import type { ReadRun } from '@rosi/streams';
import type { PartitionLoaderOptions } from './loader-options.js';

/**
 * Records that retention removed before they were read would be missing for ever; only what nobody
 * has begun to load starts where the log does: events, and after a replay all.
 */
export async function readRun(
  options: PartitionLoaderOptions,
  position: number,
  limits: { readonly recordsMax: number; readonly bytesMax: number },
): Promise<ReadRun> {
  const { reader, loaded, partition } = options;
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
  return reader.read(loaded.topic, partition, Math.max(position, first), limits);
}
