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

/** Whether the order is just as it was recorded; when and how often that was aside. */
export function isSameOrder(recorded: LedgerOrder, order: LedgerOrder): boolean {
  // Mostly a look at the credits tells, and saves writing both down.
  if (recorded.touches.length !== order.touches.length) return false;
  if (recorded.credits.length !== order.credits.length) return false;
  const differs = recorded.credits.some((credit, at) => !isSameRow(credit, order.credits[at]));
  if (differs) return false;
  const aside = { generation: 0, revision: 0, recordedAt: 0, deltas: [], movedFrom: [] };
  const plain = (one: LedgerOrder) => ledgerOrderCodec.encode({ ...one, ...aside });
  return plain(recorded).equals(plain(order));
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
  const places = placesOf(before.touches, touches);
  const remaining = rowsByTouch(next.credits);
  const isSameWhole =
    before.orderedAt === next.orderedAt &&
    before.currency === next.currency &&
    before.personId === next.personId;
  for (const credit of before.credits) {
    const place = places(credit.touch);
    const rows = isSameWhole ? remaining.get(credit.model) : undefined;
    const row = rows?.[place];
    if (rows !== undefined && isSameRow(credit, row)) {
      rows[place] = undefined;
    } else deltas.push(delta(before, credit, place, -1));
  }
  for (const rows of remaining.values()) {
    for (const row of rows) {
      if (row !== undefined) deltas.push(delta(next, row, row.touch, 1));
    }
  }
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

/** A model has one row for a touch at most. */
function rowsByTouch(credits: readonly LedgerCredit[]): Map<string, (LedgerCredit | undefined)[]> {
  const byModel = new Map<string, (LedgerCredit | undefined)[]>();
  for (const credit of credits) {
    const rows = byModel.get(credit.model);
    if (rows === undefined) {
      const first: (LedgerCredit | undefined)[] = [];
      first[credit.touch] = credit;
      byModel.set(credit.model, first);
    } else rows[credit.touch] = credit;
  }
  return byModel;
}

/**
 * Where the touches of another list stand among these, by their places there. One that is not here,
 * equal in every column, is added when it is asked for.
 */
function placesOf(others: readonly Touch[], touches: Touch[]): (other: number) => number {
  const known = new Map(touches.map((touch, place) => [touch.touchpointId, place]));
  const places: number[] = [];
  return (other) => {
    let place = places[other];
    if (place === undefined) {
      const touch = others[other] as Touch;
      place = known.get(touch.touchpointId) ?? -1;
      if (place < 0 || !isSameTouch(touch, touches[place] as Touch)) {
        place = touches.push(touch) - 1;
      }
      places[other] = place;
    }
    return place;
  };
}

/** Of the same model and touch. */
function isSameRow(a: LedgerCredit, b: LedgerCredit | undefined): boolean {
  return a.credit === b?.credit && a.share === b.share;
}

function isSameTouch(a: Touch, b: Touch): boolean {
  return touchCodec.encode(a).equals(touchCodec.encode(b));
}
