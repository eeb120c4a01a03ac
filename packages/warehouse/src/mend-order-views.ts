/**
 * Holds what the feeds of `order_records` wrote against their base, and mends the difference: for
 * a batch whose insert has an unknown outcome. Tokens can't tell: one may outlive the part it was
 * written for, and a feed may have run although its base's part was lost, or the reverse.
 *
 * Expects: the batch is in `order_records`, and nobody else is writing to that table.
 * Guarantees: afterwards `credit_deltas` holds each difference of the batch exactly once, and the
 * daily sums of every day that the batch touches are the sums over the newest records; and
 * `order_times` has each order of the batch where its newest record has it. May be killed anywhere
 * and run again: each step compares first.
 */
import { type CreditDeltaRow, countCreditDeltas, creditDeltaRows } from './credit-delta-rows.js';
import { type OrderTimeRow, orderTimeRows } from './order-time-rows.js';
import type { OrderRecordRow } from './rows.js';
import { dailyKeys, dailySums, sumsDifference } from './schema/daily-sums.js';
import type { OrderBatch, QueryParameters } from './warehouse-api.js';

/** What mending needs of the database; what it sends counts as under way until it has ended. */
export interface MendingDatabase {
  query<T>(sql: string, parameters?: QueryParameters): Promise<T[]>;
  command(sql: string): Promise<void>;
  /** Equal rows may be due twice in a table's life: neither insert may be taken for a repeat. */
  insertDeltas(rows: readonly CreditDeltaRow[]): Promise<void>;
  insertTimes(rows: readonly OrderTimeRow[]): Promise<void>;
  insertSelect(table: string, select: string): Promise<void>;
}

/** The tables that had to be mended; the sums are left alone when the time zone is null. */
export async function mendOrderViews(
  database: MendingDatabase,
  batch: OrderBatch,
  timezone: string | null,
): Promise<readonly string[]> {
  const mended: string[] = [];
  if (await mendDeltas(database, batch)) mended.push('credit_deltas');
  if (await mendTimes(database, batch)) mended.push('order_times');
  if (timezone === null) return mended;
  for (const key of dailyKeys) {
    const difference = sumsDifference(key, timezone, daysOf(batch, timezone));
    const rows = await database.query(`SELECT 1 FROM (${difference}) LIMIT 1`);
    if (rows.length === 0) continue;
    await database.insertSelect(dailySums(key), difference);
    mended.push(dailySums(key));
  }
  return mended;
}

const ofBatch = ({ partition, from, to }: OrderBatch) =>
  `log_partition = ${partition} AND log_offset >= ${from} AND log_offset < ${to}`;

/** Every day that a difference of the batch belongs to; `credit_deltas` was mended before. */
const daysOf = (batch: OrderBatch, timezone: string) =>
  `SELECT toDate32(ordered_at, '${timezone}') FROM rosi.credit_deltas WHERE ${ofBatch(batch)}`;

async function mendDeltas(database: MendingDatabase, batch: OrderBatch): Promise<boolean> {
  const found = await database.query<{ offset: number; rows: number }>(
    `SELECT log_offset AS offset, count() AS rows FROM rosi.credit_deltas
    WHERE ${ofBatch(batch)} GROUP BY log_offset`,
  );
  if (isWhole(batch.rows, new Map(found.map(({ offset, rows }) => [offset, rows])))) return false;
  if (found.length > 0) {
    await database.command(
      `ALTER TABLE rosi.credit_deltas DELETE WHERE ${ofBatch(batch)} SETTINGS mutations_sync = 2`,
    );
  }
  await database.insertDeltas(batch.rows.flatMap(creditDeltaRows));
  return true;
}

/**
 * A record's rows come together. One that has none was lost, unless a later record of its order has
 * replaced them, which then is there.
 */
async function mendTimes(database: MendingDatabase, batch: OrderBatch): Promise<boolean> {
  const found = await database.query<{ offset: number }>(
    `SELECT DISTINCT log_offset AS offset FROM rosi.order_times WHERE ${ofBatch(batch)}`,
  );
  const offsets = new Set(found.map(({ offset }) => offset));
  const without = batch.rows.filter(({ log_offset }) => !offsets.has(log_offset));
  if (without.length === 0) return false;
  const known = await newestRevisions(database, without);
  const lost = without.filter((row) => (known.get(keyOf(row)) ?? 0) < row.revision);
  await database.insertTimes(lost.flatMap(orderTimeRows));
  return lost.length > 0;
}

const keyOf = (row: { workspace: string; order_id: string }) =>
  JSON.stringify([row.workspace, row.order_id]);

/** By order, of those that have any. */
async function newestRevisions(
  database: MendingDatabase,
  rows: readonly OrderRecordRow[],
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>();
  for (let at = 0; at < rows.length; at += ORDERS_PER_QUERY) {
    const orders = rows.slice(at, at + ORDERS_PER_QUERY).map(({ order_id }) => order_id);
    const found = await database.query<{ workspace: string; order_id: string; revision: number }>(
      `SELECT workspace, order_id, max(revision) AS revision FROM rosi.order_times
      WHERE order_id IN {orders:Array(String)} GROUP BY workspace, order_id`,
      { orders },
    );
    for (const row of found) newest.set(keyOf(row), row.revision);
  }
  return newest;
}

/** Their ids are a parameter, of which servers take so much. */
const ORDERS_PER_QUERY = 500;

/** Rows of an offset come from its one record alone, in whole copies: their number decides. */
function isWhole(records: readonly OrderRecordRow[], found: ReadonlyMap<number, number>): boolean {
  const expected = records.filter((record) => countCreditDeltas(record) > 0);
  return (
    expected.length === found.size &&
    expected.every((record) => found.get(record.log_offset) === countCreditDeltas(record))
  );
}
