/** WooCommerce's deliveries: what becomes of which topic and status. */
import { expect, test } from 'vitest';
import {
  collected,
  endpointOf,
  eventsOf,
  fixtureText,
  fixtureWith,
  idsOf,
  readBy,
} from '../testing/webhooks.js';

const endpoint = endpointOf('woocommerce');
const read = (topic: string, body: object | string) =>
  readBy(endpoint, { 'x-wc-webhook-topic': topic }, body);
const changed = (changes: Readonly<Record<string, unknown>>) =>
  read('order.updated', fixtureWith('woocommerce-order', changes));
const order = fixtureText('woocommerce-order');
const placedAt = '2026-03-22T19:28:02Z';
const changedAt = '2026-03-22T19:28:08Z';

test('an order: placed, as it is now, the page it came by, not cancelled', () => {
  expect(eventsOf(read('order.created', order))).toEqual([
    { type: 'purchase', occurred_at: placedAt, order: { order_id: '727' } },
    {
      type: 'purchase',
      occurred_at: changedAt,
      identifiers: {
        customer_id: 'woocommerce:26',
        email: 'john.doe@example.com',
        phone: '(555) 555-5555',
        anonymous_id: 'a-9',
      },
      order: {
        order_id: '727',
        total: '29.35',
        currency: 'USD',
        tax: '1.35',
        shipping: '10.00',
        coupon_codes: ['spring10'],
        items: [{ sku: 'WOO1', name: 'Woo Single #1', quantity: 2, unit_price: 3 }],
      },
    },
    {
      type: 'page',
      occurred_at: placedAt,
      order: { order_id: '727' },
      page: { url: 'https://example.com/spring/', referrer: 'https://l.facebook.com/' },
      utm: { source: 'newsletter', medium: 'email' },
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ip: '203.0.113.9',
    },
    {
      type: 'refund',
      occurred_at: changedAt,
      refund: { refund_id: 'cancelled:727', order_id: '727', total: '0', currency: 'USD' },
    },
  ]);
});

test('the collector accepts all of it', () => {
  const events = collected(read('order.created', order));
  expect(events.map(({ type, medium }) => [type, medium])).toEqual([
    ['purchase', ''],
    ['purchase', ''],
    ['page', 'email'],
    ['refund', ''],
  ]);
  expect(events[1]?.identifiers.map(({ type }) => type)).not.toContain('phone');
  expect(JSON.stringify(events)).not.toContain('john.doe');
});

test('order.updated with the same content counts once', () => {
  expect(idsOf(read('order.updated', order))).toEqual(idsOf(read('order.created', order)));
});

test('refunds stand in the order, below zero', () => {
  const refunds = [
    { id: 801, reason: '', total: '-10.00' },
    { id: 802, reason: 'broken', total: '-5.5' },
  ];
  const events = eventsOf(changed({ refunds, date_modified_gmt: '2026-03-25T08:00:00' }));
  expect(events.filter(({ type }) => type === 'refund').slice(0, 2)).toEqual([
    {
      type: 'refund',
      occurred_at: '2026-03-25T08:00:00Z',
      refund: { refund_id: '801', order_id: '727', total: '10.00', currency: 'USD' },
    },
    {
      type: 'refund',
      occurred_at: '2026-03-25T08:00:00Z',
      refund: { refund_id: '802', order_id: '727', total: '5.5', currency: 'USD' },
    },
  ]);
});

test('a cancelled order is refunded by what is left, and only that', () => {
  const refunds = [{ id: 801, total: '-10.00' }];
  const events = eventsOf(changed({ status: 'cancelled', refunds }));
  expect(events.map(({ type }) => type)).toEqual(['refund', 'refund']);
  expect(events[1]).toMatchObject({ refund: { refund_id: 'cancelled:727', total: '19.35' } });
});

const unpaid = ['pending', 'failed', 'trash', 'wc-checkout-draft', 'cancelled'];

test.each(unpaid)('a new order that is %s counts nothing', (status) => {
  const reading = changed({ status, date_modified_gmt: placedAt.slice(0, -1) });
  expect(reading).toEqual({ kind: 'ignored', reason: 'unpaid' });
});

