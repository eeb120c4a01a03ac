/** Standard Webhooks and any JSON: events by rules, or as they are. */
import { expect, test } from 'vitest';
import { collected, endpointOf, eventsOf, idsOf, readBy } from '../testing/webhooks.js';
import { readWebhookEndpoints } from './endpoints.js';

const signature = { scheme: 'hmac-sha256', header: 'X-Signature' };
const rules = [
  {
    when: { '$.event': ['order.paid', 'order.changed'], '$.live': 'yes' },
    event: {
      event_id: { $path: '$.id', prefix: 'till-' },
      type: 'purchase',
      occurred_at: { $path: '$.at', unix_seconds: true },
      identifiers: {
        email: '$.buyer.mail',
        customer_id: { $path: '$.buyer.id', prefix: 'till:' },
        phone: '$.buyer.phone',
      },
      order: {
        order_id: '$.order.number',
        total: { $path: '$.order.cents', minor_units: { decimals: 2, currency: '$.order.money' } },
        currency: '$.order.money',
        coupon_codes: ['$.order.code'],
      },
    },
  },
  {
    when: { '$.event': 'order.returned' },
    each: '$.returns',
    event: {
      type: 'refund',
      refund: { refund_id: '@.id', order_id: '$.order.number', total: '@.amount', currency: 'EUR' },
    },
  },
];
const till = endpointOf('json', { signature, rules });
const read = (body: object) => readBy(till, {}, body);

const paid = {
  event: 'order.paid',
  live: 'yes',
  id: 7,
  at: 1772359200,
  buyer: { id: 12, mail: 'ada@example.org' },
  order: { number: 'T-1', cents: 12990, money: 'EUR', code: 'ADA10' },
};

test('a template is filled with values of the body; what is not there is left out', () => {
  expect(read(paid)).toEqual({
    kind: 'events',
    events: [
      {
        event_id: 'till-7',
        type: 'purchase',
        occurred_at: '2026-03-01T10:00:00.000Z',
        identifiers: { email: 'ada@example.org', customer_id: 'till:12' },
        order: { order_id: 'T-1', total: '129.90', currency: 'EUR', coupon_codes: ['ADA10'] },
      },
    ],
  });
  expect(collected(read(paid))[0]?.order?.total).toBe(12_990);
});

test.each<[string, object, object, object]>([
  ['digits as texts', { cents: '12990' }, { at: '1772359200' }, { total: 12_990 }],
  ['parts of a second', {}, { at: '1772359200.5' }, { total: 12_990 }],
  ['no amount is stated', { cents: null }, {}, { total: null }],
  ['an empty amount', { cents: '' }, {}, { total: null }],
])('%s', (_, order, time, expected) => {
  const [event] = collected(read({ ...paid, order: { ...paid.order, ...order }, ...time }));
  expect(event?.order).toMatchObject(expected);
  expect(Math.floor((event?.occurredAt ?? 0) / 1_000)).toBe(paid.at);
});

test.each<[string, object, object]>([
  ['amount_invalid', { cents: 129.9 }, {}],
  ['amount_invalid', { cents: '129.90' }, {}],
  ['amount_invalid', { cents: '12,990' }, {}],
  ['amount_invalid', { cents: 1e300 }, {}],
  ['amount_invalid', { cents: { amount: 12_990 } }, {}],
  ['amount_too_large', { cents: '1299000000000000000' }, {}],
  ['amount_negative', { cents: '-12990' }, {}],
  ['occurred_at_invalid', {}, { at: 'yesterday' }],
  ['occurred_at_invalid', {}, { at: 1e300 }],
  ['occurred_at_invalid', {}, { at: '1772359200000' }],
])('what is there and can not be read is told, never left out: %s %j %j', (code, order, time) => {
  const reading = read({ ...paid, order: { ...paid.order, ...order }, ...time });
  expect(() => collected(reading)).toThrow(code);
});

