/**
 * What to do with a batch whose outcome is unknown: after an unclean end of the loader or of
 * ClickHouse, or an insert that failed without a word.
 *
 * A batch is one block, so its rows are in the base table wholly or not at all. All there: the same
 * token again, which the base table filters and which completes views that were cut short. None
 * there: a new attempt, because a token may outlive the part it was written for, and the old one
 * would then drop the rows silently.
 *
 * This is the seam for comparing each view's target with its base and mending the difference.
 */
import type { Warehouse } from '@rosi/warehouse';
import type { BatchBounds, LoadedTopic } from './batch.js';

export type OpenBatchPlan = 'sameToken' | 'newAttempt';

export async function planOpenBatch(
  warehouse: Pick<Warehouse, 'query'>,
  { table }: Pick<LoadedTopic, 'table'>,
  partition: number,
  bounds: BatchBounds,
): Promise<OpenBatchPlan> {
  const rows = await warehouse.query(
    `SELECT 1 FROM rosi.${table} WHERE log_partition = {partition:UInt32}
      AND log_offset >= {from:UInt64} AND log_offset < {to:UInt64} LIMIT 1`,
    { partition, from: bounds.from, to: bounds.to },
  );
  return rows.length > 0 ? 'sameToken' : 'newAttempt';
}
