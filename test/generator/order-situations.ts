/**
 * Orders from several sources, their updates, coupons and refunds, in several currencies.
 */
import { couponCodes } from './catalogue-situations.js';
import {
  type Body,
  dayMs,
  minuteMs,
  nastyTexts,
  type OrderSketch,
  type Request,
  type World,
} from './world.js';

const digitsOf: Readonly<Record<string, number>> = { EUR: 2, USD: 2, JPY: 0, KWD: 3 };

/** Minor units as decimal text; a number where that says the same. */
function amountOf(world: World, minor: number, currency: string): string | number {
  const digits = digitsOf[currency] ?? 2;
  const text = String(minor).padStart(digits + 1, '0');
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return world.random.chance(0.15) ? Number(decimal) : decimal;
}

interface OrderWishes {
  readonly currency?: string;
  readonly total?: number;
  readonly orderId?: string;
  readonly mixedCurrencies?: boolean;
  readonly at?: number;
}

export function newOrder(world: World, wishes: OrderWishes = {}): OrderSketch {
  const { random } = world;
  const nasty = random.chance(0.1) ? random.pick(nastyTexts) : '';
  const order: OrderSketch = {
    orderId: wishes.orderId ?? `${random.pick(['', 'shopify:'])}${1_000 + world.serial()}${nasty}`,
    person: world.person(),
    at: wishes.at ?? world.instant(),
    currency: wishes.currency ?? random.pick(['EUR', 'EUR', 'USD', 'JPY', 'KWD']),
    total:
      wishes.total ?? random.pick([1, 2, 3, 7, 100, 12_990, 99_999, random.integer(1, 500_000)]),
    mixedCurrencies: wishes.mixedCurrencies ?? false,
  };
  world.orders.push(order);
  world.count(`currency_${order.currency}`);
  return order;
}

function codes(world: World): Body {
  const { random } = world;
  if (random.chance(0.5)) return {};
  const count = random.pick([0, 1, 1, 2]);
  const chosen = random.shuffled(couponCodes).slice(0, count);
  const spelt = chosen.map((code) => (random.chance(0.3) ? ` ${code.toLowerCase()}` : code));
  return { coupon_codes: spelt };
}

function fees(world: World, order: OrderSketch): Body {
  const { random } = world;
  if (order.mixedCurrencies) return {};
  const fee = (name: string): Body =>
    random.chance(0.4) ? { [name]: amountOf(world, random.integer(0, 500), order.currency) } : {};
  return { ...fee('tax'), ...fee('shipping') };
}

/** One event that tells of the order, with differing fields. */
export function purchase(
  world: World,
  order: OrderSketch,
  request: Request = {},
  extra: { at?: number; order?: Body; identifiers?: Body; top?: Body } = {},
): void {
  const { random } = world;
  const server = request.server ?? false;
  const identifiers =
    extra.identifiers ??
    (server ? world.identifiersOf(order.person) : world.browserOf(order.person));
  const body = {
    order_id: random.chance(0.1) ? ` ${order.orderId} ` : order.orderId,
    total: amountOf(world, order.total, order.currency),
    currency: order.currency,
    ...fees(world, order),
    ...codes(world),
    ...extra.order,
  };
  world.emit('purchase', extra.at ?? order.at, { identifiers, order: body, ...extra.top }, request);
}

export function purchaseOfPixel(world: World): void {
  purchase(world, newOrder(world));
}

export function purchaseOfServer(world: World): void {
  purchase(world, newOrder(world), { server: true });
}

/** The pixel, the shop and the payment provider name one order and disagree. */
export function purchaseOfManySources(world: World): void {
  const { random } = world;
  const order = newOrder(world);
  const later = () => order.at + random.integer(-5, 5) * minuteMs;
  const total = () => amountOf(world, order.total + random.integer(0, 3), order.currency);
  purchase(world, order, {}, { at: later(), order: { total: total() } });
  purchase(world, order, { server: true });
  purchase(world, order, { server: true }, { at: later(), order: { total: total() } });
}

/** Two servers at one instant: the larger event_id is the better source. */
export function purchasesAtOneInstant(world: World): void {
  const order = newOrder(world);
  for (let i = 0; i < 3; i++) {
    const total = amountOf(world, order.total + i, order.currency);
    purchase(world, order, { server: true }, { order: { total } });
  }
}

/** The sources state different currencies: total goes with its own. */
export function purchaseInTwoCurrencies(world: World): void {
  const order = newOrder(world, { currency: 'USD', mixedCurrencies: true });
  const inEuro = { total: '17.35', currency: 'EUR' };
  purchase(world, order, { server: world.random.chance(0.5) }, { order: inEuro });
  purchase(world, order, { server: true });
}

/** A thank-you page knows the number alone. */
function thankYou(world: World, order: OrderSketch): void {
  const identifiers = world.browserOf(order.person);
  world.emit('purchase', order.at, { identifiers, order: { order_id: order.orderId } });
}

export function thankYouPageThenServer(world: World): void {
  const order = newOrder(world);
  thankYou(world, order);
  purchase(world, order, { server: true }, { at: order.at + minuteMs });
}

