/**
 * Compares tables as they were queried with the oracle's.
 *
 * - Rows are matched by the table's key; their order does not matter.
 * - Only the columns of the expected row are compared: the product may have more.
 * - person_id: the ids of both sides must correspond one to one; '' stands for nobody on both.
 * - Times may come as ms, ISO text, ClickHouse text or Date; integers as number, text or BigInt.
 * - share within 1e-9, orders (a sum of shares) within 1e-9 for each order; the rest exactly.
 * - A row of credits that has no unit of money and less share than the product keeps (10⁻¹²: a touch
 *   of months ago where half-lives are days) may be missing: nobody could tell it from none.
 */
import { type OracleTables, type Row, type TableName, tableNames } from './types.js';

export interface Difference {
  readonly table: TableName;
  /** The key's columns as readable text. */
  readonly key: string;
  /** '(row)' when a whole row is missing, unexpected or doubled. */
  readonly column: string;
  readonly expected: string;
  readonly actual: string;
}

export type ActualRow = Readonly<Record<string, unknown>>;
export type ActualTables = Readonly<Partial<Record<TableName, readonly ActualRow[]>>>;

const keyColumns: Readonly<Record<TableName, readonly string[]>> = {
  touchpoints_current: ['touchpoint_id'],
  events_current: ['event_id'],
  orders_current: ['order_id'],
  credits_current: ['order_id', 'model', 'touchpoint_id'],
  identities_current: ['identifier_type', 'identifier'],
  posts: ['post_id'],
  influencers: ['influencer_id'],
  campaigns: ['campaign_id'],
  links: ['link_id'],
  coupons: ['code'],
  spend: ['spend_id'],
  revenue_by_post_daily: ['day', 'post_id', 'model', 'currency'],
  revenue_by_influencer_daily: ['day', 'influencer_id', 'model', 'currency'],
  revenue_by_campaign_daily: ['day', 'campaign_id', 'model', 'currency'],
  revenue_by_channel_daily: ['day', 'platform', 'medium', 'media_type', 'model', 'currency'],
};
const times = new Set(['occurred_at', 'received_at', 'ordered_at', 'touched_at']);
const integers = new Set(['gross', 'tax', 'shipping', 'refunded', 'net', 'credit', 'amount']);
const flags = new Set(['new_customer', 'shared', 'bot']);
const fractions = new Set(['share', 'orders']);

function timeText(value: unknown): string {
  if (typeof value === 'number') return new Date(value).toISOString();
  if (value instanceof Date) return value.toISOString();
  const text = String(value).replace(' ', 'T');
  const parsed = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(parsed) ? String(value) : new Date(parsed).toISOString();
}

/** One canonical text for each value, by its column. */
function canonical(column: string, value: unknown): string {
  if (value === undefined) return '(no such column)';
  if (times.has(column)) return timeText(value);
  if (integers.has(column)) return String(value);
  if (flags.has(column)) return String(value === true || value === 1 || value === '1');
  if (fractions.has(column)) return String(Number(value));
  if (column === 'day' || column === 'date') return String(value).slice(0, 10);
  return JSON.stringify(value) ?? String(value);
}

function keyOf(table: TableName, row: ActualRow): string {
  const columns = keyColumns[table];
  return columns.map((column) => `${column}=${canonical(column, row[column])}`).join(' ');
}

/** What a sum of signed deltas may leave behind: a day on which nothing stands any more. */
function isEmptySum(table: TableName, row: ActualRow): boolean {
  if (!table.endsWith('_daily')) return false;
  return String(row['credit']) === '0' && Math.abs(Number(row['orders'])) < 1e-9;
}

function isImperceptible(table: TableName, row: ActualRow): boolean {
  if (table !== 'credits_current' || String(row['credit']) !== '0') return false;
  return Number(row['share']) < 1e-12;
}

function matches(column: string, expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true;
  if (!fractions.has(column)) {
    return canonical(column, expected) === canonical(column, actual);
  }
  const tolerance = 1e-9 * Math.max(1, column === 'orders' ? Math.abs(Number(expected)) : 1);
  return Math.abs(Number(expected) - Number(actual)) <= tolerance;
}

/** The correspondence of person ids, built while rows are compared. */
class Persons {
  readonly #actualOf = new Map<string, string>([['', '']]);
  readonly #expectedOf = new Map<string, string>([['', '']]);

