/**
 * Shopify's webhooks (Admin REST payloads): orders, refunds, privacy. docs/webhooks.md has the
 * table.
 */
import * as z from 'zod';
import {
  type Delivery,
  defineAdapter,
  ignored,
  malformed,
  type RawEvent,
  type Reading,
  withContentId,
} from './adapter.js';
import { amountText, partText, sumOf } from './amounts.js';
import { type OrderState, orderRest, type Standing } from './order-rest.js';
import { at, eachAt, firstText, listAt, stated, textAt } from './reading.js';
import { customerId, shopSettings } from './shop-settings.js';
import {
  currencyOf,
  earnedTotal,
  repaid,
  repaidOf,
  shownMoney,
  sortable,
} from './shopify-money.js';
import { headerOf, verifyHeaderHmac } from './signatures.js';

const settingsSchema = z.strictObject({
  ...shopSettings('shopify'),
  /** `id`: Shopify's own number of an order; `name`: what people see, without `#`. */
  order_id: z.enum(['id', 'name']).default('id'),
});
type Settings = z.output<typeof settingsSchema>;

export const shopify = defineAdapter({
  source: 'shopify',
  settings: settingsSchema,
  verify: (signed) =>
    verifyHeaderHmac(signed, { header: 'x-shopify-hmac-sha256', encoding: 'base64' }),
  read(delivery, settings) {
    const topic = headerOf(delivery.headers, 'x-shopify-topic').toLowerCase();
    if (orderTopics.has(topic)) return readOrder(delivery, settings);
    if (topic === 'refunds/create') return readRefund(delivery, settings);
    if (topic === 'customers/redact') return readRedaction(delivery, settings);
    if (topic === 'shop/redact') return readShopRedaction(delivery, settings);
    return ignored(topic === 'customers/data_request' ? 'data_request' : 'topic');
  },
});

/** Their bodies are whole orders. */
const orderTopics: ReadonlySet<string> = new Set([
  'orders/create',
  'orders/paid',
  'orders/updated',
  'orders/cancelled',
  'orders/fulfilled',
  'orders/partially_fulfilled',
]);

/** As with imports: such an order has earned nothing (yet). */
const unpaidStatuses: ReadonlySet<string> = new Set(['pending', 'voided', 'expired', 'unpaid']);

function readOrder(delivery: Delivery, settings: Settings): Reading {
  const { body: order } = delivery;
  const orderId = orderIdOf(order, settings);
  const createdAt = textAt(order, 'created_at');
  if (orderId === '' || createdAt === '') return malformed('id, name or created_at');
  const isTest = isTrial(delivery) || at(order, 'test') === true;
  if (isTest && !settings.test_orders) return ignored('test');
  const status = textAt(order, 'financial_status').toLowerCase();
  const paid = !unpaidStatuses.has(status);
  const isCancelled = textAt(order, 'cancelled_at') !== '';
  // A new order is left out, and one that waits for its first payment (cash on delivery, a transfer):
  // nothing that Shopify told of it can have counted otherwise before.
  const isChanged = isCancelled || (changedAt(order) !== createdAt && status !== 'pending');
  // No order of Shopify comes back once it is cancelled.
  const standing = isCancelled ? 'withdrawn' : paid ? 'paid' : 'unpaid';
  const events = [
    ...(paid ? purchaseEvents(delivery, orderId, settings) : []),
    ...(paid && settings.landing_page ? landingEvents(delivery, orderId) : []),
    ...listAt(order, 'refunds').flatMap((refund) => refundEvents(refund, orderId, delivery)),
    ...(isChanged ? [orderRest(stateOf(order, orderId, standing), delivery)] : []),
  ];
  return events.length === 0 ? ignored('unpaid') : { kind: 'events', events };
}

/** Sent by the button of the shop's settings: a sample, signed like any delivery. */
const isTrial = ({ headers }: Delivery) =>
  headerOf(headers, 'x-shopify-test').toLowerCase() === 'true';

const changedAt = (order: unknown) =>
  firstText(order, ['updated_at', 'cancelled_at', 'created_at']);

