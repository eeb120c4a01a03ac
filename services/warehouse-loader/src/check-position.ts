/**
 * Before anything is loaded: does ClickHouse hold what the position says? Copies of the data folder
 * come back, and folders get lost.
 *
 * The newest offset N of a partition's rows is exact for ledger tables, since the newest record of
 * each key stays; of events the first copy stays, so that N may be lower than what was loaded, but
 * never higher. Batches go in one after the other, each settled before the next: whatever is before
 * N is in the base table, and only the batch that N ends may lack or double something in the views.
 *
 * Guarantees: loading goes on only with the very log that filled the tables, at a position that
 * neither skips nor repeats; else `ROSI_WAREHOUSE_FOREIGN`.
 */
import { RosiError } from '@rosi/service-kit';
import type { Warehouse } from '@rosi/warehouse';
import type { PartitionLoaderOptions } from './loader-options.js';
import { type Checkpoint, renewLife } from './progress.js';
import { assertQuiet, mendViews, readAgain, type SumsTimezone } from './settle-batch.js';

/** The checkpoint to go on with: the given one, or the one taken over from ClickHouse. */
export async function checkedPosition(
  options: PartitionLoaderOptions,
  checkpoint: Checkpoint,
  timezone: SumsTimezone,
): Promise<Checkpoint> {
  const { reader, loaded, partition, warehouse, logger } = options;
  const newest = await newestOffset(warehouse, options);
  const loadedTo = checkpoint.open?.to ?? checkpoint.position;
  const reached = Math.max(loadedTo, newest === null ? 0 : newest + 1);
  const end = await reader.endOffset(loaded.topic, partition);
  if (reached > end) throw olderLog(options, reached, end);
  if (newest === null) return checkpoint;
  if (!(await isSameRecord(options, newest))) throw otherRecord(options, newest);
  if (newest < loadedTo) return checkpoint;
  logger.warn(
    { topic: loaded.topic, partition, position: loadedTo, newest },
    'ClickHouse holds more than the loader remembers and is taken over (docs/operations.md, "Loader")',
  );
  await assertQuiet(options);
  const since = checkpoint.open?.from ?? checkpoint.position;
  await mendLastBatch(options, { since, to: newest + 1 }, timezone);
  // Another life: what is sent from here on must not meet a token of the one that was lost.
  await renewLife(options.checkpoints);
  return { position: newest + 1, open: null };
}

async function newestOffset(
  warehouse: Pick<Warehouse, 'query'>,
  { loaded, partition }: PartitionLoaderOptions,
): Promise<number | null> {
  const [found] = await warehouse.query<{ rows: number; newest: number }>(
    `SELECT count() AS rows, max(log_offset) AS newest FROM rosi.${loaded.table}
    WHERE log_partition = {partition:UInt32}`,
    { partition },
  );
  return found === undefined || found.rows === 0 ? null : found.newest;
}

/** A record that retention has removed since can't be compared: it was loaded before. */
async function isSameRecord(options: PartitionLoaderOptions, offset: number): Promise<boolean> {
  const { reader, loaded, partition, warehouse } = options;
  if (offset < (await reader.firstOffset(loaded.topic, partition))) return true;
  const [row] = loaded.rows(partition, await readAgain(options, { from: offset, to: offset + 1 }));
  const { time, name } = loaded.mark;
  const values = new Map(Object.entries(row ?? {}));
  const same = await warehouse.query(
    `SELECT 1 FROM rosi.${loaded.table}
    WHERE log_partition = {partition:UInt32} AND log_offset = {offset:UInt64}
      AND toString(${name}) = {name:String}
      AND toUnixTimestamp64Milli(${time}) = {time:Int64} LIMIT 1`,
    { partition, offset, name: String(values.get(name)), time: Number(values.get(time)) },
  );
  return same.length > 0;
}

/** Mending what is whole changes nothing. */
async function mendLastBatch(
  options: PartitionLoaderOptions,
  { since, to }: { since: number; to: number },
  timezone: SumsTimezone,
): Promise<void> {
  const { reader, loaded, partition, limits, turn } = options;
  if (loaded.mendViews === undefined) return;
  for (let from = await beginOfLastBatch(options, { since, to }); from < to; ) {
    const run = await reader.read(loaded.topic, partition, from, {
      recordsMax: to - from,
      bytesMax: limits.batchBytesMax,
    });
    const records = run.records.filter(({ offset }) => offset < to);
    const next = Math.min(run.next, to);
    await turn(() => mendViews(options, { from, to: next, records }, timezone));
    from = next;
  }
}

/**
 * Where the batch that ends at `to` began is not known; it had no more records than allowed, but
 * may have gone over more offsets, where the log uses some for itself.
 */
async function beginOfLastBatch(
  options: PartitionLoaderOptions,
  { since, to }: { since: number; to: number },
): Promise<number> {
  const { reader, loaded, partition, limits } = options;
  const earliest = Math.max(since, await reader.firstOffset(loaded.topic, partition));
  for (let offsets = limits.batchRecordsMax; ; offsets *= 2) {
    const from = Math.max(earliest, to - offsets);
    if (from === earliest) return from;
    const records = await readAgain(options, { from, to });
    if (records.length >= limits.batchRecordsMax) return from;
  }
}

const REMEDY =
  "restore ClickHouse's copy of the same time too, or drop the database rosi and fill it again " +
  'with `rosi replay` (docs/operations.md, "Loader")';

function olderLog(
  { loaded, partition }: PartitionLoaderOptions,
  reached: number,
  end: number,
): RosiError {
  return new RosiError(
    'ROSI_WAREHOUSE_FOREIGN',
    `ClickHouse holds records up to ${reached} of ${loaded.topic}/${partition}, but the log ends ` +
      `at ${end}: an older copy of the data folder was restored. Restore the newer one, ${REMEDY}`,
  );
}

function otherRecord({ loaded, partition }: PartitionLoaderOptions, offset: number): RosiError {
  return new RosiError(
    'ROSI_WAREHOUSE_FOREIGN',
    `ClickHouse holds another record ${offset} of ${loaded.topic}/${partition} than the log: an ` +
      `older copy of the data folder was restored and used since. Restore the newer one, ${REMEDY}`,
  );
}
