/**
 * What becomes of an order that a shop's deliveries tell of, from adapter to the stitcher's record:
 * the same in every order of arrival and whatever the hashes in event ids are.
 */
import { createHmac } from 'node:crypto';
import { readWebhookEndpoints } from '@rosi/collector';
import { describe, expect, it, test } from 'vitest';
import { fixture as textOf } from '../harness/webhook-deliveries.js';
import type { OracleEvent } from '../oracle/index.js';
import { runTopology } from './run-topology.js';

type Body = Readonly<Record<string, unknown>>;
interface Delivery {
  readonly topic: string;
  readonly body: Body;
}

const fixture = (name: string): Body => JSON.parse(textOf(name));
const oracleSettings = { hashKey: 'k', ownDomains: [], timezone: 'UTC' };

function adapterOf(source: string) {
  const endpoint = { id: 'shop', source, secrets: ['0123456789abcdef'] };
  const read = readWebhookEndpoints({ endpoints: [endpoint] });
  const [found] = read.ok ? read.endpoints : [];
  if (found === undefined) throw new Error(JSON.stringify(read));
  return found.adapter;
}

function eventsOf(source: string, { topic, body }: Delivery, salt: string): OracleEvent[] {
  const headers = { 'x-shopify-topic': topic, 'x-wc-webhook-topic': topic };
  const hash = (text: string) => createHmac('sha256', salt).update(text).digest('hex');
  const reading = adapterOf(source).read({ headers, body, hash });
  if (reading.kind !== 'events') return [];
  const receivedAt = Date.UTC(2026, 5, 1);
  return reading.events.map((event) => ({ body: event, keyKind: 'secret', receivedAt }));
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, at) =>
    permutations(list.toSpliced(at, 1)).map((rest) => [first, ...rest]),
  );
}

const salts = ['a', 'b', 'c', 'd'];

/** Gross, refunded and net, which all arrivals agree upon; null: the order has no row. */
function orderOf(source: string, deliveries: readonly Delivery[]) {
  const found = permutations(deliveries).flatMap((arrival) =>
    salts.map((salt, seed) => {
      const events = arrival.flatMap((delivery) => eventsOf(source, delivery, salt));
      const { tables, accepted } = runTopology(events, oracleSettings, { partitions: 2, seed });
      expect(accepted).not.toContain(false);
      const [row = {}, ...others] = tables.orders_current ?? [];
      expect(others).toEqual([]);
      const { gross, refunded, net } = row;
      return gross === undefined ? null : [gross, refunded, net];
    }),
  );
  expect(new Set(found.map((row) => JSON.stringify(row))).size).toBe(1);
  return found[0];
}

const second = (seconds: number) => `2026-03-02T10:00:${String(seconds).padStart(2, '0')}`;

