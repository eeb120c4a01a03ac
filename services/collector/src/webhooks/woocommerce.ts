/**
 * WooCommerce's webhooks (REST API v2/v3 payloads): order.created and order.updated, whose bodies
 * are whole orders with their refunds. docs/webhooks.md has the table.
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
import { amountText, partText, unsignedAmountText } from './amounts.js';
import { type OrderState, orderRest } from './order-rest.js';
import { at, eachAt, firstText, listAt, stated, textAt } from './reading.js';
import { customerId, shopSettings } from './shop-settings.js';
import { headerOf, verifyHeaderHmac } from './signatures.js';

const settingsSchema = z.strictObject({
  ...shopSettings('woocommerce'),
  /** `number` is what people see; the same as `id` unless a plug-in numbers orders. */
  order_id: z.enum(['id', 'number']).default('number'),
});
type Settings = z.output<typeof settingsSchema>;

export const woocommerce = defineAdapter({
  source: 'woocommerce',
  settings: settingsSchema,
  verify: (signed) =>
    verifyHeaderHmac(signed, { header: 'x-wc-webhook-signature', encoding: 'base64' }),
  // Sent unsigned when a webhook is saved; without a 200 it is not saved.
  isPing: (body) => body.length < 64 && /^webhook_id=\d+$/.test(body.toString('latin1')),
  read(delivery, settings) {
    const topic = headerOf(delivery.headers, 'x-wc-webhook-topic').toLowerCase();
    if (topic !== 'order.created' && topic !== 'order.updated') return ignored('topic');
    return readOrder(delivery, settings);
  },
});

/** As with imports: such an order has earned nothing (yet). */
const unpaidStatuses: ReadonlySet<string> = new Set([
  'pending',
  'failed',
  'cancelled',
  'draft',
  'auto-draft',
  'checkout-draft',
  'trash',
]);

function readOrder(delivery: Delivery, settings: Settings): Reading {
  const { body: order } = delivery;
  const id =
    settings.order_id === 'number' ? firstText(order, ['number', 'id']) : textAt(order, 'id');
  const createdAt = timeAt(order, 'date_created');
  if (id === '' || createdAt === '') return malformed('id, number or date_created_gmt');
  const orderId = settings.order_prefix + id;
  const status = textAt(order, 'status').toLowerCase().replace(/^wc-/, '');
  const paid = !unpaidStatuses.has(status);
  const events = [
    ...(paid ? purchaseEvents(order, orderId, settings) : []),
    ...(paid && settings.landing_page && !isAnonymous(order) ? landingEvents(order, orderId) : []),
    ...listAt(order, 'refunds').map((refund) => refundEvent(order, refund, orderId)),
  ];
  const named = events.map((event) =>
    withContentId(`woocommerce:${String(event['type'])}`, event, delivery),
  );
  // One that never changed is new: nothing of it can have counted otherwise before.
  const rest = isChanged(order) ? [orderRest(stateOf(order, orderId, paid), delivery)] : [];
  if (named.length + rest.length === 0) return ignored('unpaid');
  return { kind: 'events', events: [...named, ...rest] };
}

/** `…_gmt` is in UTC and says so by its name alone. */
function timeAt(order: unknown, name: string): string {
  const utc = textAt(order, `${name}_gmt`);
  return utc === '' ? '' : utc.replace(/(?:Z|\+00:00)?$/, 'Z');
}

const changedAt = (order: unknown) =>
  timeAt(order, 'date_modified') || timeAt(order, 'date_created');

const isChanged = (order: unknown) => changedAt(order) !== timeAt(order, 'date_created');

const currencyOf = (order: unknown) => textAt(order, 'currency').toUpperCase();

/** The order as it is now; and that it was placed, at its own time (see shopify.ts). */
function purchaseEvents(order: unknown, orderId: string, settings: Settings): RawEvent[] {
  const createdAt = timeAt(order, 'date_created');
  const current = stated({
    type: 'purchase',
    occurred_at: changedAt(order),
    identifiers: identifiersOf(order, settings),
    order: orderFields(order, orderId),
  });
  const placed = { type: 'purchase', occurred_at: createdAt, order: { order_id: orderId } };
  return isChanged(order) ? [placed, current] : [current];
}

