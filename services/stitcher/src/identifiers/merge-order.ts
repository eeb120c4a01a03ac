/**
 * What an order is, given all its purchase and refund events: a pure function of the set, so that
 * the order in which sources report never matters (contract, "Orders").
 */
import { type CollectedEvent, compareUtf8, type Purchase } from '@rosi/events';

/** Amounts are minor units of `currency`; times are milliseconds since 1970. */
export interface OrderFacts {
  readonly orderedAt: number;
  readonly currency: string;
  readonly gross: number;
  readonly tax: number;
  readonly shipping: number;
  /** Sum of the refunds in the order's currency, not capped by the total. */
  readonly refunded: number;
  readonly net: number;
  readonly couponCodes: readonly string[];
  /** JSON as sent, or empty. */
  readonly items: string;
}

/**
 * What a record can hold: its long is read as a number. A net is long 0 by then, since an amount is at
 * most 10^15 − 1. docs/tables.md states the bound.
 */
const REFUNDED_MAX = 9_007_199_254_740_990n;

const isServer = (event: CollectedEvent) => event.source !== 'pixel';

/** Best first: server before pixel, then the later, then the larger event_id. */
function compareStatements(a: CollectedEvent, b: CollectedEvent): number {
  if (isServer(a) !== isServer(b)) return isServer(a) ? -1 : 1;
  return b.occurredAt - a.occurredAt || compareUtf8(b.eventId, a.eventId);
}

/** The order's facts, or null as long as no purchase states a total with its currency. */
export function mergeOrder(events: readonly CollectedEvent[]): OrderFacts | null {
  const purchases = events.filter((event) => event.order !== null && event.type === 'purchase');
  purchases.sort(compareStatements);
  const statements = purchases.map((event) => event.order as Purchase);
  const total = statements.find((statement) => statement.total !== null);
  if (total === undefined || total.total === null) return null;
  const inCurrency = statements.filter((statement) => statement.currency === total.currency);
  const refunded = sumRefunds(events, total.currency);
  return {
    orderedAt: orderTime(purchases),
    currency: total.currency,
    gross: total.total,
    tax: inCurrency.find((statement) => statement.tax !== null)?.tax ?? 0,
    shipping: inCurrency.find((statement) => statement.shipping !== null)?.shipping ?? 0,
    refunded,
    net: Math.max(0, total.total - refunded),
    couponCodes: statements.find((statement) => statement.couponCodes !== null)?.couponCodes ?? [],
    items: statements.find((statement) => statement.items !== null)?.items ?? '',
  };
}

/** The earliest server purchase; of pixel purchases only when there is no other. */
function orderTime(purchases: readonly CollectedEvent[]): number {
  const server = purchases.filter(isServer);
  const deciding = server.length > 0 ? server : purchases;
  return deciding.reduce((least, event) => Math.min(least, event.occurredAt), Number.MAX_VALUE);
}

function sumRefunds(events: readonly CollectedEvent[], currency: string): number {
  const best = new Map<string, CollectedEvent>();
  for (const event of events) {
    if (event.type !== 'refund' || event.refund === null) continue;
    const known = best.get(event.refund.refundId);
    if (known === undefined || compareStatements(event, known) < 0) {
      best.set(event.refund.refundId, event);
    }
  }
  let sum = 0n;
  for (const { refund } of best.values()) {
    if (refund !== null && refund.currency === currency) sum += BigInt(refund.amount);
  }
  return Number(sum < REFUNDED_MAX ? sum : REFUNDED_MAX);
}
