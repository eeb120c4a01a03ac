/**
 * What really caused the orders, as it was planted, beside what each model says: by post, in the
 * currency of most orders. Read from ClickHouse, so that it is about the rows that are there.
 */
import { models } from '@rosi/attribution';
import { formatMoney } from '@rosi/events';
import { connectWarehouse, readRevenue, type Warehouse } from '@rosi/warehouse';
import { drawTable } from '../terminal/table.js';

const currency = 'EUR';
const rowsShown = 12;
/** More posts than the demo has. */
const postsMax = 10_000;

export interface TruthRow {
  /** Empty: bought without any post. */
  readonly postId: string;
  readonly caused: bigint;
  readonly credits: ReadonlyMap<string, bigint>;
}

/** Null: nothing of a demo is there. */
export async function readTruth(clickhouseUrl: string): Promise<readonly TruthRow[] | null> {
  const warehouse = await connectWarehouse({ url: clickhouseUrl });
  try {
    const caused = await readCaused(warehouse);
    if (caused.size === 0) return null;
    const range = { workspace: 'default', currency, timezone: 'UTC' };
    const rows = await readRevenue(
      warehouse,
      { ...range, from: '1900-01-01', to: '2299-12-31' },
      { key: 'post', models, rowsMax: postsMax },
    );
    const credits = new Map(rows.map((row) => [row.key, row.credits]));
    return [...new Set([...caused.keys(), ...credits.keys()])].map((postId) => ({
      postId,
      caused: caused.get(postId) ?? 0n,
      credits: credits.get(postId) ?? new Map(),
    }));
  } finally {
    await warehouse.close();
  }
}

/** The statement that is also shown, for those who want to judge models of their own. */
export const truthQuery = `SELECT JSONExtractString(e.properties, 'caused_by') AS post_id, sum(o.net) AS caused
FROM rosi.orders_current AS o
INNER JOIN rosi.events_current AS e ON e.workspace = o.workspace AND e.order_id = o.order_id
WHERE e.type = 'purchase' AND JSONHas(e.properties, 'caused_by') AND o.currency = '${currency}'
GROUP BY post_id ORDER BY caused DESC`;

async function readCaused(warehouse: Warehouse): Promise<Map<string, bigint>> {
  const rows = await warehouse.query<{ post_id: string; caused: number }>(truthQuery);
  return new Map(rows.map(({ post_id, caused }) => [post_id, BigInt(caused)]));
}

/** Half of all differences: revenue that a model gives to the wrong post, in minor units. */
export function misplaced(rows: readonly TruthRow[], model: string): bigint {
  const differences = rows.map(({ caused, credits }) => {
    const difference = (credits.get(model) ?? 0n) - caused;
    return difference < 0n ? -difference : difference;
  });
  return differences.reduce((sum, each) => sum + each, 0n) / 2n;
}

/** The largest posts, all others in one line, and their sum, which is the net of the orders. */
export function truthText(rows: readonly TruthRow[]): string {
  const money = (minor: bigint) => formatMoney(Number(minor), currency);
  const all = sumOf(rows, ({ caused }) => caused);
  const most = (row: TruthRow) =>
    models.reduce((max, model) => bigger(max, row.credits.get(model) ?? 0n), row.caused);
  const sorted = [...rows].sort((a, b) => Number(most(b) - most(a)));
  const others = sorted.slice(rowsShown);
  const percent = (part: bigint) => `${all === 0n ? 0 : Number((part * 100n) / all)} %`;
  const lineOf = (name: string, posts: readonly TruthRow[]) => [
    name,
    money(sumOf(posts, ({ caused }) => caused)),
    ...models.map((model) => money(sumOf(posts, ({ credits }) => credits.get(model) ?? 0n))),
  ];
  const lines = [
    ...sorted.slice(0, rowsShown).map((row) => lineOf(row.postId || '(no post)', [row])),
    ...(others.length === 0 ? [] : [lineOf(`other posts (${others.length})`, others)]),
    lineOf('sum', rows),
    ['given to the wrong post', '', ...models.map((model) => percent(misplaced(rows, model)))],
  ];
  const right = (title: string) => ({ title, align: 'right' as const });
  return drawTable([{ title: 'post' }, right('truth'), ...models.map(right)], lines);
}

const sumOf = (rows: readonly TruthRow[], amount: (row: TruthRow) => bigint): bigint =>
  rows.reduce((sum, row) => sum + amount(row), 0n);
const bigger = (a: bigint, b: bigint) => (a > b ? a : b);
