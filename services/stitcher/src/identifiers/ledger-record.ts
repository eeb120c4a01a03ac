/**
 * The record of an order: its row, its credits, and the signed differences to the record before.
 * Pure: the same facts and touchpoints give the same record.
 */
import { type AttributionSettings, compareTouches, creditOrder } from '@rosi/attribution';
import {
  type LedgerCredit,
  type LedgerDelta,
  type LedgerOrder,
  ledgerOrderCodec,
  type Touch,
  touchCodec,
} from '@rosi/events';
import type { OrderFacts } from './merge-order.js';

/** What an order's node knows when it values the order. */
export interface Valuation {
  readonly workspace: string;
  readonly orderId: string;
  readonly facts: OrderFacts;
  /** Empty: nobody's. */
  readonly personId: string;
  readonly newCustomer: boolean;
  /** The journey's eligible touchpoints and those of the order's coupons, in any order. */
  readonly touches: readonly Touch[];
  /** The journey had more than the limit. */
  readonly cut: boolean;
}

/** The order's record without revision, time and differences. */
export function valueOrder(valuation: Valuation, settings: AttributionSettings): LedgerOrder {
  const { facts } = valuation;
  const sorted = [...valuation.touches].sort(compareTouches);
  const newest = sorted.slice(-settings.touchpointsMax);
  const { touches, credits } = creditOrder({
    touches: newest,
    orderedAt: facts.orderedAt,
    net: facts.net,
    settings,
  });
  return {
    workspace: valuation.workspace,
    orderId: valuation.orderId,
    generation: 0,
    revision: 0,
    recordedAt: 0,
    personId: valuation.personId,
    orderedAt: facts.orderedAt,
    currency: facts.currency,
    gross: facts.gross,
    tax: facts.tax,
    shipping: facts.shipping,
    refunded: facts.refunded,
    net: facts.net,
    newCustomer: valuation.newCustomer,
    cut: valuation.cut || newest.length < sorted.length,
    couponCodes: facts.couponCodes,
    items: facts.items,
    touches,
    eligible: newest.length,
    credits,
    deltas: [],
    movedFrom: [],
  };
}

/** Whether both say the same of the order; when and how often it was recorded aside. */
export function isSameOrder(a: LedgerOrder, b: LedgerOrder): boolean {
  // Of a long journey a look at the lengths saves writing both down.
  if (a.touches.length !== b.touches.length || a.credits.length !== b.credits.length) return false;
  const aside = { generation: 0, revision: 0, recordedAt: 0, deltas: [], movedFrom: [] };
  const plain = (order: LedgerOrder) => ledgerOrderCodec.encode({ ...order, ...aside });
  return plain(a).equals(plain(b));
}

/**
 * `next` with the signed differences to `before`: rows that are the same in both are left out, so
 * that the sum of all differences of an order is its present state. It also tells the time that the
 * order had before, where it has been moved.
 */
export function withDeltas(before: LedgerOrder | null, next: LedgerOrder): LedgerOrder {
  if (before === null) {
    return { ...next, deltas: next.credits.map((credit) => delta(next, credit, credit.touch, 1)) };
  }
  const touches = [...next.touches];
  const deltas: LedgerDelta[] = [];
  const keyOfNext = rowKeys(next);
  const keyOfBefore = rowKeys(before);
  const remaining = new Map(next.credits.map((credit) => [keyOfNext(credit), credit]));
  for (const credit of before.credits) {
    const key = keyOfBefore(credit);
    if (remaining.delete(key)) continue;
    const touch = before.touches[credit.touch] as Touch;
    deltas.push(delta(before, credit, indexOfTouch(touches, touch), -1));
  }
  for (const credit of remaining.values()) deltas.push(delta(next, credit, credit.touch, 1));
  const movedFrom = before.orderedAt === next.orderedAt ? [] : [before.orderedAt];
  return { ...next, touches, deltas, movedFrom };
}

function delta(order: LedgerOrder, credit: LedgerCredit, touch: number, sign: 1 | -1): LedgerDelta {
  return {
    model: credit.model,
    touch,
    personId: order.personId,
    orderedAt: order.orderedAt,
    currency: order.currency,
    credit: sign * credit.credit,
    share: sign * credit.share,
  };
}

/** Keys of an order's credit rows: equal exactly when two rows are equal in every column. */
function rowKeys(order: LedgerOrder): (credit: LedgerCredit) => string {
  const touches = order.touches.map((touch) => touchCodec.encode(touch).toString('latin1'));
  const whole = [order.orderedAt, order.currency, order.personId].join('\n');
  return ({ model, credit, share, touch }) =>
    `${model}\n${credit}\n${share}\n${whole}\n${touches[touch]}`;
}

/** The place of an equal touch in the list, which is added when there is none. */
function indexOfTouch(touches: Touch[], touch: Touch): number {
  const bytes = touchCodec.encode(touch);
  const known = touches.findIndex(
    (other) => other.touchpointId === touch.touchpointId && touchCodec.encode(other).equals(bytes),
  );
  return known >= 0 ? known : touches.push(touch) - 1;
}
