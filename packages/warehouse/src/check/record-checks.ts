/**
 * Rows against the records of the log that they were made of, a page of records at a time: each
 * record has its row, column by column, or a newer row of its key has replaced it.
 *
 * Guarantees: reads only; holds one page. Knows only records that retention has left in the log.
 */
import { countCreditDeltas } from '../credit-delta-rows.js';
import { columnType } from '../native/row-block.js';
import type { BaseTable, OrderRecordRow, RowOf } from '../rows.js';
import { literal } from '../schema/define-table.js';
import type { Warehouse } from '../warehouse-api.js';
import { BASE_KEYS, isRecordedAgain, keyColumns } from './base-keys.js';
import type { Finding } from './check.js';

/** The rows that records `[from, to)` of a partition make; all that there are in it. */
export interface RecordPage<T extends BaseTable = BaseTable> {
  readonly table: T;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowOf<T>[];
}

type Database = Pick<Warehouse, 'query'>;
type Values = Readonly<Record<string, unknown>>;

const QUERY_BYTES_MAX = 64 * 1024 * 1024;
const ofPage = ({ partition, from, to }: RecordPage) =>
  `log_partition = ${partition} AND log_offset >= ${from} AND log_offset < ${to}`;

/** The rows of the page that are off. */
export async function compareRecords(
  database: Database,
  page: RecordPage,
): Promise<readonly Finding[]> {
  const found = new Map<number, Values>();
  const rows = await database.query<Values & { log_offset: number }>(
    // Times as `asShown` gives them; a column that is computed does not come with the star.
    `SELECT * FROM rosi.${page.table} WHERE ${ofPage(page)}
    SETTINGS date_time_output_format = 'iso'`,
  );
  const findings: Finding[] = [];
  for (const row of rows) found.set(row.log_offset, row);
  const missing: Values[] = [];
  for (const made of page.rows) {
    const due = asShown(page.table, { ...made });
    const row = found.get(made.log_offset);
    if (row === undefined) missing.push(due);
    else findings.push(...differingColumns(page.table, due, row));
    found.delete(made.log_offset);
  }
  for (const row of found.values()) {
    findings.push(finding(page.table, row, 'a row', 'no record of the log'));
  }
  findings.push(...(await notReplaced(database, page.table, missing)));
  if (page.table === 'order_records') findings.push(...(await missingDeltas(database, page)));
  return findings;
}

/** A row to be inserted as ClickHouse shows it: with texts for times. */
function asShown(table: BaseTable, row: Values): Values {
  const shown = Object.entries(row).map(([name, value]) => [
    name,
    columnType(table, name).includes('DateTime64') ? timeTexts(value) : value,
  ]);
  return Object.fromEntries(shown);
}

/** Of a time, or of arrays of times. */
function timeTexts(value: unknown): unknown {
  return Array.isArray(value) ? value.map(timeTexts) : new Date(Number(value)).toISOString();
}

function finding(table: BaseTable, row: Values, found: string, expected: string): Finding {
  const names = [...keyColumns(table), 'log_partition', 'log_offset'];
  // Key columns are texts and numbers.
  const key = Object.fromEntries(names.map((name) => [name, row[name] as string | number]));
  return { table, key, found, expected };
}

function differingColumns(table: BaseTable, due: Values, row: Values): Finding[] {
  const off = Object.keys(due).filter((name) => !isSame(due[name], row[name]));
  if (off.length === 0) return [];
  const side = (values: Values) =>
    off.map((name) => `${name} ${shortened(JSON.stringify(values[name]) ?? 'none')}`).join(', ');
  return [finding(table, due, side(row), side(due))];
}

const isSame = (due: unknown, found: unknown) => JSON.stringify(due) === JSON.stringify(found);

const CHARACTERS_MAX = 200;
const shortened = (text: string) =>
  text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text;

/** Records without a row, of whose keys there is no newer row either (of events: no earlier). */
async function notReplaced(
  database: Database,
  table: BaseTable,
  missing: readonly Values[],
): Promise<Finding[]> {
  if (missing.length === 0) return [];
  const keys = keyColumns(table);
  const version = BASE_KEYS.find((each) => each.table === table)?.version ?? 'revision';
  const lines = missing.map((row) => JSON.stringify(keys.map((name) => row[name]))).join('\n');
  const structure = keys.map((name) => `${name} String`).join(', ');
  const rows = await database.query<Values>(
    `SELECT ${keys.join(', ')}, min(${version}) AS low, max(${version}) AS high
    FROM rosi.${table} WHERE (${keys.join(', ')}) IN (SELECT ${keys.join(', ')}
      FROM format(JSONCompactEachRow, '${structure}', ${literal(lines)}))
    GROUP BY ${keys.join(', ')} SETTINGS max_query_size = ${QUERY_BYTES_MAX}`,
  );
  const keyOf = (row: Values) => JSON.stringify(keys.map((name) => row[name]));
  const versions = new Map(rows.map((row) => [keyOf(row), row]));
  return missing
    .filter((due) => {
      const there = versions.get(keyOf(due));
      if (there === undefined) return true;
      return table === 'events'
        ? Number(there['low']) > Number(due['log_offset'])
        : Number(there['high']) < Number(due['revision']) + (isRecordedAgain(table) ? 0 : 1);
    })
    .map((due) => finding(table, due, 'no row', 'the row of its record, or of a newer one'));
}

/** Differences of replaced records, too: sums alone would not show a pair that is missing. */
async function missingDeltas(database: Database, page: RecordPage): Promise<Finding[]> {
  const counted = await database.query<{ offset: number; rows: number }>(
    `SELECT log_offset AS offset, count() AS rows FROM rosi.credit_deltas
    WHERE ${ofPage(page)} GROUP BY log_offset`,
  );
  const found = new Map(counted.map(({ offset, rows }) => [offset, rows]));
  // The page is one of this table: the caller has looked.
  return (page.rows as readonly OrderRecordRow[]).flatMap((record) => {
    const due = countCreditDeltas(record);
    const rows = found.get(record.log_offset) ?? 0;
    if (rows === due) return [];
    const { workspace, order_id, log_partition, log_offset } = record;
    const key = { workspace, order_id, log_partition, log_offset };
    return [{ table: 'credit_deltas', key, found: `rows ${rows}`, expected: `rows ${due}` }];
  });
}
