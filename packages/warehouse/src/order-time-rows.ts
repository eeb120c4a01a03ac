/**
 * The rows that `order_times_feed` makes of a record of an order, made here: what is inserted again
 * when the feed's own outcome is unknown. A test holds the two against each other.
 */
import type { OrderRecordRow } from './rows.js';

export interface OrderTimeRow {
  readonly workspace: string;
  readonly ordered_at: number;
  readonly order_id: string;
  readonly revision: number;
  readonly gone: boolean;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly person_id: string;
  readonly currency: string;
  readonly gross: number;
  readonly tax: number;
  readonly shipping: number;
  readonly refunded: number;
  readonly net: number;
  readonly new_customer: boolean;
}

export function orderTimeRows(row: OrderRecordRow): OrderTimeRow[] {
  const places = new Set([row.ordered_at, ...earlierTimes(row)]);
  return [...places].map((place) => ({
    workspace: row.workspace,
    ordered_at: place,
    order_id: row.order_id,
    revision: row.revision,
    gone: place !== row.ordered_at,
    log_partition: row.log_partition,
    log_offset: row.log_offset,
    person_id: place === row.ordered_at ? row.person_id : '',
    currency: row.currency,
    gross: row.gross,
    tax: row.tax,
    shipping: row.shipping,
    refunded: row.refunded,
    net: row.net,
    new_customer: row.new_customer,
  }));
}

/** Of an older build's record, as far as its differences tell. */
function earlierTimes(row: OrderRecordRow): readonly number[] {
  if (row.moved_from.length > 0 || row.revision === 1) return row.moved_from;
  return row['touch.delta_ordered_at'].flat();
}
