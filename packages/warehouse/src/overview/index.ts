/** What the page shows, as typed queries. Amounts are minor units of one currency, exact. */
export { type LatestOrder, readLatestOrders } from './latest-orders.js';
export type { OverviewRange } from './range.js';
export {
  type CatalogueNames,
  type PostName,
  type RevenueKey,
  type RevenueQuery,
  type RevenueRow,
  readNames,
  readRevenue,
} from './revenue.js';
export {
  type CreditTotal,
  type CurrencyInUse,
  type DayTotal,
  type OrderTotals,
  readCreditTotals,
  readCurrencies,
  readDailyNet,
  readOrderTotals,
  readSpendTotal,
} from './totals.js';
