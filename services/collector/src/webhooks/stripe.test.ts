/** Stripe's deliveries: sessions, refunds as running totals, disputes. */
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

const endpoint = endpointOf('stripe');
const read = (body: object | string) => readBy(endpoint, {}, body);

/** The fixture with changes to the object that it tells of, and to its top. */
function withObject(name: string, object: object, top: object = {}): object {
  const fixture = fixtureWith(name, {}) as { data: { object: object } };
  const data = { ...fixture.data, object: { ...fixture.data.object, ...object } };
  return { ...fixture, data, ...top };
}

const session = fixtureText('stripe-session');
const payment = 'pi_1Gt0hV2eZvKYlo2Cx0000000';

test('a paid session is a purchase at the time of its payment', () => {
  expect(eventsOf(read(session))).toEqual([
    {
      type: 'purchase',
      occurred_at: '2026-03-01T10:00:00.000Z',
      identifiers: {
        customer_id: 'stripe:cus_NffrFeUfNV2Hib',
        email: 'jenny@example.com',
        phone: '+15555550123',
      },
      order: { order_id: payment, total: '21.98', currency: 'EUR', tax: '3.67', shipping: '4.00' },
    },
  ]);
  expect(collected(read(session))[0]?.order).toMatchObject({ total: 2198, tax: 367 });
});

test("metadata names the shop's order; the reference is what the settings say", () => {
  const body = withObject('stripe-session', { metadata: { order_id: '1001', rosi_click: 'k' } });
  expect(eventsOf(read(body))[0]).toMatchObject({
    identifiers: { click_id: 'k' },
    order: { order_id: '1001' },
  });
  const settings = { client_reference: 'user_id', order_prefix: 'web-' };
  const [event] = eventsOf(readBy(endpointOf('stripe', settings), {}, body));
  expect(event).toMatchObject({ identifiers: { user_id: 'u-7' }, order: { order_id: 'web-1001' } });
  const byReference = endpointOf('stripe', { client_reference: 'order_id' });
  expect(eventsOf(readBy(byReference, {}, session))[0]).toMatchObject({
    order: { order_id: 'u-7' },
  });
});

test.each([
  ['jpy', 500, '500', 500],
  ['eur', 5, '0.05', 5],
  ['kwd', 5_120, '5.120', 5_120],
  // Stripe keeps two digits of these, ISO 4217 none.
  ['isk', 50_000, '500', 500],
  ['ugx', 50_000, '500', 500],
  // Stripe has none of these, ISO 4217 two.
  ['mga', 500, '500', 50_000],
  ['huf', 50_050, '500.50', 50_050],
])('%s: %i units are %s', (currency, units, total, minor) => {
  const reading = read(
    withObject('stripe-session', { currency, amount_total: units, total_details: null }),
  );
  expect(eventsOf(reading)[0]).toMatchObject({ order: { total } });
  expect(collected(reading)[0]?.order?.total).toBe(minor);
});

test('a refund is the running total of its charge, under one id', () => {
  const charge = fixtureText('stripe-charge-refunded');
  expect(eventsOf(read(charge))).toEqual([
    {
      type: 'refund',
      occurred_at: '2026-03-02T10:00:00.000Z',
      refund: {
        refund_id: 'ch_3MmlLrLkdIwHu7ix0snN0B15',
        order_id: payment,
        total: '5.00',
        currency: 'EUR',
      },
    },
  ]);
  const more = withObject('stripe-charge-refunded', { amount_refunded: 2198 });
  expect(eventsOf(read(more))[0]).toMatchObject({ refund: { total: '21.98' } });
  const [first, second] = [idsOf(read(charge))[0], idsOf(read(more))[0]].map(String);
  // Of two in one second the larger id counts: that of the larger amount.
  expect(String(second) > String(first)).toBe(true);
  collected(read(more));
});

