/** Orders to send, and every number in ClickHouse that must be their sum. */

import type { Row } from '../harness/answers.js';
import type { Product } from '../harness/product.js';

const occurredAt = '2026-03-01T10:00:00.000Z';

/** A purchase of a person of its own, in EUR. */
export function orderOf(orderId: string, total: string) {
  return {
    event_id: `p${orderId}`,
    type: 'purchase',
    occurred_at: occurredAt,
    identifiers: { user_id: `u${orderId}` },
    order: { order_id: orderId, total, currency: 'EUR' },
  };
}

/** By one model: the net of the orders, and what each way of adding up their credit says. */
export async function loadedTotals(product: Product): Promise<Row | undefined> {
  const [found] = await product.sql(`SELECT
    (SELECT sum(net) FROM orders_current) AS net,
    (SELECT sum(net) FROM orders_by_time) AS by_time,
    (SELECT sum(credit) FROM revenue_by_post_daily WHERE model = 'linear') AS daily,
    (SELECT sum(credit) FROM credits WHERE model = 'linear') AS deltas,
    (SELECT sum(credit) FROM credits_current WHERE model = 'linear') AS credits,
    (SELECT arraySort(groupArray(order_id)) FROM orders_current) AS orders`);
  return found;
}
