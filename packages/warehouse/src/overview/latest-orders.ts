/** The latest orders, found by time alone first, so that no large table is read whole. */
import { type OverviewDatabase, type OverviewRange, ordersOfRange, parametersOf } from './range.js';

export interface LatestOrder {
  readonly orderId: string;
  /** As ClickHouse writes it, in UTC. */
  readonly occurredAt: string;
  readonly net: bigint;
  readonly refunded: bigint;
  readonly newCustomer: boolean;
  readonly touchpoints: number;
}

/** Newest first. */
export async function readLatestOrders(
  database: OverviewDatabase,
  range: OverviewRange,
  ordersMax: number,
): Promise<readonly LatestOrder[]> {
  const rows = await database.query<{
    order_id: string;
    ordered_at: string;
    net: string;
    refunded: string;
    new_customer: boolean;
    eligible: number;
  }>(
    `SELECT order_id, ordered_at, toString(net) AS net, toString(refunded) AS refunded,
      new_customer, eligible
    FROM rosi.order_records FINAL
    WHERE ${ordersOfRange} AND order_id IN (
      SELECT order_id FROM rosi.order_times FINAL WHERE ${ordersOfRange}
      ORDER BY ordered_at DESC, order_id DESC LIMIT {ordersMax:UInt32})
    ORDER BY ordered_at DESC, order_id DESC LIMIT {ordersMax:UInt32}`,
    { ...parametersOf(range), ordersMax },
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    occurredAt: row.ordered_at,
    net: BigInt(row.net),
    refunded: BigInt(row.refunded),
    newCustomer: row.new_customer,
    touchpoints: row.eligible,
  }));
}
