/** Shopify's deliveries: what becomes of which topic, by fixtures shaped after its documentation. */
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

const endpoint = endpointOf('shopify');
const topic = (name: string) => ({ 'x-shopify-topic': name });
const read = (name: string, body: object | string) => readBy(endpoint, topic(name), body);
const order = fixtureText('shopify-order');
const refund = fixtureText('shopify-refund');
const orderId = '820982911946154508';

const rest = (total: string, occurredAt: string) => ({
  type: 'refund',
  occurred_at: occurredAt,
  refund: { refund_id: `cancelled:${orderId}`, order_id: orderId, total, currency: 'EUR' },
});

test('an order: placed at its own time, as it is now, the page it came by, not cancelled', () => {
  expect(eventsOf(read('orders/create', order))).toEqual([
    { type: 'purchase', occurred_at: '2026-03-02T05:09:11-05:00', order: { order_id: orderId } },
    {
      type: 'purchase',
      occurred_at: '2026-03-02T05:09:14-05:00',
      identifiers: {
        customer_id: 'shopify:115310627314723954',
        email: 'jon@example.com',
        phone: '+16135550142',
        anonymous_id: 'a-77',
      },
      order: {
        order_id: orderId,
        total: '388.00',
        currency: 'EUR',
        tax: '61.95',
        shipping: '10.00',
        coupon_codes: ['Ada10'],
        items: [
          { sku: 'IPOD2008PINK', name: 'IPod Nano - 8GB', quantity: 2, unit_price: '199.00' },
        ],
      },
      consent: { marketing: true },
    },
    {
      type: 'page',
      occurred_at: '2026-03-02T05:09:11-05:00',
      order: { order_id: orderId },
      page: {
        url: 'https://jsmith.myshopify.com/products/sleds?utm_source=instagram&utm_medium=social&utm_campaign=spring',
        referrer: 'https://www.instagram.com/',
      },
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ip: '203.0.113.7',
    },
    rest('0', '2026-03-02T05:09:14-05:00'),
  ]);
});

