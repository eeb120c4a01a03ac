/** What the overview is asked for, and how that reads in SQL. */
import type { Warehouse } from '../warehouse-api.js';

export type OverviewDatabase = Pick<Warehouse, 'query'>;

/** One currency: amounts of several are never added up. */
export interface OverviewRange {
  readonly workspace: string;
  readonly currency: string;
  /** Days in the workspace's time zone, both included: `2026-03-01`. */
  readonly from: string;
  readonly to: string;
  /** IANA name: the one that the daily sums were made with. */
  readonly timezone: string;
}

/** Of the daily sums and of `spend` the column is `day` or `date`. */
export const withinDays = (column: string) =>
  `${column} BETWEEN toDate32({from:String}) AND toDate32({to:String})`;

const orderDay = 'toDate32(ordered_at, {timezone:String})';

export const ofWorkspace = 'workspace = {workspace:String}';
export const ofCurrency = `${ofWorkspace} AND currency = {currency:String}`;

/** Of `order_times`, where the bounds spare all other times: no time zone is a whole day from UTC. */
export const ordersOfRange = `${ofCurrency} AND ${withinDays(orderDay)}
  AND ordered_at >= toDateTime64({from:String}, 3, 'UTC') - INTERVAL 1 DAY
  AND ordered_at < toDateTime64({to:String}, 3, 'UTC') + INTERVAL 2 DAY`;

/** ClickHouse's parameters take exactly the names that a statement knows. */
export function parametersOf(range: OverviewRange) {
  const { workspace, currency, from, to, timezone } = range;
  return { workspace, currency, from, to, timezone };
}