  /** Notes the pair; false when either id already corresponds to another one. */
  agree(expected: string, actual: string): boolean {
    if (!this.#actualOf.has(expected) && !this.#expectedOf.has(actual)) {
      this.#actualOf.set(expected, actual);
      this.#expectedOf.set(actual, expected);
    }
    return this.#actualOf.get(expected) === actual && this.#expectedOf.get(actual) === expected;
  }

  /** What the person was expected to be called, for a readable difference. */
  known(expected: string, actual: string): string {
    const other = this.#actualOf.get(expected);
    const owner = this.#expectedOf.get(actual);
    const called = other === undefined ? '' : ` (elsewhere ${JSON.stringify(other)})`;
    return owner === undefined ? called : `${called}, which elsewhere is ${JSON.stringify(owner)}`;
  }
}

function compareRow(
  table: TableName,
  key: string,
  expected: Row,
  actual: ActualRow,
  persons: Persons,
): Difference[] {
  return Object.entries(expected).flatMap(([column, value]): Difference[] => {
    const seen = actual[column];
    if (column === 'person_id' && typeof seen === 'string') {
      const label = String(value);
      if (persons.agree(label, seen)) return [];
      const hint = persons.known(label, seen);
      return [
        {
          table,
          key,
          column,
          expected: `${JSON.stringify(label)}${hint}`,
          actual: JSON.stringify(seen),
        },
      ];
    }
    if (matches(column, value, seen)) return [];
    return [
      { table, key, column, expected: canonical(column, value), actual: canonical(column, seen) },
    ];
  });
}

function rowText(row: ActualRow): string {
  const shown = Object.entries(row).map(
    ([column, value]) => `${column}=${canonical(column, value)}`,
  );
  return shown.join(' ');
}

function indexRows(table: TableName, rows: readonly ActualRow[]): Map<string, ActualRow[]> {
  const index = new Map<string, ActualRow[]>();
  for (const row of rows.filter((one) => !isEmptySum(table, one))) {
    const key = keyOf(table, row);
    index.set(key, [...(index.get(key) ?? []), row]);
  }
  return index;
}

function compareTable(
  table: TableName,
  expected: readonly Row[],
  actual: readonly ActualRow[],
  persons: Persons,
): Difference[] {
  const wanted = indexRows(table, expected);
  const found = indexRows(table, actual);
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  const whole = (key: string, expectedText: string, actualText: string): Difference => ({
    table,
    key,
    column: '(row)',
    expected: expectedText,
    actual: actualText,
  });
  return keys.flatMap((key): Difference[] => {
    const [want] = wanted.get(key) ?? [];
    const rows = found.get(key) ?? [];
    const [got] = rows;
    if (want === undefined) return [whole(key, 'no such row', rowText(got ?? {}))];
    if (got === undefined) {
      return isImperceptible(table, want) ? [] : [whole(key, rowText(want), 'no such row')];
    }
    if (rows.length > 1) return [whole(key, 'one row', `${rows.length} rows of this key`)];
    return compareRow(table, key, want as Row, got, persons);
  });
}

export interface CompareOptions {
  /** Columns that are not compared, such as received_at when a real collector took the time. */
  readonly ignoredColumns?: readonly string[];
}

/**
 * All differences, identities first. A table that `actual` does not have at all is left out, so
 * that a part of the pipeline can be compared alone.
 */
export function compareTables(
  actual: ActualTables,
  expected: OracleTables,
  { ignoredColumns = [] }: CompareOptions = {},
): Difference[] {
  const persons = new Persons();
  // Identities say most directly who is who.
  const order: TableName[] = [
    'identities_current',
    ...tableNames.filter((name) => name !== 'identities_current'),
  ];
  return order
    .flatMap((table) => {
      const rows = actual[table];
      return rows === undefined ? [] : compareTable(table, expected[table], rows, persons);
    })
    .filter(({ column }) => !ignoredColumns.includes(column));
}

/** The first differences as a readable block; '' when there are none. */
export function formatDifferences(differences: readonly Difference[], shownMax = 10): string {
  const shown = differences
    .slice(0, shownMax)
    .map((difference) =>
      [
        `${difference.table} [${difference.key}] ${difference.column}`,
        `    expected ${difference.expected}`,
        `    actual   ${difference.actual}`,
      ].join('\n'),
    );
  const more = differences.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more differences`] : [])].join('\n');
}