const sale = {
  type: 'purchase',
  order: { order_id: '$.id', total: '$.paid', tax: '$.tax', currency: '$.money' },
};
const back = {
  type: 'refund',
  refund: { refund_id: '$.id', order_id: '$.id', total: '$.paid', currency: '$.money' },
};
test.each<[object, object | string]>([
  // As PrestaShop, Magento and BigCommerce write decimals, and many others a currency.
  [
    { paid: '129.900000', tax: '21.6500', money: 'EUR' },
    { total: 12_990, tax: 2_165 },
  ],
  [
    { paid: '129.90', money: 'eur' },
    { total: 12_990, currency: 'EUR' },
  ],
  [
    { paid: '1200.0000', money: 'jpy' },
    { total: 1_200, currency: 'JPY' },
  ],
  [{ paid: 129.9, money: 'EUR' }, { total: 12_990 }],
  [{ paid: '129.905', money: 'EUR' }, 'amount_too_precise'],
  [{ paid: '129.90', tax: '21.6512', money: 'EUR' }, 'amount_too_precise'],
  [{ paid: '129.90', money: 'euro' }, 'currency_unknown'],
])('money by a rule: %j', (body, expected) => {
  const rules = [{ event: sale }, { event: back }];
  const reading = readBy(endpointOf('json', { signature, rules }), {}, { id: 'T-1', ...body });
  if (typeof expected === 'string') expect(() => collected(reading)).toThrow(expected);
  else {
    const [purchase, refund] = collected(reading);
    expect(purchase?.order).toMatchObject(expected);
    expect(refund?.refund?.amount).toBe(purchase?.order?.total);
  }
});

test('events of ROSI as they are keep to its contract: nothing is mended', () => {
  const order = { order_id: 'T-1', total: '129.9000', currency: 'EUR' };
  const own = readBy(endpointOf('json', { signature }), {}, { type: 'purchase', order });
  expect(() => collected(own)).toThrow('amount_too_precise');
});

test.each([
  ['true', true, true],
  ['false', false, true],
  ['true', false, false],
  ['true', 'true', true],
  ['1', true, false],
])('when %j stands at a path that says %j: %j', (wanted, said, fits) => {
  const settings = { signature, rules: [{ when: { '$.paid': wanted }, event: { type: 'lead' } }] };
  const reading = readBy(endpointOf('json', settings), {}, { paid: said });
  expect(reading.kind).toBe(fits ? 'events' : 'ignored');
});

test('an event for each entry of a list; ids are the same on every retry', () => {
  const returns = [
    { id: 'r1', amount: '5.00' },
    { id: 'r2', amount: '5.00' },
  ];
  const body = { event: 'order.returned', order: { number: 'T-1' }, returns };
  expect(eventsOf(read(body))).toMatchObject([
    { refund: { refund_id: 'r1', order_id: 'T-1', total: '5.00' } },
    { refund: { refund_id: 'r2', order_id: 'T-1', total: '5.00' } },
  ]);
  const ids = idsOf(read(body));
  expect(new Set(ids).size).toBe(2);
  expect(idsOf(read({ ...body }))).toEqual(ids);
  collected(read(body));
});

test.each([{ event: 'order.lost', live: 'yes' }, { event: 'order.paid', live: 'no' }, []])(
  'no rule has %j in mind',
  (body) => {
    expect(read(body)).toEqual({ kind: 'ignored', reason: 'topic' });
  },
);

test('without rules, events of ROSI are taken as they are', () => {
  const standard = endpointOf('standard');
  const event = { type: 'click', identifiers: { user_id: 'u' } };
  const headers = { 'webhook-id': 'msg_1' };
  const single = readBy(standard, headers, { type: 'rosi.event', data: event });
  expect(eventsOf(single)).toEqual([event]);
  expect(idsOf(readBy(standard, headers, event))).toEqual(idsOf(single));
  expect(idsOf(readBy(standard, { 'webhook-id': 'msg_2' }, event))).not.toEqual(idsOf(single));
  const two = readBy(standard, headers, { data: [{ ...event, event_id: 'mine' }, event] });
  expect(idsOf(two)[0]).toBe('mine');
  expect(collected(two)).toHaveLength(2);
  expect(readBy(standard, headers, { data: ['text'] })).toMatchObject({ kind: 'ignored' });
});

test.each([
  [[], /rules/],
  [[{ event: { order_id: { $path: 'no.dollar' } } }], /event.order_id: must begin with \$\./],
  [[{ event: { t: { $path: '$.a', unix_second: true } } }], /event.t: .*unix_second/],
  [[{ when: { type: 'x' }, event: {} }], /must begin with \$\./],
])('a wrong rule is told at the start: %#', (wrong, told) => {
  const settings = { signature, rules: wrong };
  const secrets = ['0123456789abcdef'];
  const read = readWebhookEndpoints({
    endpoints: [{ id: 'till', source: 'json', secrets, settings }],
  });
  expect(read.ok ? [] : read.problems.join('\n')).toMatch(told);
});