/**
 * Whose personal data the shop has removed, on request or after a while. All such orders have one
 * address, by which their customers would become one person; and an agent and an address of the network
 * by which their landing would be another one.
 */
const isAnonymous = (order: unknown) =>
  metaOf(order, '_anonymized') === 'yes' ||
  textAt(order, 'billing.email').toLowerCase() === 'deleted@site.invalid';

function identifiersOf(order: unknown, settings: Settings): Record<string, unknown> {
  if (isAnonymous(order)) return {};
  return stated({
    customer_id: customerId(settings.shop, textAt(order, 'customer_id')),
    email: textAt(order, 'billing.email'),
    phone: textAt(order, 'billing.phone'),
    anonymous_id: metaOf(order, 'rosi_anonymous_id'),
    click_id: metaOf(order, 'rosi_click'),
  });
}

function metaOf(order: unknown, key: string): string {
  return textAt(
    listAt(order, 'meta_data').find((entry) => at(entry, 'key') === key),
    'value',
  );
}

function orderFields(order: unknown, orderId: string): Record<string, unknown> {
  const currency = currencyOf(order);
  return stated({
    order_id: orderId,
    total: amountText(at(order, 'total'), currency),
    currency,
    tax: partText(at(order, 'total_tax'), currency),
    shipping: partText(at(order, 'shipping_total'), currency),
    coupon_codes: eachAt(order, 'coupon_lines', (entry) => textAt(entry, 'code')),
    items: eachAt(order, 'line_items', (item) =>
      stated({
        sku: textAt(item, 'sku'),
        name: textAt(item, 'name'),
        quantity: at(item, 'quantity'),
        unit_price: at(item, 'price'),
      }),
    ),
  });
}

/** WooCommerce's own order attribution (since 8.5) remembers where the visit began. */
function landingEvents(order: unknown, orderId: string): RawEvent[] {
  const attribution = (name: string) => metaOf(order, `_wc_order_attribution_${name}`);
  const url = attribution('session_entry');
  const referrer = attribution('referrer');
  const fields = ['source', 'medium', 'campaign', 'content', 'term'];
  const utm = Object.fromEntries(fields.map((name) => [name, attribution(`utm_${name}`)]));
  // It also fills utm by itself, with words for "no campaign"; only a landing that had some counts.
  const ofCampaign = attribution('source_type') === 'utm' ? stated(utm) : {};
  if (url === '' || (referrer === '' && !url.includes('?') && !('source' in ofCampaign))) return [];
  const event = stated({
    type: 'page',
    occurred_at: timeAt(order, 'date_created'),
    order: { order_id: orderId },
    page: stated({ url, referrer }),
    utm: ofCampaign,
    user_agent: textAt(order, 'customer_user_agent'),
    ip: textAt(order, 'customer_ip_address'),
  });
  return [event];
}

/** The order states no time of its refunds: each time that it changes they are stated again. */
function refundEvent(order: unknown, refund: unknown, orderId: string): RawEvent {
  const currency = currencyOf(order);
  return {
    type: 'refund',
    occurred_at: changedAt(order),
    refund: {
      refund_id: textAt(refund, 'id'),
      order_id: orderId,
      total: unsignedAmountText(at(refund, 'total'), currency),
      currency,
    },
  };
}

function stateOf(order: unknown, orderId: string, paid: boolean): OrderState {
  const currency = currencyOf(order);
  const refunded = listAt(order, 'refunds').map(
    (refund) => unsignedAmountText(at(refund, 'total'), currency) ?? '',
  );
  return {
    source: 'woocommerce',
    orderId,
    changedAt: changedAt(order),
    currency,
    total: amountText(at(order, 'total'), currency) ?? '',
    refunded,
    standing: paid ? 'paid' : 'unpaid',
  };
}
