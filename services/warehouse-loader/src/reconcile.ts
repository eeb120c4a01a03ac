/**
 * Whether a batch whose outcome is unknown is in its base table: after an unclean end of the loader
 * or of ClickHouse, or an insert that failed without a word. A batch is one block, so its rows are
 * there wholly or not at all; and as it is the newest of its partition, the newest record of a key,
 * which is the one that a table keeps, can't be a later one. (Of events the first copy stays: a
 * batch of nothing but repeats looks as if it weren't there, and inserting it again is harmless.)
 */
import type { Warehouse } from '@rosi/warehouse';
import type { BatchBounds, LoadedTopic } from './batch.js';

export async function isInBase(
  warehouse: Pick<Warehouse, 'query'>,
  { table }: Pick<LoadedTopic, 'table'>,
  partition: number,
  { from, to }: BatchBounds,
): Promise<boolean> {
  const rows = await warehouse.query(
    `SELECT 1 FROM rosi.${table} WHERE log_partition = {partition:UInt32}
      AND log_offset >= {from:UInt64} AND log_offset < {to:UInt64} LIMIT 1`,
    { partition, from, to },
  );
  return rows.length > 0;
}
