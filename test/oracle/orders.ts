/**
 * Orders merged field by field over their sources, and their refunds (contract, section 2).
 */
import { compareVersions } from './catalogue.js';
import { groupBy, last } from './text.js';
import type { Accepted, Money, Purchase, Refund } from './types.js';

export interface Order {
  readonly orderId: string;
  readonly occurredAt: number;
  readonly currency: string;
  readonly gross: bigint;
  readonly tax: bigint;
  readonly shipping: bigint;
  /** Sum of the refunds in the order's currency, uncapped. */
  readonly refunded: bigint;
  readonly net: bigint;
  readonly couponCodes: readonly string[];
}

/** The best event last: server after pixel, then the later occurred_at, then the larger event_id. */
function byMerit(a: Accepted, b: Accepted): number {
  return Number(a.server) - Number(b.server) || compareVersions(a, b);
}

/** The value of the best event that has one. */
function best<T>(events: readonly Accepted[], read: (event: Accepted) => T | null): T | null {
  const stated = [...events]
    .sort(byMerit)
    .map(read)
    .filter((value) => value !== null);
  return last(stated) ?? null;
}

/** Its server purchases decide; its pixel purchases only when there is no other. */
function orderedAt(purchases: readonly Accepted[]): number {
  const servers = purchases.filter((event) => event.server);
  const deciding = servers.length > 0 ? servers : purchases;
  return Math.min(...deciding.map((event) => event.occurredAt));
}

/** Copies of one refund_id are one refund. */
function refundsOf(events: readonly Accepted[]): Refund[] {
  // reading: refund_id is unique within its order; another order's refund may bear it too.
  const keyOf = (event: Accepted): string =>
    JSON.stringify([event.refund?.orderId, event.refund?.refundId]);
  const copies = groupBy(
    events.filter((event) => event.refund !== null),
    keyOf,
  );
  return [...copies.values()].flatMap((group) => best(group, (event) => event.refund) ?? []);
}

function orderOf(purchases: readonly Accepted[], refunds: readonly Refund[]): Order | null {
  const field = <K extends keyof Purchase>(name: K): Purchase[K] | null =>
    best(purchases, (event) => event.purchase?.[name] ?? null);
  const orderId = field('orderId');
  const total = field('total');
  if (orderId === null || total === null) return null; // no row until an event states the total
  // reading: tax and shipping are money of the order, so one in another currency says nothing.
  const inCurrency = (name: 'tax' | 'shipping'): Money | null =>
    best(purchases, (event) => {
      const money = event.purchase?.[name] ?? null;
      return money?.currency === total.currency ? money : null;
    });
  const refunded = refunds
    .filter((refund) => refund.orderId === orderId && refund.total.currency === total.currency)
    .reduce((sum, refund) => sum + refund.total.minor, 0n);
  return {
    orderId,
    occurredAt: orderedAt(purchases),
    currency: total.currency,
    gross: total.minor,
    tax: inCurrency('tax')?.minor ?? 0n,
    shipping: inCurrency('shipping')?.minor ?? 0n,
    refunded,
    net: refunded > total.minor ? 0n : total.minor - refunded,
    couponCodes: field('couponCodes') ?? [],
  };
}

/** Every order that has a row. */
export function ordersOf(events: readonly Accepted[]): Order[] {
  const purchases = events.filter((event) => event.purchase !== null);
  const refunds = refundsOf(events);
  const byOrder = groupBy(purchases, (event) => event.purchase?.orderId ?? '');
  return [...byOrder.values()].flatMap((group) => orderOf(group, refunds) ?? []);
}
