/**
 * Everything that one page shows, read together. Reading takes several statements while records
 * come in; the books are compared twice before they are said not to balance.
 */
import {
  type CatalogueNames,
  type CurrencyInUse,
  type DayTotal,
  type LatestOrder,
  type OrderTotals,
  type OverviewRange,
  type RevenueKey,
  type RevenueRow,
  readCreditTotals,
  readCurrencies,
  readDailyNet,
  readLatestOrders,
  readNames,
  readOrderTotals,
  readRevenue,
  readSpendTotal,
} from '@rosi/warehouse';
import { type Books, checkBooks } from './books.js';
import type { Choices, Period } from './choices.js';
import { dayOf, rangeOf, standardPeriod } from './days.js';
import type { DashboardOptions, Receipt } from './options.js';

const revenueRowsMax = 10;
const ordersMax = 12;

export interface Revenue {
  readonly key: RevenueKey;
  /** The last may be the row without a key. */
  readonly rows: readonly RevenueRow[];
  /** By chosen model, all rows together, those not shown included. */
  readonly totals: ReadonlyMap<string, bigint>;
}

export interface Figures {
  readonly currencies: readonly CurrencyInUse[];
  readonly currency: string;
  readonly period: Period;
  readonly today: string;
  readonly totals: OrderTotals;
  readonly spend: bigint;
  readonly books: Books;
  readonly daily: readonly DayTotal[];
  readonly revenue: readonly Revenue[];
  readonly orders: readonly LatestOrder[];
  readonly receipt: Receipt | null;
  readonly names: CatalogueNames;
}

export type FiguresSource = Pick<
  DashboardOptions,
  'warehouse' | 'workspace' | 'timezone' | 'receipt'
>;

/** Null: there is neither an order nor spend yet. */
export async function readFigures(
  source: FiguresSource,
  choices: Choices,
  now: number,
): Promise<Figures | null> {
  const { warehouse, workspace, timezone } = source;
  const currencies = await readCurrencies(warehouse, { workspace, timezone });
  const chosen = currencies.find(({ currency }) => currency === choices.currency) ?? currencies[0];
  if (chosen === undefined) return null;
  const today = dayOf(now, timezone);
  const period = choices.period ?? standardPeriod(today, chosen.latestDay);
  const { currency } = chosen;
  const range = { workspace, timezone, currency, ...rangeOf(period, today) };
  const books = await readBooks(warehouse, range);
  const revenue = await readRevenues(source, range, choices, books.credits);
  const orders = await readLatestOrders(warehouse, range, ordersMax);
  const receipt = choices.openOrder === null ? null : await source.receipt(choices.openOrder);
  return {
    currencies,
    currency,
    period,
    today,
    totals: books.totals,
    spend: await readSpendTotal(warehouse, range),
    books: books.books,
    daily: await readDailyNet(warehouse, range),
    revenue,
    orders,
    receipt,
    names: await namesOf(source, revenue, receipt),
  };
}

type Warehouse = DashboardOptions['warehouse'];

async function readBooks(warehouse: Warehouse, range: OverviewRange) {
  const read = async () => {
    const totals = await readOrderTotals(warehouse, range);
    const credits = await readCreditTotals(warehouse, range);
    return { totals, credits, books: checkBooks(totals.net, credits) };
  };
  const first = await read();
  // An order may have come between the two statements: that is no difference.
  return first.books.differences.length === 0 ? first : read();
}

async function readRevenues(
  source: FiguresSource,
  range: OverviewRange,
  choices: Choices,
  credits: Awaited<ReturnType<typeof readCreditTotals>>,
): Promise<readonly Revenue[]> {
  const found: Revenue[] = [];
  for (const key of ['post', 'influencer'] as const) {
    const query = { key, models: choices.models, rowsMax: revenueRowsMax };
    const rows = await readRevenue(source.warehouse, range, query);
    const chosen = new Set<string>(choices.models);
    const ofKey = credits.filter(({ table, model }) => table === key && chosen.has(model));
    found.push({ key, rows, totals: new Map(ofKey.map((each) => [each.model, each.credit])) });
  }
  return found;
}

async function namesOf(
  { warehouse, workspace }: FiguresSource,
  revenue: readonly Revenue[],
  receipt: Receipt | null,
): Promise<CatalogueNames> {
  const keysOf = (key: RevenueKey) =>
    revenue.filter((each) => each.key === key).flatMap(({ rows }) => rows.map((row) => row.key));
  const touched = receipt?.touchpoints ?? [];
  const unique = (ids: readonly string[]) => [...new Set(ids)].filter((id) => id !== '');
  return readNames(warehouse, {
    workspace,
    postIds: unique([...keysOf('post'), ...touched.map(({ post_id }) => post_id)]),
    influencerIds: unique([
      ...keysOf('influencer'),
      ...touched.map(({ influencer_id }) => influencer_id),
    ]),
  });
}
