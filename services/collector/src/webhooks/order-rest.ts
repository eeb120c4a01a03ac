/**
 * What is left of a shop's order, as a refund `cancelled:<order id>`: all of it once the order
 * counts no more (cancelled, voided, failed), nothing once it counts again; the latest statement
 * counts. An order that never counted has no row, so its refund has none either.
 */
import { type Delivery, type RawEvent, withContentId } from './adapter.js';
import { leftOf } from './amounts.js';

/** Withdrawn: cancelled for good. Only a paid order counts. */
export type Standing = 'unpaid' | 'paid' | 'withdrawn';

/** An order as one delivery tells of it. */
export interface OrderState {
  readonly source: string;
  readonly orderId: string;
  readonly changedAt: string;
  readonly currency: string;
  readonly total: string;
  /** Amounts that went back. */
  readonly refunded: readonly string[];
  readonly standing: Standing;
}

/**
 * Shops state whole seconds, and an order is often paid in the one in which it was placed. Of two
 * statements of one second the larger event id counts, and these words sort as they overrule each
 * other: above any hash, the last the largest.
 */
const places: Readonly<Record<Standing, string>> = {
  unpaid: '',
  paid: ':paid',
  withdrawn: ':withdrawn',
};

export function orderRest(state: OrderState, delivery: Delivery): RawEvent {
  const { source, orderId, currency, total, refunded, standing } = state;
  const left = standing === 'paid' ? '0' : (leftOf(total, refunded, currency) ?? total);
  const event = {
    type: 'refund',
    occurred_at: state.changedAt,
    refund: { refund_id: `cancelled:${orderId}`, order_id: orderId, total: left, currency },
  };
  return withContentId(`${source}:refund${places[standing]}`, event, delivery);
}