test('the collector accepts all of it, and keeps nothing personal in clear', () => {
  const events = collected(read('orders/create', order));
  expect(events.map(({ type, touchpoint }) => [type, touchpoint])).toEqual([
    ['purchase', false],
    ['purchase', false],
    ['page', true],
    ['refund', false],
  ]);
  expect(events[1]?.order).toMatchObject({ total: 38800, tax: 6195, couponCodes: ['ADA10'] });
  expect(JSON.stringify(events)).not.toMatch(/example\.com"|6135550142|203\.0\.113/);
});

test.each(['orders/paid', 'orders/updated', 'orders/cancelled', 'orders/fulfilled'])(
  '%s with the same content makes the same events: they count once',
  (name) => {
    expect(idsOf(read(name, order))).toEqual(idsOf(read('orders/create', order)));
  },
);

test('what a delivery leaves out it does not state: codes and items stay as they were told', () => {
  const {
    discount_codes: _,
    line_items: __,
    ...few
  } = fixtureWith('shopify-order', {}) as Record<string, unknown>;
  const [, purchase] = collected(read('orders/updated', few));
  expect(purchase?.order).toMatchObject({ total: 38800, couponCodes: null, items: null });
  const [, none] = collected(read('orders/updated', { ...few, discount_codes: [] }));
  expect(none?.order).toMatchObject({ couponCodes: [] });
});

test('a change makes another event, of the later time', () => {
  const changed = { total_price: '400.00', total_price_set: null };
  const later = { ...changed, updated_at: '2026-03-11T08:00:00Z' };
  const before = read('orders/create', order);
  const after = read('orders/updated', fixtureWith('shopify-order', later));
  expect(idsOf(after)[0]).toBe(idsOf(before)[0]);
  expect(idsOf(after)[1]).not.toBe(idsOf(before)[1]);
  expect(eventsOf(after)[1]).toMatchObject({
    occurred_at: '2026-03-11T08:00:00Z',
    order: { total: '400.00' },
  });
});

test('a refund is what successful transactions have paid back', () => {
  expect(eventsOf(read('refunds/create', refund))).toEqual([
    {
      type: 'refund',
      occurred_at: '2026-03-05T10:00:00-05:00',
      refund: {
        refund_id: '890088186047892319',
        order_id: orderId,
        total: '120.10',
        currency: 'EUR',
      },
    },
  ]);
});

test('the refund inside of its order is the same event', () => {
  const withRefund = order.replace('"refunds": []', `"refunds": [${refund}]`);
  expect(idsOf(read('orders/updated', withRefund))[3]).toBe(
    idsOf(read('refunds/create', refund))[0],
  );
});

test('a cancelled order is refunded by what its refunds have left', () => {
  const cancelled = { cancelled_at: '2026-03-06T09:00:00Z', updated_at: '2026-03-06T09:00:01Z' };
  const plain = eventsOf(read('orders/cancelled', fixtureWith('shopify-order', cancelled)));
  expect(plain[3]).toEqual(rest('388.00', '2026-03-06T09:00:01Z'));
  const refunds = [fixtureWith('shopify-refund', {})];
  const partly = fixtureWith('shopify-order', { ...cancelled, refunds });
  expect(eventsOf(read('orders/cancelled', partly))[4]).toMatchObject({
    refund: { refund_id: `cancelled:${orderId}`, total: '267.90' },
  });
});

test.each([
  { financial_status: 'voided', cancelled_at: '2026-03-06T09:00:00Z' },
  { financial_status: 'voided' },
  { financial_status: 'expired' },
])('an order that became %j is refunded without a purchase, so it makes no row', (changes) => {
  const events = eventsOf(read('orders/updated', fixtureWith('shopify-order', changes)));
  expect(events).toEqual([rest('388.00', '2026-03-02T05:09:14-05:00')]);
});

test('of two statements of one second that of the paid order counts: its id is the larger', () => {
  const [, , , paid] = idsOf(read('orders/paid', order)).map(String);
  for (const status of ['voided', 'expired']) {
    const unpaid = read(
      'orders/create',
      fixtureWith('shopify-order', { financial_status: status }),
    );
    expect(String(paid) > String(idsOf(unpaid)[0])).toBe(true);
  }
});

test('of one refund, and of an order, the statement with more money paid back counts', () => {
  const transaction = { kind: 'refund', status: 'success', currency: 'EUR' };
  const refundOf = (...amounts: string[]) => ({
    ...fixtureWith('shopify-refund', {}),
    transactions: amounts.map((amount) => ({ ...transaction, amount })),
  });
  const amounts = [['9.99'], ['10.00'], ['20.00', '80.00'], ['100.01']];
  const ids = amounts.map((some) => idsOf(read('refunds/create', refundOf(...some)))[0]);
  expect(ids).toEqual(ids.toSorted());
  const orders = [[], ...amounts].map((some) => {
    const refunds = some.length === 0 ? [] : [refundOf(...some)];
    return idsOf(read('orders/updated', fixtureWith('shopify-order', { refunds })))[1];
  });
  expect(orders).toEqual(orders.toSorted());
});

const unchanged = { updated_at: '2026-03-02T05:09:11-05:00' };

test.each([
  ['orders/create', { financial_status: 'voided', ...unchanged }, 'unpaid'],
  ['orders/updated', { financial_status: 'pending' }, 'unpaid'],
  ['orders/create', { test: true }, 'test'],
  ['orders/delete', {}, 'topic'],
  ['products/update', {}, 'topic'],
  ['customers/data_request', {}, 'data_request'],
])('%s %j counts nothing: %s', (name, changes, reason) => {
  const reading = read(name, fixtureWith('shopify-order', changes));
  expect(reading).toEqual({ kind: 'ignored', reason });
});

test('a refund that pays nothing back counts nothing', () => {
  const reading = read('refunds/create', fixtureWith('shopify-refund', { transactions: [] }));
  expect(reading).toEqual({ kind: 'ignored', reason: 'no_money' });
});

const sample = [{ id: '1', kind: 'refund', gateway: 'bogus', status: 'success', amount: '41.94' }];

test("Shopify's own sample of a refund states its currency elsewhere", () => {
  const presentment_money = { amount: '0.00', currency_code: 'USD' };
  const money = { total_duties_set: { presentment_money } };
  const line = { subtotal_set: { presentment_money } };
  for (const more of [money, { refund_line_items: [line] }]) {
    const transactions = sample.map((one) => ({ ...one, currency: null }));
    const reading = read(
      'refunds/create',
      fixtureWith('shopify-refund', { transactions, ...more }),
    );
    expect(eventsOf(reading)[0]).toMatchObject({ refund: { total: '41.94', currency: 'USD' } });
    collected(reading);
  }
});

test('test notifications and refunds of test orders count nothing, unless the settings say so', () => {
  const transactions = sample.map((one) => ({ ...one, currency: 'EUR', test: true }));
  const ofTest = fixtureWith('shopify-refund', { transactions });
  const notified = { ...topic('refunds/create'), 'x-shopify-test': 'true' };
  const ordered = { ...topic('orders/create'), 'x-shopify-test': 'true' };
  const ignored = { kind: 'ignored', reason: 'test' };
  expect(read('refunds/create', ofTest)).toEqual(ignored);
  expect(readBy(endpoint, notified, refund)).toEqual(ignored);
  expect(readBy(endpoint, ordered, order)).toEqual(ignored);
  const testing = endpointOf('shopify', { test_orders: true });
  for (const headers of [topic('refunds/create'), notified]) {
    expect(eventsOf(readBy(testing, headers, ofTest))).toHaveLength(1);
  }
  const mixed = [...transactions, ...sample.map((one) => ({ ...one, currency: 'EUR' }))];
  const real = fixtureWith('shopify-refund', { transactions: mixed });
  expect(eventsOf(read('refunds/create', real))).toHaveLength(1);
});

test.each([
  ['orders/create', { created_at: null }],
  ['orders/create', { id: null }],
  ['refunds/create', { id: null }],
])('%s without %j is malformed', (name, changes) => {
  expect(read(name, fixtureWith('shopify-order', changes)).kind).toBe('malformed');
});

test('orders are stated in the currency that the customer saw, zeros beyond it taken off', () => {
  const presentment_money = { amount: '63000.00', currency_code: 'JPY' };
  const shown = { total_price_set: { presentment_money }, total_tax_set: { presentment_money } };
  const reading = read('orders/create', fixtureWith('shopify-order', shown));
  expect(eventsOf(reading)[1]).toMatchObject({
    order: { total: '63000', tax: '63000', currency: 'JPY' },
  });
});

test('settings: prefixes, names as order ids, no landing page', () => {
  const settings = { shop: 'fr', order_prefix: 'fr-', order_id: 'name', landing_page: false };
  const french = endpointOf('shopify', settings);
  const events = eventsOf(readBy(french, topic('orders/create'), order));
  expect(events).toHaveLength(3);
  expect(events[1]).toMatchObject({
    identifiers: { customer_id: 'fr:115310627314723954' },
    order: { order_id: 'fr-9999' },
  });
  expect(readBy(french, topic('refunds/create'), refund)).toMatchObject({
    reason: 'order_name_unknown',
  });
});

const redaction = {
  shop_id: 954889,
  shop_domain: 'jsmith.myshopify.com',
  customer: { id: 191167, email: 'john@example.com', phone: '555-625-1199' },
  orders_to_redact: [299938, 280263],
};

test('a redaction is an erasure of customer, e-mail, phone and orders; its retry is the same', () => {
  const reading = read('customers/redact', redaction);
  expect(reading).toMatchObject({
    kind: 'erasure',
    identifiers: [
      { type: 'customer_id', value: 'shopify:191167' },
      { type: 'email', value: 'john@example.com' },
      { type: 'phone', value: '555-625-1199' },
      { type: 'order_id', value: '299938' },
      { type: 'order_id', value: '280263' },
    ],
  });
  expect(read('customers/redact', { ...redaction })).toEqual(reading);
  const other = { ...topic('customers/redact'), 'x-shopify-webhook-id': 'b' };
  expect(readBy(endpoint, other, redaction)).not.toEqual(reading);
  const nobody = { ...redaction, customer: {}, orders_to_redact: [] };
  expect(read('customers/redact', nobody)).toMatchObject({ reason: 'no_identifier' });
});

test('a shop that left is an erasure of all its customers', () => {
  const { shop_id, shop_domain } = redaction;
  const reading = read('shop/redact', { shop_id, shop_domain });
  expect(reading).toMatchObject({ kind: 'shop_erasure', customerPrefix: 'shopify:' });
});

test('no other body erases anybody: the topic is not signed', () => {
  const { orders_to_redact: orders_requested, ...asked } = redaction;
  const dataRequest = { ...asked, orders_requested, data_request: { id: 9999 } };
  const { customer, ...left } = redaction;
  const bodies = [order, refund, dataRequest, {}];
  for (const body of [
    ...bodies,
    { ...redaction, shop_domain: null },
    { ...left, orders_to_redact: null },
  ]) {
    expect(read('customers/redact', body).kind).toBe('malformed');
  }
  for (const body of [...bodies, redaction, { shop_domain: redaction.shop_domain }]) {
    expect(read('shop/redact', body).kind).toBe('malformed');
  }
});
