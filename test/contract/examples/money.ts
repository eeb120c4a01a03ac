/** Section 2, money: decimal strings, minor units of ISO 4217, and what is refused. */
import { example } from '../example.js';
import { at, purchase, refund } from '../incoming.js';
import { linear, orderRow } from '../questions.js';

const digits = 'kept as an integer of minor units by ISO 4217';
const refused = 'More digits than the currency has, trailing zeros included';

const kept = (currency: string, total: string | number, gross: number) =>
  example(`${JSON.stringify(total)} ${currency} is ${gross} minor units`, [digits], (x) => ({
    events: [purchase(x('e'), at(0), {}, { order_id: x('o'), total, currency })],
    expect: [orderRow(x, 'o', { currency, gross, net: gross })],
  }));

export const money = [
  kept('EUR', '129.90', 12_990),
  kept('EUR', '12', 1_200),
  kept('EUR', '1.2', 120),
  kept('EUR', '0.01', 1),
  kept('JPY', '1300', 1_300),
  kept('KWD', '1.234', 1_234),
  // Node's own number formats give these none; ISO 4217 gives them two.
  kept('HUF', '100.50', 10_050),
  kept('IDR', '7.01', 701),
  kept('EUR', '9999999999999.99', 999_999_999_999_999),

  example(
    'a JSON number means its shortest decimal',
    ['a JSON number means its shortest decimal'],
    (x) => ({
      events: [
        purchase(x('e1'), at(0), {}, { order_id: x('o1'), total: 129.9 }),
        purchase(x('e2'), at(0), {}, { order_id: x('o2'), total: 1.15 }), // 114.99… in binary
        purchase(x('e3'), at(0), {}, { order_id: x('o3'), total: 100, currency: 'JPY' }),
        purchase(x('e4'), at(0), {}, { order_id: x('o4'), total: 0.1 + 0.2 }),
        purchase(x('e5'), at(0), {}, { order_id: x('o5'), total: 1e-7 }),
      ],
      rejected: [3, 4],
      expect: [
        orderRow(x, 'o1', { gross: 12_990 }),
        orderRow(x, 'o2', { gross: 115 }),
        orderRow(x, 'o3', { gross: 100, currency: 'JPY' }),
      ],
    }),
  ),
  example('a very large amount is split to the unit', [digits, 'in minor units'], (x) => ({
    events: [
      ...['c1', 'c2', 'c3'].map((id, index) => ({
        event_id: x(id),
        type: 'click',
        occurred_at: at(0, index),
        identifiers: { user_id: x('u') },
      })),
      purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o'), total: '9999999999999.98' }),
    ],
    expect: [
      linear(x, 'o', {
        c1: 333_333_333_333_333,
        c2: 333_333_333_333_333,
        c3: 333_333_333_333_332,
      }),
    ],
  })),
  example('more digits than the currency has are refused', [refused], (x) => ({
    events: [
      purchase(x('e0'), at(0), {}, { order_id: x('o'), total: '129.900' }),
      purchase(x('e1'), at(0), {}, { order_id: x('o'), total: '1300.0', currency: 'JPY' }),
      purchase(x('e2'), at(0), {}, { order_id: x('o'), total: '1.2345', currency: 'KWD' }),
      purchase(x('e3'), at(0), {}, { order_id: x('o'), total: 1.005 }),
      purchase(x('e4'), at(0), {}, { order_id: x('o'), total: '1.00', tax: '0.001' }),
      purchase(x('e5'), at(0), {}, { order_id: x('o'), total: '1.00', shipping: '0.001' }),
      refund(x('e6'), at(0), { refund_id: x('r'), order_id: x('o'), total: '1.005' }),
      purchase(x('e7'), at(0), {}, { order_id: x('o'), total: '2.00' }),
    ],
    rejected: [0, 1, 2, 3, 4, 5, 6],
    expect: [orderRow(x, 'o', { gross: 200, tax: 0, shipping: 0, refunded: 0 })],
  })),
  example(
    'negative amounts, unknown and lower-case currencies, and words are refused',
    ['a negative amount, an unknown or lower-case currency: rejected'],
    (x) => ({
      events: [
        purchase(x('e0'), at(0), {}, { order_id: x('o'), total: '-1.00' }),
        purchase(x('e1'), at(0), {}, { order_id: x('o'), total: -1 }),
        purchase(x('e2'), at(0), {}, { order_id: x('o'), total: '1.00', currency: 'eur' }),
        purchase(x('e3'), at(0), {}, { order_id: x('o'), total: '1.00', currency: 'ZZZ' }),
        purchase(x('e4'), at(0), {}, { order_id: x('o'), total: 'ten' }),
        purchase(x('e5'), at(0), {}, { order_id: x('o'), total: '1,00' }),
        refund(x('e6'), at(0), { refund_id: x('r'), order_id: x('o'), total: '-1.00' }),
        purchase(x('e7'), at(0), {}, { order_id: x('o'), total: '0.00' }),
      ],
      rejected: [0, 1, 2, 3, 4, 5, 6],
      expect: [orderRow(x, 'o', { gross: 0, currency: 'EUR', net: 0 })],
    }),
  ),
];