/**
 * Of two statements of one second the larger event id counts: that which knows of more money paid
 * back is the later one, and `repaid` is larger than any hash.
 */
const placeOf = (amounts: readonly string[], currency: string) =>
  amounts.length === 0 ? '' : `:repaid:${sortable(amounts, currency)}`;

function orderIdOf(order: unknown, settings: Settings): string {
  const id = settings.order_id === 'id' ? textAt(order, 'id') : textAt(order, 'name');
  return id === '' ? '' : settings.order_prefix + id.replace(/^#/, '');
}

/**
 * The order as it is now; and that it was placed, at its own time, since an order's time is that
 * of its earliest purchase and the first delivery may never have come.
 */
function purchaseEvents(delivery: Delivery, orderId: string, settings: Settings): RawEvent[] {
  const { body: order } = delivery;
  const createdAt = textAt(order, 'created_at');
  const updatedAt = textAt(order, 'updated_at') || createdAt;
  const current = stated({
    type: 'purchase',
    occurred_at: updatedAt,
    identifiers: identifiersOf(order, settings),
    order: orderFields(order, orderId),
    consent: marketingConsent(order),
  });
  const placed = { type: 'purchase', occurred_at: createdAt, order: { order_id: orderId } };
  const place = placeOf(repaidOf(order), currencyOf(order));
  const named = withContentId(`shopify:purchase${place}`, current, delivery);
  if (updatedAt === createdAt) return [named];
  return [withContentId('shopify:purchase', placed, delivery), named];
}

function identifiersOf(order: unknown, settings: Settings): Record<string, unknown> {
  const notes = listAt(order, 'note_attributes');
  const note = (name: string) =>
    textAt(
      notes.find((entry) => at(entry, 'name') === name),
      'value',
    );
  return stated({
    customer_id: customerId(settings.shop, textAt(order, 'customer.id')),
    email: firstText(order, ['email', 'contact_email', 'customer.email']),
    phone: firstText(order, ['phone', 'customer.phone']),
    anonymous_id: note('rosi_anonymous_id'),
    click_id: note('rosi_click'),
  });
}

function marketingConsent(order: unknown): Record<string, unknown> {
  const marketing = at(order, 'buyer_accepts_marketing');
  return typeof marketing === 'boolean' ? { marketing } : {};
}

function orderFields(order: unknown, orderId: string): Record<string, unknown> {
  const currency = currencyOf(order);
  const part = (name: string) => partText(shownMoney(order, name), currency);
  return stated({
    order_id: orderId,
    total: earnedTotal(order),
    currency,
    tax: part('total_tax'),
    shipping: part('total_shipping_price'),
    coupon_codes: eachAt(order, 'discount_codes', (entry) => textAt(entry, 'code')),
    items: eachAt(order, 'line_items', (item) =>
      stated({
        sku: textAt(item, 'sku'),
        name: textAt(item, 'title'),
        quantity: at(item, 'quantity'),
        unit_price: shownMoney(item, 'price'),
      }),
    ),
  });
}

/** The page by which the buyer came; a click id or utm parameters in it tell how. */
function landingEvents(delivery: Delivery, orderId: string): RawEvent[] {
  const { body: order, headers } = delivery;
  const path = textAt(order, 'landing_site');
  const referrer = textAt(order, 'referring_site');
  if (path === '' || (referrer === '' && !path.includes('?'))) return [];
  const host = hostOfShop(order) || headerOf(headers, 'x-shopify-shop-domain');
  const event = stated({
    type: 'page',
    occurred_at: textAt(order, 'created_at'),
    order: { order_id: orderId },
    page: stated({ url: path.startsWith('/') ? `https://${host}${path}` : path, referrer }),
    user_agent: textAt(order, 'client_details.user_agent'),
    ip: textAt(order, 'browser_ip'),
  });
  return [withContentId('shopify:page', event, delivery)];
}

function hostOfShop(order: unknown): string {
  return /^https?:\/\/([^/?#]+)/.exec(textAt(order, 'order_status_url'))?.[1] ?? '';
}

function readRefund(delivery: Delivery, settings: Settings): Reading {
  const { body: refund } = delivery;
  // It names its order by number alone; `orders/updated` tells of the same refund.
  if (settings.order_id === 'name') return ignored('order_name_unknown');
  const orderId = textAt(refund, 'order_id');
  if (textAt(refund, 'id') === '' || orderId === '') return malformed('id or order_id');
  const transactions = listAt(refund, 'transactions');
  const ofTest = transactions.length > 0 && transactions.every((one) => at(one, 'test') === true);
  if ((isTrial(delivery) || ofTest) && !settings.test_orders) return ignored('test');
  const events = refundEvents(refund, settings.order_prefix + orderId, delivery);
  return events.length === 0 ? ignored('no_money') : { kind: 'events', events };
}

/**
 * One for each currency, which is one. A refund without money went back moves stock only. Its time
 * stays the same while its transactions succeed one after the other.
 */
function refundEvents(refund: unknown, orderId: string, delivery: Delivery): RawEvent[] {
  const id = textAt(refund, 'id');
  const occurredAt = firstText(refund, ['processed_at', 'created_at']);
  return [...repaid(refund)].map(([currency, amounts], index) => {
    const event = {
      type: 'refund',
      ...(occurredAt === '' ? {} : { occurred_at: occurredAt }),
      refund: {
        refund_id: index === 0 ? id : `${id}:${currency}`,
        order_id: orderId,
        total: sumOf(amounts, currency),
        currency,
      },
    };
    return withContentId(`shopify:refund${placeOf(amounts, currency)}`, event, delivery);
  });
}

function stateOf(order: unknown, orderId: string, standing: Standing): OrderState {
  const currency = currencyOf(order);
  return {
    source: 'shopify',
    orderId,
    changedAt: changedAt(order),
    currency,
    // With what an edit took out: an earlier statement may have counted that.
    total: amountText(shownMoney(order, 'total_price'), currency) ?? '',
    refunded: repaidOf(order),
    standing,
  };
}

/** Deliveries of one request have one id; Shopify signs the body alone, so that is part of it. */
function requestOf({ headers, body, hash }: Delivery): string {
  return hash(`${headerOf(headers, 'x-shopify-webhook-id')}\n${JSON.stringify(body)}`);
}

/**
 * An erasure can't be taken back, and the topic that asks for it is not signed: the body itself has to
 * be one that Shopify sends for nothing else. A request for data lacks `orders_to_redact` alone.
 */
function readRedaction(delivery: Delivery, settings: Settings): Reading {
  const { body } = delivery;
  if (textAt(body, 'shop_domain') === '' || !Array.isArray(at(body, 'orders_to_redact'))) {
    return malformed('shop_domain or orders_to_redact');
  }
  const customer = customerId(settings.shop, textAt(body, 'customer.id'));
  const orders = settings.order_id === 'id' ? listAt(body, 'orders_to_redact') : [];
  const identifiers = [
    { type: 'customer_id', value: customer } as const,
    { type: 'email', value: textAt(body, 'customer.email') } as const,
    { type: 'phone', value: textAt(body, 'customer.phone') } as const,
    ...orders.map((_, index) => {
      const id = textAt(orders, String(index));
      return { type: 'order_id', value: id && settings.order_prefix + id } as const;
    }),
  ].filter(({ value }) => value !== '');
  if (identifiers.length === 0) return ignored('no_identifier');
  return { kind: 'erasure', request: requestOf(delivery), identifiers };
}

function readShopRedaction(delivery: Delivery, settings: Settings): Reading {
  const { body } = delivery;
  // What is asked of one customer names the shop, too.
  const isOfShop = textAt(body, 'shop_id') !== '' && textAt(body, 'shop_domain') !== '';
  if (!isOfShop || at(body, 'customer') !== undefined) {
    return malformed('the shape of shop/redact: shop_id and shop_domain, no customer');
  }
  const customerPrefix = `${settings.shop}:`;
  return { kind: 'shop_erasure', request: requestOf(delivery), customerPrefix };
}
