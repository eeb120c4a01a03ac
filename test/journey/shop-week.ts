/**
 * A small week of a shop whose books are known beforehand: buyers click twice and buy once, some
 * refund, and every seventh of them turns out to be the one before. Guarantees: what `expected`
 * says is derived from the generator's own counters, not from the product.
 */
import { withoutRecordedAt } from '../harness/answers.js';
import type { Product } from '../harness/product.js';

const start = Date.UTC(2024, 4, 6);
const time = (ms: number) => new Date(start + ms).toISOString();
const hourMs = 3_600_000;
const refundEvery = 5;
const sameEvery = 7;

/** The events of one buyer, in the order in which they happened. */
function buyer(number: number): object[] {
  const identifiers = { anonymous_id: `week-a${number}`, user_id: `week-u${number}` };
  const at = number * 1_000;
  const order = { order_id: `week-o${number}`, total: '10.01', currency: 'EUR' };
  const events: object[] = [
    { type: 'click', occurred_at: time(at), identifiers, post_id: 'week-p1' },
    { type: 'click', occurred_at: time(at + 1), identifiers, post_id: 'week-p2' },
    { type: 'purchase', occurred_at: time(at + hourMs), identifiers, order },
  ];
  if (number % refundEvery === 0) {
    const refund = {
      refund_id: `week-r${number}`,
      order_id: order.order_id,
      total: '5.00',
      currency: 'EUR',
    };
    events.push({ type: 'refund', occurred_at: time(at + 2 * hourMs), refund });
  }
  if (number % sameEvery === 0 && number > 0) {
    const both = { user_id: `week-u${number}`, email: `week${number}@example.org` };
    const before = { ...both, user_id: `week-u${number - 1}` };
    events.push({ type: 'identify', occurred_at: time(at), identifiers: both });
    events.push({ type: 'identify', occurred_at: time(at), identifiers: before });
  }
  return events.map((event, index) => ({ event_id: `week-${number}-${index}`, ...event }));
}

/** All events of buyers `from` to `to`, the latter not included. */
export function weekEvents(from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, index) => buyer(from + index)).flat();
}

/** What the books must say of buyers 0 to `buyers`, in minor units and rows. */
export function expectedBooks(buyers: number) {
  const refunded = Math.ceil(buyers / refundEvery);
  const net = buyers * 1_001 - refunded * 500;
  const merged = Math.floor((buyers - 1) / sameEvery);
  return {
    orders: buyers,
    net,
    people: buyers - merged,
    touchpoints: 2 * buyers,
    events: weekEvents(0, buyers).length,
    credit: net,
    daily: net,
    first: net,
  };
}

/** The same, as the product's tables say it. */
export async function booksOf(product: Product) {
  const [row] = await product.sql(`SELECT
    (SELECT count() FROM orders_current) AS orders,
    (SELECT sum(net) FROM orders_current) AS net,
    (SELECT uniqExact(person_id) FROM orders_current) AS people,
    (SELECT count() FROM touchpoints_current) AS touchpoints,
    (SELECT count() FROM events_current) AS events,
    (SELECT sum(credit) FROM credits_current WHERE model = 'linear') AS credit,
    (SELECT sum(credit) FROM revenue_by_post_daily WHERE model = 'position_based') AS daily,
    (SELECT sum(credit) FROM revenue_by_post_daily
     WHERE model = 'first_touch' AND post_id = 'week-p1') AS first`);
  return row;
}

/** Every row of the tables that have no time of recording, for an exact comparison. */
export async function tablesOf(product: Product) {
  const tables: readonly (readonly [string, string])[] = [
    ['orders_current', 'order_id'],
    ['credits_current', 'order_id, model, touchpoint_id'],
    ['touchpoints_current', 'touchpoint_id'],
    ['identities_current', 'identifier_type, identifier'],
    ['revenue_by_post_daily', 'day, post_id, model'],
    ['revenue_by_channel_daily', 'day, platform, medium, media_type, model'],
  ];
  const found: Record<string, unknown> = {};
  for (const [table, order] of tables) {
    const rows = await product.sql(`SELECT * FROM ${table} ORDER BY ${order}`);
    found[table] = rows.map(withoutRecordedAt);
  }
  return found;
}

const requestEventsMax = 500;
/** Sends events in requests of a size that the collector takes. */
export async function postAll(product: Product, events: readonly object[]): Promise<void> {
  for (let from = 0; from < events.length; from += requestEventsMax) {
    const answer = await product.post(events.slice(from, from + requestEventsMax));
    if (answer.rejected.length > 0) throw new Error(JSON.stringify(answer.rejected[0]));
  }
}
