/**
 * Holds what the feeds of `order_records` wrote against their base, and mends the difference: for
 * a batch whose insert has an unknown outcome. Tokens can't tell: one may outlive the part it was
 * written for, and a feed may have run although its base's part was lost, or the reverse.
 *
 * Expects: the batch is in `order_records`, and nobody else is writing to that table.
 * Guarantees: afterwards `credit_deltas` holds each difference of the batch exactly once, and the
 * daily sums of every day that the batch touches are the sums over the newest records. May be
 * killed anywhere and run again: each step compares first.
 */
import { type CreditDeltaRow, countCreditDeltas, creditDeltaRows } from './credit-delta-rows.js';
import type { OrderRecordRow } from './rows.js';
import { dailyKeys, dailySums, sumsDifference } from './schema/daily-sums.js';
import type { OrderBatch, QueryParameters } from './warehouse-api.js';

/** What mending needs of the database; what it sends counts as under way until it has ended. */
export interface MendingDatabase {
  query<T>(sql: string, parameters?: QueryParameters): Promise<T[]>;
  command(sql: string): Promise<void>;
  /** Equal rows may be due twice in a table's life: neither insert may be taken for a repeat. */
  insertDeltas(rows: readonly CreditDeltaRow[]): Promise<void>;
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

/** Rows of an offset come from its one record alone, in whole copies: their number decides. */
function isWhole(records: readonly OrderRecordRow[], found: ReadonlyMap<number, number>): boolean {
  const expected = records.filter((record) => countCreditDeltas(record) > 0);
  return (
    expected.length === found.size &&
    expected.every((record) => found.get(record.log_offset) === countCreditDeltas(record))
  );
}