describe('WooCommerce', () => {
  const at = (seconds: number, status: string, more: Body = {}): Delivery => ({
    topic: 'order.updated',
    body: {
      ...fixture('woocommerce-order'),
      date_created_gmt: second(0),
      date_modified_gmt: second(seconds),
      status,
      total: '100.00',
      ...more,
    },
  });
  const landedBy = (session: string) => [
    { key: '_wc_order_attribution_session_entry', value: session },
  ];
  const orderOfWoo = (...deliveries: Delivery[]) => orderOf('woocommerce', deliveries);

  test.each(['failed', 'pending', 'trash', 'cancelled'])(
    'an order that counted and becomes %s counts no more, until it is paid',
    (status) => {
      expect(orderOfWoo(at(1, 'on-hold'), at(9, status))).toEqual([10_000, 10_000, 0]);
      expect(orderOfWoo(at(1, 'on-hold'), at(9, status), at(20, 'processing'))).toEqual([
        10_000, 0, 10_000,
      ]);
    },
  );

  it('counts when it is paid in the second in which it was not', () => {
    expect(orderOfWoo(at(0, 'pending'), at(1, 'pending'), at(1, 'processing'))).toEqual([
      10_000, 0, 10_000,
    ]);
  });

  it('has no row as long as it was never paid', () => {
    expect(orderOfWoo(at(0, 'pending'), at(5, 'failed'), at(9, 'cancelled'))).toBeNull();
  });

  it('counts whatever its tax is: of prices with more digits than yen has', () => {
    const yen = { currency: 'JPY', total: '1000.00', total_tax: '90.91', shipping_total: '45.45' };
    const refunds = [{ id: 801, total: '-400.00' }];
    expect(orderOfWoo(at(1, 'processing', yen), at(9, 'completed', { ...yen, refunds }))).toEqual([
      1_000, 400, 600,
    ]);
  });

  it('stays its own customer, and its landing one, when the shop removes personal data', () => {
    const billing = (email: string) => ({ billing: { email } });
    const orders = [1, 2].flatMap((id) => {
      const of = { number: `A-${id}`, meta_data: landedBy(`https://example.com/?gclid=g${id}`) };
      const more = { customer_id: 0, customer_user_agent: '[deleted]' };
      return [
        at(1, 'completed', { ...of, customer_id: id, ...billing(`a${id}@example.org`) }),
        at(50, 'completed', { ...of, ...more, ...billing('deleted@site.invalid') }),
      ];
    });
    for (const arrival of [orders, orders.toReversed()]) {
      const events = arrival.flatMap((delivery) => eventsOf('woocommerce', delivery, 'a'));
      const { tables } = runTopology(events, oracleSettings, { partitions: 2, seed: 1 });
      const persons = tables.orders_current?.map((row) => row['person_id']);
      expect(new Set(persons).size).toBe(2);
      expect(tables.touchpoints_current).toHaveLength(2);
    }
  });

  it('is refunded by what its refunds have left', () => {
    const refunds = [{ id: 801, total: '-40.00' }];
    const failed = at(9, 'failed', { refunds });
    expect(orderOfWoo(at(1, 'on-hold'), at(5, 'on-hold', { refunds }), failed)).toEqual([
      10_000, 10_000, 0,
    ]);
  });
});

