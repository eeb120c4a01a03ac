/** Section 2, orders: one order from many statements; refunds. */
import { example } from '../example.js';
import { at, click, identify, page, purchase, refund, stored } from '../incoming.js';
import {
  answer,
  count,
  credits,
  eventRow,
  everyModel,
  linear,
  orderPerson,
  orderRow,
  persons,
} from '../questions.js';

const merged = 'that name the same order are **one** order, merged field by field';
const best =
  'server (secret key, webhook, connector, import) before pixel, then the later `occurred_at`';
const ownTime = "The order's own `occurred_at` is the earliest of its server purchases";

export const orders = [
  example("a server's word beats a later pixel's", [merged, best, ownTime], (x) => ({
    events: [purchase(x('s'), at(1), {}, { order_id: x('o'), total: '120.00', tax: '20.00' })],
    pixel: [
      purchase(
        x('z'),
        at(2),
        {},
        { order_id: x('o'), total: '99.00', currency: 'USD', tax: '1.00' },
      ),
      purchase(x('y'), at(0), {}, { order_id: x('o'), total: '98.00', shipping: '4.90' }),
    ],
    expect: [
      orderRow(x, 'o', {
        gross: 12_000,
        currency: 'EUR',
        tax: 2_000,
        shipping: 490, // only a pixel has it
        occurred_at: stored(1), // the earlier pixel does not count beside a server
        net: 12_000,
      }),
      count('orders_current', `order_id = '${x('o')}'`, 1),
    ],
  })),
  example(
    'of equals the later counts, then the larger event id by its bytes',
    [best, 'Ids compare as UTF-8 bytes;'],
    (x) => ({
      events: [
        purchase(x('a'), at(2), {}, { order_id: x('late'), total: '2.00' }),
        purchase(x('b'), at(1), {}, { order_id: x('late'), total: '1.00' }),
        purchase(x('b1'), at(1), {}, { order_id: x('tie'), total: '1.00' }),
        purchase(x('b2'), at(1), {}, { order_id: x('tie'), total: '2.00' }),
        purchase(x('B3'), at(1), {}, { order_id: x('tie'), total: '3.00' }),
        // U+1F600 is after U+FF5E in UTF-8 and before it in UTF-16.
        purchase(x('\u{1f600}'), at(1), {}, { order_id: x('wide'), total: '2.00' }),
        purchase(x('\uff5e'), at(1), {}, { order_id: x('wide'), total: '1.00' }),
      ],
      expect: [
        orderRow(x, 'late', { gross: 200, occurred_at: stored(1) }),
        orderRow(x, 'tie', { gross: 200 }),
        orderRow(x, 'wide', { gross: 200 }),
      ],
    }),
  ),
  example('each field comes from the best event that has it', [merged], (x) => ({
    events: [
      purchase(x('e1'), at(0), {}, { order_id: x('o'), total: '50.00', tax: '5.00' }),
      purchase(x('e2'), at(1), {}, { order_id: x('o'), currency: 'EUR', shipping: '4.90' }),
      purchase(x('e3'), at(2), {}, { order_id: x('o'), currency: 'EUR', tax: '6.00' }),
    ],
    expect: [orderRow(x, 'o', { gross: 5_000, tax: 600, shipping: 490, occurred_at: stored(0) })],
  })),
  example(
    'a total goes with its own currency',
    ['total with currency; coupon_codes; items'],
    (x) => ({
      events: [
        purchase(x('e1'), at(0), {}, { order_id: x('o'), total: '50.00', currency: 'EUR' }),
        purchase(x('e2'), at(1), {}, { order_id: x('o'), total: '60', currency: 'JPY' }),
      ],
      expect: [orderRow(x, 'o', { gross: 60, currency: 'JPY' })],
    }),
  ),
  example(
    'an empty list of codes is a statement, a missing one is not',
    ['an empty list of codes is a statement too'],
    (x) => {
      const coupon = (code: string) => ({
        event_id: x(`coupon ${code}`),
        type: 'coupon',
        occurred_at: at(0),
        coupon: { code: x.code(code), influencer_id: x('i') },
      });
      const codes = (...names: string[]) => names.map((name) => x.code(name));
      return {
        events: [
          coupon('A'),
          coupon('B'),
          purchase(
            x('e1'),
            at(0),
            {},
            { order_id: x('o1'), total: '1.00', coupon_codes: codes('A') },
          ),
          purchase(x('e2'), at(1), {}, { order_id: x('o1'), coupon_codes: [] }),
          purchase(
            x('e3'),
            at(0),
            {},
            { order_id: x('o2'), total: '1.00', coupon_codes: codes('A') },
          ),
          purchase(x('e4'), at(1), {}, { order_id: x('o2'), total: '1.00' }),
          purchase(
            x('e5'),
            at(0),
            {},
            { order_id: x('o3'), total: '1.00', coupon_codes: codes('A') },
          ),
          purchase(x('e6'), at(1), {}, { order_id: x('o3'), coupon_codes: codes('B') }),
        ],
        expect: [
          linear(x, 'o1', { unattributed: 100 }),
          linear(x, 'o2', { 'coupon:o2:A': 100 }),
          linear(x, 'o3', { 'coupon:o3:B': 100 }),
        ],
      };
    },
  ),
  example(
    'an update nine days later does not move the order',
    [ownTime, 'an update nine days later does not move the order'],
    (x) => ({
      events: [
        click(x('early'), at(0, -1), { user_id: x('u') }),
        click(x('inside'), at(9), { user_id: x('u') }),
        purchase(x('e2'), at(9), { user_id: x('u') }, { order_id: x('o'), total: '90.00' }),
        purchase(x('e1'), at(0), { user_id: x('u') }, { order_id: x('o'), total: '80.00' }),
      ],
      expect: [
        orderRow(x, 'o', { gross: 9_000, occurred_at: stored(0) }),
        linear(x, 'o', { early: 9_000 }),
      ],
    }),
  ),
  example('among pixels alone the earliest gives the time', [ownTime], (x) => ({
    pixel: [
      purchase(x('e1'), at(3), {}, { order_id: x('o'), total: '2.00' }),
      purchase(x('e2'), at(2), {}, { order_id: x('o'), total: '1.00' }),
    ],
    expect: [orderRow(x, 'o', { gross: 200, occurred_at: stored(2) })],
  })),
  example(
    'an order has its row once a total is stated; its time may be older',
    [
      'A purchase may lack `total` with `currency`',
      'the order has its row once one event states them;',
      '`tax` and `shipping` are 0 until stated.',
    ],
    (x) => [
      {
        pixel: [purchase(x('p'), at(0), { anonymous_id: x('a') }, { order_id: x('o') })],
        expect: [
          count('orders_current', `order_id = '${x('o')}'`, 0),
          count('credits_current', `order_id = '${x('o')}'`, 0),
        ],
      },
      {
        events: [purchase(x('s'), at(1), {}, { order_id: x('o'), total: '7.00' })],
        expect: [
          orderRow(x, 'o', { gross: 700, tax: 0, shipping: 0, occurred_at: stored(1) }),
          orderPerson(x, 'o', ['order_id:o', 'anonymous_id:a']),
        ],
      },
      {
        events: [
          purchase(
            x('t'),
            at(2),
            {},
            { order_id: x('o'), currency: 'EUR', tax: '1.00', shipping: '0.50' },
          ),
        ],
        expect: [orderRow(x, 'o', { gross: 700, tax: 100, shipping: 50 })],
      },
    ],
  ),
  example(
    "a pixel's and a shop's purchase of one order bring their people together",
    [
      '`order.order_id` and `refund.order_id` are identifiers of any event that has them',
      '// purchase',
    ],
    (x) => ({
      events: [
        purchase(
          x('shop'),
          at(2),
          { customer_id: `shopify:${x('7')}` },
          {
            order_id: x('o'),
            total: '129.90',
            currency: 'EUR',
            tax: '21.65',
            shipping: '4.90',
            items: [{ sku: 'B-1', name: 'Boots', quantity: 1, unit_price: '125.00' }],
          },
        ),
        purchase(x('payment'), at(2, 5), { email: x.email('ada') }, { order_id: x('o') }),
      ],
      pixel: [
        click(x('c'), at(1), { anonymous_id: x('a') }),
        purchase(x('thanks'), at(2, 9), { anonymous_id: x('a') }, { order_id: x('o') }),
      ],
      expect: [
        orderPerson(x, 'o', ['order_id:o', 'customer_id:shopify:7', 'email:ada', 'anonymous_id:a']),
        everyModel(x, 'o', { c: 12_990 }),
        orderRow(x, 'o', { tax: 2_165, shipping: 490 }),
      ],
    }),
  ),
  example(
    'any event may name an order, and a refund links too',
    [
      '`order.order_id` and `refund.order_id` are identifiers of any event that has them',
      '// refund',
    ],
    (x) => ({
      events: [
        purchase(x('e'), at(2), {}, { order_id: x('o'), total: '10.00' }),
        identify(x('i'), at(3), { anonymous_id: x('a') }, { order: { order_id: x('o') } }),
        refund(
          x('f'),
          at(4),
          { refund_id: x('r'), order_id: x('o'), total: '2.50' },
          { identifiers: { customer_id: x('c') } },
        ),
        page(x('p'), at(1), { anonymous_id: x('a') }, { properties: { session_start: true } }),
        click(x('k'), at(1, 1), { customer_id: x('c') }),
      ],
      expect: [
        orderPerson(x, 'o', ['order_id:o', 'anonymous_id:a', 'customer_id:c']),
        credits(x, 'o', { first_touch: { p: 750 }, last_touch: { k: 750 }, linear: { k: 750 } }),
      ],
    }),
  ),
  example(
    'an event of two orders has both, a refund its own one first',
    ['`order.order_id` and `refund.order_id` are identifiers of any event that has them'],
    (x) => ({
      events: [
        purchase(x('e1'), at(1), {}, { order_id: x('o1'), total: '10.00' }),
        purchase(x('e2'), at(2), {}, { order_id: x('o2'), total: '10.00' }),
        refund(
          x('f'),
          at(3),
          { refund_id: x('r'), order_id: x('o2'), total: '2.50' },
          { order: { order_id: x('o1') }, identifiers: { user_id: x('u') } },
        ),
        purchase(x('e3'), at(1), {}, { order_id: x('o3'), total: '1.00' }),
        click(x('c'), at(0), {}, { order: { order_id: x('o3') }, refund: { order_id: x('o4') } }),
      ],
      expect: [
        persons(x, [
          ['order_id:o1', 'order_id:o2', 'user_id:u'],
          ['order_id:o3', 'order_id:o4'],
        ]),
        orderRow(x, 'o1', { net: 1_000, new_customer: 1 }),
        orderRow(x, 'o2', { net: 750, new_customer: 0 }),
        orderRow(x, 'o3', { new_customer: 0 }),
        everyModel(x, 'o3', { c: 100 }),
        eventRow(x, 'f', { identifier: 'o2' }),
        eventRow(x, 'c', { identifier: 'o3' }),
      ],
    }),
  ),
  example('copies of a refund are one refund', ['Copies of one `refund_id` likewise.'], (x) => ({
    events: [
      purchase(x('e'), at(0), {}, { order_id: x('o'), total: '50.00' }),
      refund(x('f1'), at(3), { refund_id: x('r1'), order_id: x('o'), total: '3.00' }),
      refund(x('f2'), at(2), { refund_id: x('r1'), order_id: x('o'), total: '2.00' }),
      refund(x('f4'), at(2), { refund_id: x('r2'), order_id: x('o'), total: '0.20' }),
      refund(x('f3'), at(2), { refund_id: x('r2'), order_id: x('o'), total: '0.10' }),
    ],
    expect: [orderRow(x, 'o', { gross: 5_000, refunded: 320, net: 4_680 })],
  })),
  example(
    'a refund in another currency is kept, not subtracted',
    ['A refund in another currency than its order is kept and counted, not subtracted.'],
    (x) => ({
      events: [
        purchase(x('e'), at(0), {}, { order_id: x('o'), total: '50.00' }),
        refund(x('f1'), at(1), {
          refund_id: x('r1'),
          order_id: x('o'),
          total: '3.00',
          currency: 'USD',
        }),
        refund(x('f2'), at(1), { refund_id: x('r2'), order_id: x('o'), total: '1.00' }),
      ],
      expect: [
        orderRow(x, 'o', { gross: 5_000, net: 4_900 }),
        count('events_current', `event_id = '${x('f1')}'`, 1),
      ],
    }),
  ),
  example(
    'a refund before its order subtracts when the order comes',
    ['the net of the order = max(0, total − Σ refunds)'],
    (x) => [
      {
        events: [refund(x('f'), at(1), { refund_id: x('r'), order_id: x('o'), total: '3.00' })],
        expect: [count('orders_current', `order_id = '${x('o')}'`, 0)],
      },
      {
        events: [
          purchase(x('e'), at(0), { user_id: x('u') }, { order_id: x('o'), total: '50.00' }),
        ],
        expect: [
          orderRow(x, 'o', { gross: 5_000, refunded: 300, net: 4_700 }),
          everyModel(x, 'o', { unattributed: 4_700 }),
        ],
      },
    ],
  ),
  example('items are kept as sent', ['`items` are kept as sent.'], (x) => ({
    events: [
      purchase(
        x('e'),
        at(0),
        {},
        {
          order_id: x('o'),
          total: '1.00',
          // Neither normalised nor judged: not even the amount's digits.
          items: [{ sku: 'B 1', quantity: 1.5, unit_price: '00.6660', more: [null] }],
        },
      ),
    ],
    expect: [
      orderRow(x, 'o', { gross: 100 }),
      answer(
        `SELECT JSONExtractString(items, 1, 'unit_price') AS price,
           JSONExtractFloat(items, 1, 'quantity') AS quantity
         FROM orders_current WHERE order_id = '${x('o')}'`,
        [{ price: '00.6660', quantity: 1.5 }],
      ),
    ],
  })),
  example(
    'an order id is trimmed, an integer is its text, an empty one is none',
    ['`order.order_id` and `refund.order_id` are identifiers of any event that has them'],
    (x) => ({
      events: [
        purchase(x('e1'), at(0), {}, { order_id: ` ${x('o')} `, total: '5.00' }),
        refund(x('f1'), at(1), { refund_id: x('r1'), order_id: `${x('o')}\t`, total: '1.00' }),
        purchase(x('e2'), at(0), { user_id: x('u') }, { order_id: 970_032, total: '5.00' }),
        refund(x('f2'), at(1), { refund_id: x('r2'), order_id: '970032', total: '2.00' }),
        purchase(x('e3'), at(0), {}, { order_id: ' ', total: '5.00' }),
        click(x('c'), at(0), { user_id: x('u') }, { order: { order_id: '' } }),
      ],
      rejected: [4],
      expect: [
        orderRow(x, 'o', { gross: 500, net: 400 }),
        answer(`SELECT gross, net FROM orders_current WHERE order_id = '970032'`, [
          { gross: 500, net: 300 },
        ]),
        answer(`SELECT identifier_type FROM events_current WHERE event_id = '${x('c')}'`, [
          { identifier_type: 'user_id' },
        ]),
      ],
    }),
  ),
  example('ids may hold any character', ['unique in the workspace'], (x) => {
    const odd = `"o'1\\ \n;--\u{1f600}%`;
    return {
      events: [
        click(x(`c ${odd}`), at(0), { user_id: x(`u ${odd}`) }),
        purchase(
          x(`e ${odd}`),
          at(1),
          { user_id: x(`u ${odd}`) },
          {
            order_id: x(odd),
            total: '1.00',
          },
        ),
      ],
      expect: [
        answer(
          `SELECT order_id, touchpoint_id, credit FROM credits_current
             WHERE order_id LIKE '${x.prefix}%' AND model = 'linear'`,
          [{ order_id: odd, touchpoint_id: `c ${odd}`, credit: 100 }],
        ),
      ],
    };
  }),
  example(
    'a click that names an order is a touchpoint of that order',
    ['`order.order_id` and `refund.order_id` are identifiers of any event that has them'],
    (x) => ({
      events: [
        click(x('c'), at(0), {}, { order: { order_id: x('o') } }),
        purchase(x('e'), at(1), {}, { order_id: x('o'), total: '2.00' }),
      ],
      expect: [
        everyModel(x, 'o', { c: 200 }),
        orderRow(x, 'o', { new_customer: 0 }),
        orderPerson(x, 'o', ['order_id:o']),
      ],
    }),
  ),
  example(
    'when the best total changes its currency, refunds count in the new one',
    ['A refund in another currency than its order is kept and counted, not subtracted.'],
    (x) => [
      {
        events: [
          purchase(x('e1'), at(0), {}, { order_id: x('o'), total: '50.00' }),
          refund(x('f1'), at(1), { refund_id: x('r1'), order_id: x('o'), total: '3.00' }),
          refund(x('f2'), at(1), {
            refund_id: x('r2'),
            order_id: x('o'),
            total: '4.00',
            currency: 'USD',
          }),
        ],
        expect: [orderRow(x, 'o', { currency: 'EUR', net: 4_700 })],
      },
      {
        events: [
          purchase(x('e2'), at(1), {}, { order_id: x('o'), total: '60.00', currency: 'USD' }),
        ],
        expect: [
          orderRow(x, 'o', { currency: 'USD', gross: 6_000, net: 5_600 }),
          answer(
            `SELECT currency, sum(credit) AS credit FROM credits
             WHERE order_id = '${x('o')}' AND model = 'linear'
             GROUP BY currency HAVING credit != 0`,
            [{ currency: 'USD', credit: 5_600 }],
          ),
        ],
      },
    ],
  ),
];