test.each(unpaid)('one that became %s has no purchase and is refunded by all of it', (status) => {
  expect(eventsOf(changed({ status }))).toEqual([
    {
      type: 'refund',
      occurred_at: changedAt,
      refund: { refund_id: 'cancelled:727', order_id: '727', total: '29.35', currency: 'USD' },
    },
  ]);
});

test('of two statements of one second that of the paid order counts: its id is the larger', () => {
  const [, , , paid] = idsOf(changed({})).map(String);
  for (const status of unpaid)
    expect(String(paid) > String(idsOf(changed({ status }))[0])).toBe(true);
});

test('topics without an order count nothing; an order without a time is malformed', () => {
  expect(read('order.deleted', { id: 727 })).toEqual({ kind: 'ignored', reason: 'topic' });
  expect(read('customer.updated', { id: 26 })).toEqual({ kind: 'ignored', reason: 'topic' });
  expect(changed({ date_created_gmt: null }).kind).toBe('malformed');
});

test('a guest has no customer id; digits beyond the currency are taken off when they are zeros', () => {
  const events = eventsOf(changed({ customer_id: 0, currency: 'JPY', total: '2900.00' }));
  expect(events[1]?.['identifiers']).not.toHaveProperty('customer_id');
  expect(events[1]).toMatchObject({ order: { total: '2900', currency: 'JPY' } });
});

test('a tax or shipping that the currency can not hold is left out, and the order counts', () => {
  // A shop whose prices have two decimals, whatever its currency.
  const yen = { currency: 'JPY', total: '1000.00', total_tax: '90.91', shipping_total: '100.00' };
  const [, purchase] = collected(changed(yen));
  expect(purchase).toMatchObject({ order: { total: 1_000, tax: null, shipping: 100 } });
  const [, owed] = collected(changed({ total_tax: '-1.00', shipping_total: '' }));
  expect(owed).toMatchObject({ order: { total: 2_935, tax: null, shipping: null } });
});

test('what a delivery leaves out it does not state: codes and items stay as they were told', () => {
  const [, purchase] = collected(changed({ coupon_lines: undefined, line_items: undefined }));
  expect(purchase?.order).toMatchObject({ total: 2_935, couponCodes: null, items: null });
  const [, none] = collected(changed({ coupon_lines: [] }));
  expect(none?.order).toMatchObject({ couponCodes: [] });
});

test('an order whose personal data the shop has removed names nobody, and no page again', () => {
  const { billing } = fixtureWith('woocommerce-order', {}) as { readonly billing: object };
  const removed = {
    customer_id: 0,
    customer_ip_address: '203.0.113.0',
    customer_user_agent: '[deleted]',
    billing: { ...billing, first_name: '[deleted]', email: 'deleted@site.invalid', phone: '' },
  };
  const events = eventsOf(changed({ ...removed, date_modified_gmt: '2027-03-22T03:00:00' }));
  expect(events.map(({ type }) => type)).toEqual(['purchase', 'purchase', 'refund']);
  expect(events[1]).not.toHaveProperty('identifiers');
  expect(events[1]).toMatchObject({ order: { total: '29.35' } });
});

test('a number given by a plug-in, or the id', () => {
  const numbered = fixtureWith('woocommerce-order', { number: 'B-12' });
  expect(eventsOf(read('order.updated', numbered))[0]).toMatchObject({
    order: { order_id: 'B-12' },
  });
  const byId = endpointOf('woocommerce', { order_id: 'id' });
  const reading = readBy(byId, { 'x-wc-webhook-topic': 'order.updated' }, numbered);
  expect(eventsOf(reading)[0]).toMatchObject({ order: { order_id: '727' } });
});

test('the unsigned trial of the address is known', () => {
  expect(endpoint.adapter.isPing(Buffer.from('webhook_id=12'))).toBe(true);
  expect(endpoint.adapter.isPing(Buffer.from('webhook_id=12&x=1'))).toBe(false);
  expect(endpointOf('shopify').adapter.isPing(Buffer.from('webhook_id=12'))).toBe(false);
});