describe('Shopify', () => {
  const at = (seconds: number, status: string, more: Body = {}): Delivery => ({
    topic: 'orders/updated',
    body: {
      ...fixture('shopify-order'),
      id: '1001',
      created_at: `${second(0)}Z`,
      updated_at: `${second(seconds)}Z`,
      financial_status: status,
      total_price: '100.00',
      total_price_set: null,
      current_total_price: '100.00',
      ...more,
    },
  });
  const orderOfShopify = (...deliveries: Delivery[]) => orderOf('shopify', deliveries);

  test.each(['voided', 'expired', 'unpaid'])(
    'an order that counted and becomes %s counts no more, until it is paid',
    (status) => {
      expect(orderOfShopify(at(1, 'authorized'), at(9, status))).toEqual([10_000, 10_000, 0]);
      expect(orderOfShopify(at(1, 'authorized'), at(9, status), at(20, 'paid'))).toEqual([
        10_000, 0, 10_000,
      ]);
    },
  );

  it('counts when it is paid in the second in which it was not', () => {
    expect(orderOfShopify(at(0, 'pending'), at(1, 'pending'), at(1, 'paid'))).toEqual([
      10_000, 0, 10_000,
    ]);
  });

  it('has no row as long as it was never paid', () => {
    const cancelled = at(9, 'voided', { cancelled_at: `${second(9)}Z` });
    expect(orderOfShopify(at(0, 'pending'), at(5, 'expired'), cancelled)).toBeNull();
  });

  it('stays cancelled, whatever else changed in that second: no order of Shopify comes back', () => {
    const cancelled = at(9, 'paid', { cancelled_at: `${second(9)}Z` });
    expect(orderOfShopify(at(1, 'paid'), at(9, 'paid'), cancelled)).toEqual([10_000, 10_000, 0]);
  });

  const refund = (amounts: readonly (readonly [amount: string, status: string])[], more = {}) => ({
    id: '890',
    order_id: '1001',
    processed_at: `${second(5)}Z`,
    transactions: amounts.map(([amount, status]) => ({
      kind: 'refund',
      amount,
      status,
      currency: 'EUR',
    })),
    ...more,
  });

  it('has the last of what one refund has paid back', () => {
    const some = refund([
      ['20.00', 'success'],
      ['30.00', 'pending'],
    ]);
    const all = refund([
      ['20.00', 'success'],
      ['30.00', 'success'],
    ]);
    const deliveries = [
      at(1, 'paid'),
      { topic: 'refunds/create', body: some },
      at(9, 'partially_refunded', { refunds: [all], current_total_price: '50.00' }),
    ];
    expect(orderOfShopify(...deliveries)).toEqual([10_000, 5_000, 5_000]);
  });

  const returned = (amount: string) => [{ subtotal: amount, restock_type: 'return' }];
  const adjustment = (kind: string, amount: string) => ({ kind, amount, tax_amount: '0.00' });
  const adjusted = (amounts: readonly string[], ...adjustments: object[]) => [
    refund(
      amounts.map((amount) => [amount, 'success']),
      { refund_line_items: returned('40.00'), order_adjustments: adjustments },
    ),
  ];
  const kept = (amount: string) => adjustment('refund_discrepancy', amount);

  test.each<[string, Body, [gross: number, refunded: number, net: number]]>([
    ['untouched', {}, [10_000, 0, 10_000]],
    [
      'a refund of some',
      { current_total_price: '60.00', refunds: adjusted(['40.00']) },
      [10_000, 4_000, 6_000],
    ],
    [
      'a refund of all',
      { current_total_price: '0.00', refunds: adjusted(['100.00']) },
      [10_000, 10_000, 0],
    ],
    [
      'a refund of some, with shipping',
      {
        current_total_price: '55.00',
        refunds: adjusted(['45.00'], adjustment('shipping_refund', '-5.00')),
      },
      [10_000, 4_500, 5_500],
    ],
    [
      'a return of which a fee is kept',
      { current_total_price: '60.00', refunds: adjusted(['30.00'], kept('10.00')) },
      [10_000, 3_000, 7_000],
    ],
    [
      'restocked without money',
      { current_total_price: '60.00', refunds: adjusted([], kept('40.00')) },
      [10_000, 0, 10_000],
    ],
    [
      'a present of money, nothing returned',
      { refunds: adjusted(['10.00'], kept('-10.00')) },
      [10_000, 1_000, 9_000],
    ],
    [
      'the same, taken off the current total',
      { current_total_price: '90.00', refunds: adjusted(['10.00'], kept('-10.00')) },
      [10_000, 1_000, 9_000],
    ],
    [
      'edited down before it was captured',
      { current_total_price: '60.00', refunds: adjusted([]) },
      [6_000, 0, 6_000],
    ],
    [
      'edited down, and the difference paid back later',
      {
        current_total_price: '60.00',
        refunds: [...adjusted([]), { ...refund([['40.00', 'success']]), id: '891' }],
      },
      [10_000, 4_000, 6_000],
    ],
    ['edited up', { total_price: '120.00', current_total_price: '120.00' }, [12_000, 0, 12_000]],
    [
      'a sample of Shopify, whose current total is the larger',
      { current_total_price: '110.00', refunds: adjusted([]) },
      [10_000, 0, 10_000],
    ],
    ['less without a return', { current_total_price: '60.00' }, [10_000, 0, 10_000]],
    [
      'cancelled, nothing paid back yet',
      { current_total_price: '0.00', cancelled_at: `${second(9)}Z`, refunds: adjusted([]) },
      [10_000, 10_000, 0],
    ],
    [
      'cancelled and paid back',
      { current_total_price: '0.00', cancelled_at: `${second(9)}Z`, refunds: adjusted(['100.00']) },
      [10_000, 10_000, 0],
    ],
    [
      'a current total that is none',
      { current_total_price: '60.005', refunds: adjusted([]) },
      [10_000, 0, 10_000],
    ],
  ])('%s', (_, changes, row) => {
    expect(orderOfShopify(at(1, 'paid'), at(9, 'paid', changes))).toEqual(row);
  });

  it('is whole when its money goes back in the second in which its items came back', () => {
    const returning = { current_total_price: '60.00', refunds: adjusted([]) };
    const repaid = { current_total_price: '60.00', refunds: adjusted(['40.00']) };
    expect(orderOfShopify(at(9, 'paid', returning), at(9, 'paid', repaid))).toEqual([
      10_000, 4_000, 6_000,
    ]);
  });

  it('counts in the currency that the customer saw', () => {
    const set = (name: string, shop: string, shown: string) => ({
      [name]: shop,
      [`${name}_set`]: {
        shop_money: { amount: shop, currency_code: 'EUR' },
        presentment_money: { amount: shown, currency_code: 'JPY' },
      },
    });
    const none = { total_tax: null, total_tax_set: null, total_shipping_price_set: null };
    const order = { ...none, ...set('total_price', '100.00', '16000'), refunds: adjusted([]) };
    const edited = { ...order, ...set('current_total_price', '60.00', '9600') };
    expect(orderOfShopify(at(9, 'paid', edited))).toEqual([9_600, 0, 9_600]);
    const fee = { shop_money: { amount: '4.00' }, presentment_money: { amount: '640' } };
    const refunds = [
      refund([['5760', 'success']], {
        refund_line_items: returned('40.00'),
        order_adjustments: [{ kind: 'refund_discrepancy', amount: '4.00', amount_set: fee }],
      }),
    ].map((one) => JSON.parse(JSON.stringify(one).replace('"EUR"', '"JPY"')));
    expect(orderOfShopify(at(9, 'paid', { ...edited, refunds }))).toEqual([16_000, 5_760, 10_240]);
    // Stated in the shop's currency alone, it says nothing about yen.
    expect(orderOfShopify(at(9, 'paid', { ...order, current_total_price: '60.00' }))).toEqual([
      16_000, 0, 16_000,
    ]);
  });
});

