/**
 * The figures at the top of the page, and both sides of its books: what the orders come to by their
 * own rows, and what each model's credits come to by the sums that the page shows.
 */
import { dailyKeys, dailySums } from '../schema/daily-sums.js';
import {
  type OverviewDatabase,
  type OverviewRange,
  ofCurrency,
  ofWorkspace,
  ordersOfRange,
  parametersOf,
  withinDays,
} from './range.js';

export interface OrderTotals {
  readonly orders: number;
  readonly newCustomers: number;
  /** Minor units; sums may be larger than a number holds exactly. */
  readonly net: bigint;
  readonly refunded: bigint;
}

export async function readOrderTotals(
  database: OverviewDatabase,
  range: OverviewRange,
): Promise<OrderTotals> {
  const [row] = await database.query<{
    orders: number;
    new_customers: number;
    net_sum: string;
    refunded_sum: string;
  }>(
    `SELECT count() AS orders, countIf(new_customer) AS new_customers,
      toString(sum(toInt128(net))) AS net_sum, toString(sum(toInt128(refunded))) AS refunded_sum
    FROM (SELECT net, refunded, new_customer FROM rosi.order_times FINAL
      WHERE ${ordersOfRange})`,
    parametersOf(range),
  );
  return {
    orders: row?.orders ?? 0,
    newCustomers: row?.new_customers ?? 0,
    net: BigInt(row?.net_sum ?? 0),
    refunded: BigInt(row?.refunded_sum ?? 0),
  };
}

/** A model's credits by one of the daily tables. */
export interface CreditTotal {
  /** post, influencer, campaign or channel. */
  readonly table: string;
  readonly model: string;
  readonly credit: bigint;
}

export async function readCreditTotals(
  database: OverviewDatabase,
  range: OverviewRange,
): Promise<readonly CreditTotal[]> {
  const selects = dailyKeys.map(
    (key) => `SELECT '${key}' AS table, toString(model) AS model, sum(toInt128(credit)) AS total
    FROM rosi.${dailySums(key)} WHERE ${ofCurrency} AND ${withinDays('day')}
    GROUP BY model HAVING total != 0`,
  );
  const rows = await database.query<{ table: string; model: string; credit: string }>(
    `SELECT table, model, toString(total) AS credit FROM (${selects.join(' UNION ALL ')})
    ORDER BY table, model`,
    parametersOf(range),
  );
  return rows.map(({ table, model, credit }) => ({ table, model, credit: BigInt(credit) }));
}

/** Everything spent, whatever it was spent on. */
export async function readSpendTotal(
  database: OverviewDatabase,
  range: OverviewRange,
): Promise<bigint> {
  const [row] = await database.query<{ spent: string }>(
    `SELECT toString(sum(toInt128(amount))) AS spent FROM rosi.spend
    WHERE ${ofCurrency} AND ${withinDays('date')}`,
    parametersOf(range),
  );
  return BigInt(row?.spent ?? 0);
}

export interface DayTotal {
  readonly day: string;
  readonly net: bigint;
}

/** Net by day, of days that have some: any one model's credits of a day sum to it. */
export async function readDailyNet(
  database: OverviewDatabase,
  range: OverviewRange,
): Promise<readonly DayTotal[]> {
  const rows = await database.query<{ day_text: string; net: string }>(
    `SELECT toString(day) AS day_text, toString(sum(toInt128(credit))) AS net
    FROM rosi.${dailySums('channel')}
    WHERE ${ofCurrency} AND model = 'linear' AND ${withinDays('day')}
    GROUP BY day HAVING sum(toInt128(credit)) != 0 ORDER BY day`,
    parametersOf(range),
  );
  return rows.map(({ day_text, net }) => ({ day: day_text, net: BigInt(net) }));
}

export interface CurrencyInUse {
  readonly currency: string;
  readonly orders: number;
  /** Day of the latest order; null: there is spend alone. */
  readonly latestDay: string | null;
}

/** Currencies of orders and of spend, the one with the most orders first. */
export async function readCurrencies(
  database: OverviewDatabase,
  { workspace, timezone }: Pick<OverviewRange, 'workspace' | 'timezone'>,
): Promise<readonly CurrencyInUse[]> {
  const rows = await database.query<{ currency: string; found: number; latest: string }>(
    `SELECT currency, sum(n) AS found, max(last) AS latest FROM (
      SELECT toString(currency) AS currency, count() AS n,
        toString(max(toDate32(ordered_at, {timezone:String}))) AS last
      FROM rosi.order_times FINAL WHERE ${ofWorkspace} GROUP BY currency
      UNION ALL
      SELECT DISTINCT toString(currency) AS currency, 0 AS n, '' AS last
      FROM rosi.spend WHERE ${ofWorkspace})
    GROUP BY currency ORDER BY found DESC, currency`,
    { workspace, timezone },
  );
  return rows.map(({ currency, found, latest }) => ({
    currency,
    orders: found,
    latestDay: latest === '' ? null : latest,
  }));
}