test('a charge of an invoice is refunded under both names that its session may have given', () => {
  const settings = { order_prefix: 'web-' };
  const body = withObject('stripe-charge-refunded', { invoice: 'in_1' });
  const reading = readBy(endpointOf('stripe', settings), {}, body);
  const id = 'ch_3MmlLrLkdIwHu7ix0snN0B15';
  expect(eventsOf(reading)).toMatchObject([
    { refund: { refund_id: id, total: '5.00', order_id: `web-${payment}` } },
    { refund: { refund_id: `${id}:invoice`, total: '5.00', order_id: 'web-in_1' } },
  ]);
  // The first is the event that earlier versions made.
  expect(idsOf(reading)[0]).toBe(idsOf(read(fixtureText('stripe-charge-refunded')))[0]);
  expect(new Set(idsOf(reading)).size).toBe(2);
  collected(reading);
  const named = withObject('stripe-charge-refunded', {
    invoice: 'in_1',
    metadata: { order_id: '1001' },
  });
  expect(eventsOf(read(named))).toMatchObject([{ refund: { order_id: '1001' } }]);
});

test('a charge whose money did not change counts nothing; one given back does', () => {
  const unchanged = withObject('stripe-charge-refunded', {}, { type: 'charge.updated' });
  expect(eventsOf(read(unchanged))[0]).toMatchObject({ refund: { total: '5.00' } });
  const data = { object: { id: 'ch', amount_refunded: 0 }, previous_attributes: { metadata: {} } };
  const body = fixtureWith('stripe-charge-refunded', { type: 'charge.updated', data });
  expect(read(body)).toEqual({ kind: 'ignored', reason: 'no_money' });
});

test('where the shop tells of its refunds, a charge tells of none', () => {
  const off = endpointOf('stripe', { refunds: false });
  const reading = readBy(off, {}, fixtureText('stripe-charge-refunded'));
  expect(reading).toEqual({ kind: 'ignored', reason: 'refunds_off' });
});

test.each([
  ['needs_response', '10.00'],
  ['under_review', '10.00'],
  ['lost', '10.00'],
  ['won', '0.00'],
])('a dispute that is %s takes %s', (status, total) => {
  const reading = read(withObject('stripe-dispute', { status }));
  expect(eventsOf(reading)).toMatchObject([
    { refund: { refund_id: 'du_1MtJUT2eZvKYlo2CNaw2HvEv', order_id: payment, total } },
  ]);
  collected(reading);
});

test.each([
  ['nothing has moved', [], '0.00'],
  ['Stripe does not say', undefined, '0.00'],
  ['the money was withdrawn', [{ amount: -1000 }], '10.00'],
  ['it was reinstated, too', [{ amount: -1000 }, { amount: 1000 }], '0.00'],
])('a prevented dispute where %s', (_, balance_transactions, total) => {
  const dispute = withObject('stripe-dispute', { status: 'prevented', balance_transactions });
  expect(eventsOf(read(dispute))).toMatchObject([{ refund: { total } }]);
});

test('a dispute finds the order that its own metadata names', () => {
  const named = withObject('stripe-dispute', { metadata: { order_id: '1001' }, status: 'lost' });
  expect(eventsOf(read(named))).toMatchObject([{ refund: { order_id: '1001', total: '10.00' } }]);
});

test.each([
  [withObject('stripe-dispute', { status: 'warning_needs_response' }), 'inquiry'],
  [withObject('stripe-session', { payment_status: 'unpaid' }), 'unpaid'],
  [withObject('stripe-session', { mode: 'setup', currency: null }), 'no_money'],
  [withObject('stripe-session', {}, { livemode: false }), 'test'],
  [withObject('stripe-session', {}, { type: 'payment_intent.succeeded' }), 'topic'],
])('nothing to count: %#', (body, reason) => {
  expect(read(body)).toEqual({ kind: 'ignored', reason });
});

test('test mode counts where the settings say so; what lacks its amount is malformed', () => {
  const body = withObject('stripe-session', {}, { livemode: false });
  expect(eventsOf(readBy(endpointOf('stripe', { test_events: true }), {}, body))).toHaveLength(1);
  expect(read(withObject('stripe-session', { currency: null })).kind).toBe('malformed');
  expect(read(withObject('stripe-dispute', { amount: null })).kind).toBe('malformed');
  expect(read(withObject('stripe-charge-refunded', { id: null })).kind).toBe('malformed');
});