/** No event ever states the total: there is no row. */
export function thankYouPageAlone(world: World): void {
  thankYou(world, newOrder(world));
}

/** An update does not move the order, and its fields win. */
export function orderUpdatedLater(world: World): void {
  const order = newOrder(world);
  purchase(world, order, { server: true });
  const total = amountOf(world, world.random.integer(0, order.total), order.currency);
  const at = order.at + world.random.integer(1, 9) * dayMs;
  purchase(world, order, { server: true }, { at, order: { total } });
}

/** A pixel's later word about codes is worth less than the server's empty list. */
export function emptyCodesOfServer(world: World): void {
  const order = newOrder(world);
  purchase(world, order, {}, { at: order.at + dayMs, order: { coupon_codes: ['ADA10'] } });
  purchase(world, order, { server: true }, { order: { coupon_codes: [] } });
}

export function orderWithCoupons(world: World): void {
  const coupon_codes = world.random.shuffled([...couponCodes, 'NOBODY5', 'ada10']).slice(0, 3);
  purchase(world, newOrder(world), { server: true }, { order: { coupon_codes } });
}

export function freeOrder(world: World): void {
  purchase(world, newOrder(world, { total: 0 }), { server: true });
}

/** Orders of one person at one instant: order_id decides which was the first. */
export function ordersAtOneInstant(world: World): void {
  const first = newOrder(world);
  purchase(world, first, { server: true });
  const second = { ...newOrder(world, { at: first.at }), person: first.person };
  purchase(world, second, { server: true });
}

/** Known by the order alone: nobody can say whether the customer is new. */
export function orderWithoutPerson(world: World): void {
  purchase(world, newOrder(world), { server: true }, { identifiers: {} });
}

/** "0" is junk for every identifier but an order's. */
export function orderNumberedZero(world: World): void {
  if (world.counts.has('order_numbered_zero')) return;
  purchase(world, newOrder(world, { orderId: '0' }), { server: true });
  world.count('order_numbered_zero');
}

/** Minutes around midnight on the days when the clocks change. */
export function orderOnClockChange(world: World): void {
  const { random } = world;
  const days = ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01'];
  const offsets = [0, 1, 4, 5, 22, 23, 24, 28, 29].map((hour) => hour * 3_600_000);
  const at =
    Date.parse(`${random.pick(days)}T00:00:00Z`) + random.pick(offsets) - random.pick([0, 1]);
  purchase(world, newOrder(world, { at }), { server: true });
}

interface RefundWishes {
  readonly minor: number;
  readonly currency?: string;
  readonly at?: number;
  readonly refundId?: string;
  /** Another order that the event names beside its own. */
  readonly beside?: OrderSketch;
}

function refund(world: World, order: OrderSketch, wishes: RefundWishes): void {
  const currency = wishes.currency ?? order.currency;
  const at = wishes.at ?? order.at + world.random.integer(0, 10) * dayMs;
  const body = {
    refund_id: wishes.refundId ?? `rf${world.serial()}`,
    order_id: order.orderId,
    total: amountOf(world, wishes.minor, currency),
    currency,
  };
  const identifiers = world.random.chance(0.3) ? world.identifiersOf(order.person) : {};
  const beside = wishes.beside === undefined ? {} : { order: { order_id: wishes.beside.orderId } };
  world.emit('refund', at, { identifiers, refund: body, ...beside }, { server: true });
}

function anyOrder(world: World): OrderSketch {
  if (world.orders.length > 0 && world.random.chance(0.7)) return world.random.pick(world.orders);
  const order = newOrder(world);
  purchase(world, order, { server: true });
  return order;
}

export function refundPartial(world: World): void {
  const order = anyOrder(world);
  refund(world, order, { minor: world.random.integer(0, order.total) });
}

/** It is subtracted from its own order; the other one is the same person's. */
export function refundBesideAnotherOrder(world: World): void {
  const order = anyOrder(world);
  refund(world, order, { minor: 1, beside: anyOrder(world) });
}

export function refundWhole(world: World): void {
  const order = anyOrder(world);
  refund(world, order, { minor: order.total });
}

export function refundOver(world: World): void {
  const order = anyOrder(world);
  refund(world, order, { minor: order.total + world.random.integer(1, 900) });
}

export function refundBeforePurchase(world: World): void {
  const order = newOrder(world);
  refund(world, order, { minor: Math.ceil(order.total / 2), at: order.at - dayMs });
  purchase(world, order, { server: true });
}

/** Kept and counted, not subtracted. */
export function refundInOtherCurrency(world: World): void {
  const order = anyOrder(world);
  refund(world, order, { minor: 300, currency: order.currency === 'EUR' ? 'USD' : 'EUR' });
}

/** Two events of one refund that differ: the later one is the better. */
export function refundRepeated(world: World): void {
  const order = anyOrder(world);
  const refundId = `twice${world.serial()}`;
  for (const part of [3, 4]) {
    refund(world, order, { minor: Math.floor(order.total / part), refundId });
  }
}

export function refundOfUnknownOrder(world: World): void {
  const order = newOrder(world);
  world.orders.pop();
  refund(world, order, { minor: 100 });
}