describe('Stripe', () => {
  const told = (name: string, object: Body, created: number): Delivery => {
    const event = fixture(name);
    const data = event['data'] as Body; // As in the fixture.
    const changed = { ...data, object: { ...(data['object'] as Body), ...object } };
    return { topic: '', body: { ...event, created, data: changed } };
  };
  const invoice = { invoice: 'in_1' };
  const subscription = { mode: 'subscription', payment_intent: null, ...invoice };

  const paidAt = 1_772_359_200;
  const disputed = (status: string, seconds: number, more: Body = {}) =>
    told('stripe-dispute', { status, ...more }, paidAt + seconds);
  const taken = { balance_transactions: [{ amount: -1_000 }] };

  test.each<[string, readonly Delivery[], number]>([
    ['open', [disputed('needs_response', 9)], 1_000],
    ['lost', [disputed('needs_response', 9), disputed('lost', 20)], 1_000],
    ['won', [disputed('needs_response', 9), disputed('under_review', 12), disputed('won', 20)], 0],
    ['won at once', [disputed('needs_response', 9), disputed('won', 9)], 0],
    ['prevented at once', [disputed('needs_response', 9), disputed('prevented', 9)], 0],
    [
      'prevented at once by taking the money',
      [disputed('needs_response', 9), disputed('prevented', 9), disputed('prevented', 9, taken)],
      1_000,
    ],
    ['an inquiry', [disputed('warning_needs_response', 9), disputed('warning_closed', 20)], 0],
  ])('a dispute that is %s', (_, disputes, lost) => {
    const deliveries = [told('stripe-session', {}, paidAt), ...disputes];
    expect(orderOf('stripe', deliveries)).toEqual([2_198, lost, 2_198 - lost]);
  });

  test.each<[string, Body, Body]>([
    ['payment', {}, {}],
    ['payment with an invoice made of it', invoice, {}],
    ['payment with an invoice made of it, which the charge knows', invoice, invoice],
    ['subscription', subscription, invoice],
    [
      'subscription whose charge has no payment',
      subscription,
      { payment_intent: null, ...invoice },
    ],
    ['order of the shop', { metadata: { order_id: '7' } }, { metadata: { order_id: '7' } }],
    [
      'order of the shop, by subscription',
      { ...subscription, metadata: { order_id: '7' } },
      { ...invoice, metadata: { order_id: '7' } },
    ],
  ])('%s: session and charge tell of one order', (_, session, charge) => {
    const deliveries = [
      told('stripe-session', session, 1_772_359_200),
      told('stripe-charge-refunded', { ...charge, amount_refunded: 500 }, 1_772_445_600),
      told('stripe-charge-refunded', { ...charge, amount_refunded: 733 }, 1_772_445_600),
    ];
    expect(orderOf('stripe', deliveries)).toEqual([2_198, 733, 1_465]);
  });
});
