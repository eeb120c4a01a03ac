/** Sections 3.5 to 3.9: windows, order, models, amounts, currency. */
import { example, type IncomingEvent, type Names } from '../example.js';
import { at, click, interaction, page, purchase, refund, view } from '../incoming.js';
import { answer, count, credits, everyModel, linear, modelNames, orderRow } from '../questions.js';

const eligible = 'a touchpoint is eligible for an order when `order.occurred_at − window <';
const windows = 'window: click and page 30 days, interaction 7 days, view 1 day.';
const tie = '**Order** of touchpoints: by `occurred_at`, then `touchpoint_id`.';
const exactly = 'Each model splits it exactly: floor each share, then hand the remaining units';
const models = '`last_non_direct` (all to the last), `linear` (equal), `position_based`';
const net = '**Amount**: the net of the order = max(0, total − Σ refunds), in minor units.';

const start = { properties: { session_start: true } };
const buyer = (x: Names) => ({ user_id: x('u') });
const bought = (x: Names, id: string, when: string, total: string, currency = 'EUR') =>
  purchase(x(`buy ${id}`), when, buyer(x), { order_id: x(id), total, currency });

/** One kind of touchpoint at both edges of its window, to the millisecond. */
const edges = (
  kind: string,
  days: number,
  touch: (x: Names, id: string, when: string) => IncomingEvent,
) =>
  example(`a ${kind} counts for ${days} days, to the millisecond`, [eligible, windows], (x) => ({
    events: [
      touch(x, 'too old', at(0)),
      touch(x, 'oldest', at(0, 1)),
      touch(x, 'newest', at(days)),
      touch(x, 'too new', at(days, 1)),
      bought(x, 'o', at(days), '1.01'),
    ],
    expect: [credits(x, 'o', { first_touch: { oldest: 101 }, last_touch: { newest: 101 } })],
  }));

/** A split of an amount over clicks `c1`, `c2`, … a day apart, the last at the order's time. */
const split = (model: string, total: string, shares: readonly number[]) =>
  example(`${model} splits ${total} as ${shares.join(' ')}`, [models, exactly], (x) => ({
    events: [
      ...shares.map((_, index) =>
        click(x(`c${index + 1}`), at(index - shares.length + 1), buyer(x)),
      ),
      bought(x, 'o', at(0), total),
    ],
    expect: [
      credits(x, 'o', {
        [model]: Object.fromEntries(
          shares.map((share, index) => [`c${index + 1}`, share] as const).filter(([, n]) => n > 0),
        ),
      }),
    ],
  }));

/** time_decay over clicks of the ages given in days, oldest first. */
const decay = (total: string, ages: readonly number[], shares: readonly number[]) =>
  example(
    `time_decay splits ${total} over ages ${ages.join(', ')} as ${shares.join(' ')}`,
    ['`time_decay` (weight 2^(−age/7 days), age from the order)', exactly],
    (x) => ({
      events: [
        ...ages.map((age, index) => click(x(`c${index}`), at(-age), buyer(x))),
        bought(x, 'o', at(0), total),
      ],
      expect: [
        credits(x, 'o', {
          time_decay: Object.fromEntries(shares.map((share, index) => [`c${index}`, share])),
        }),
      ],
    }),
  );

export const attribution = [
  edges('click', 30, (x, id, when) => click(x(id), when, buyer(x))),
  edges('page', 30, (x, id, when) => page(x(id), when, buyer(x), start)),
  edges('interaction', 7, (x, id, when) => interaction(x(id), when, buyer(x))),
  edges('view', 1, (x, id, when) => view(x(id), when, buyer(x))),
  example(
    'of an order the newest thousand touchpoints count',
    ["Of an order's eligible touchpoints the newest 1,000 count;"],
    (x) => ({
      events: [
        ...Array.from({ length: 1_002 }, (_, index) =>
          click(x(`c${String(index).padStart(4, '0')}`), at(0, Math.floor(index / 2)), buyer(x)),
        ),
        bought(x, 'o', at(1), '10.01'),
      ],
      expect: [
        credits(x, 'o', { first_touch: { c0002: 1_001 }, last_touch: { c1001: 1_001 } }),
        answer(
          `SELECT count() AS n, sum(credit) AS total, max(credit) AS most,
           min(touchpoint_id) AS oldest
         FROM credits_current WHERE order_id = '${x('o')}' AND model = 'linear'`,
          [{ n: 1_000, total: 1_001, most: 2, oldest: 'c0002' }],
        ),
      ],
    }),
  ),
  example(
    'touchpoints of one instant go by the bytes of their ids',
    [tie, 'Ids compare as UTF-8 bytes;'],
    (x) => ({
      events: [
        click(x('b'), at(0), buyer(x)),
        click(x('B'), at(0), buyer(x)),
        click(x('a10'), at(0), buyer(x)),
        click(x('a9'), at(0), buyer(x)),
        click(x('\u{1f600}'), at(0), buyer(x)),
        click(x('\uff5e'), at(0), buyer(x)),
        bought(x, 'o', at(1), '0.09'),
      ],
      expect: [
        credits(x, 'o', {
          first_touch: { B: 9 },
          last_touch: { '\u{1f600}': 9 },
          // Nine cents over six: the first three in that order have one more.
          linear: { B: 2, a10: 2, a9: 2, b: 1, '\uff5e': 1, '\u{1f600}': 1 },
        }),
      ],
    }),
  ),
  example('time goes before the id', [tie], (x) => ({
    events: [
      click(x('a'), at(0, 1), buyer(x)),
      click(x('b'), at(0), buyer(x)),
      bought(x, 'o', at(1), '1.00'),
    ],
    expect: [credits(x, 'o', { first_touch: { b: 100 }, last_touch: { a: 100 } })],
  })),
  example(
    'first and last are over all, the others leave direct out',
    ['**Models**: `first_touch`, `last_touch`: over all eligible.', 'The others ignore `direct`'],
    (x) => ({
      events: [
        page(x('d1'), at(-9), buyer(x), start),
        click(x('c1'), at(-7), buyer(x)),
        page(x('d2'), at(-5), buyer(x), start),
        click(x('c2'), at(0, -1), buyer(x)),
        page(x('d3'), at(0), buyer(x), start),
        bought(x, 'o', at(0), '1.00'),
      ],
      expect: [
        credits(x, 'o', {
          first_touch: { d1: 100 },
          last_touch: { d3: 100 },
          last_non_direct: { c2: 100 },
          linear: { c1: 50, c2: 50 },
          position_based: { c1: 50, c2: 50 },
          time_decay: { c1: 33, c2: 67 },
        }),
      ],
    }),
  ),
  example(
    'when all is direct, direct has it',
    ['The others ignore `direct` unless nothing else is eligible'],
    (x) => ({
      events: [
        page(x('d1'), at(-7), buyer(x), start),
        page(x('d2'), at(0), buyer(x), start),
        bought(x, 'o', at(0), '3.00'),
      ],
      expect: [
        credits(x, 'o', {
          last_non_direct: { d2: 300 },
          linear: { d1: 150, d2: 150 },
          time_decay: { d1: 100, d2: 200 },
        }),
      ],
    }),
  ),
  split('first_touch', '1.01', [101, 0, 0]),
  split('last_touch', '1.01', [0, 0, 101]),
  split('last_non_direct', '1.01', [0, 0, 101]),
  split('linear', '1.00', [34, 33, 33]),
  split('linear', '0.02', [1, 1, 0]),
  split('linear', '129.90', [4_330, 4_330, 4_330]),
  split('position_based', '1.01', [101]),
  split('position_based', '1.01', [51, 50]),
  split('position_based', '1.01', [41, 20, 40]),
  // 39.6 9.9 9.9 39.6: two units by the largest fractions, the third to the earlier of equals.
  split('position_based', '0.99', [40, 10, 10, 39]),
  // 40.4 6.73 6.73 6.73 40.4
  split('position_based', '1.01', [40, 7, 7, 7, 40]),
  decay('3.00', [7, 0], [100, 200]),
  decay('7.00', [14, 7, 0], [100, 200, 400]),
  // 100.14 200.28 400.57: the unit goes to the largest fraction, not to the first.
  decay('7.01', [14, 7, 0], [100, 200, 401]),
  // 100.57 201.14 402.28
  decay('7.04', [14, 7, 0], [101, 201, 402]),
  decay('1.01', [3, 3], [51, 50]),
  example('time_decay knows a millisecond', ['`time_decay` (weight', exactly], (x) => ({
    events: [
      // 50.49999997 and 50.50000003: the unit goes to the later, though ties go to the earlier.
      click(x('c0'), at(0, -1), buyer(x)),
      click(x('c1'), at(0), buyer(x)),
      bought(x, 'o', at(0), '1.01'),
    ],
    expect: [credits(x, 'o', { time_decay: { c0: 50, c1: 51 }, linear: { c0: 51, c1: 50 } })],
  })),
  example(
    'a click that states to be direct is direct',
    ['The others ignore `direct` unless nothing else is eligible'],
    (x) => ({
      events: [
        view(x('v'), at(0, -2), buyer(x)),
        click(x('c'), at(0, -1), buyer(x), { medium: 'direct' }),
        bought(x, 'o', at(0), '1.00'),
      ],
      expect: [credits(x, 'o', { last_touch: { c: 100 }, last_non_direct: { v: 100 } })],
    }),
  ),
  example('the only cent goes to the largest share', ['`time_decay` (weight', exactly], (x) => ({
    events: [
      click(x('c0'), at(-29), buyer(x)),
      click(x('c1'), at(-1), buyer(x)),
      bought(x, 'o', at(0), '0.01'),
    ],
    expect: [
      answer(
        `SELECT touchpoint_id, credit FROM credits_current
         WHERE order_id = '${x('o')}' AND model = 'time_decay' AND credit != 0`,
        [{ touchpoint_id: 'c1', credit: 1 }],
      ),
    ],
  })),
  example('a share of less than a unit is a row all the same', [exactly], (x) => ({
    events: [
      ...[0, 1, 2].map((days) => click(x(`c${days}`), at(days), buyer(x))),
      bought(x, 'o', at(3), '0.02'),
    ],
    expect: [
      answer(
        `SELECT touchpoint_id, credit, round(share, 6) AS share FROM credits_current
         WHERE order_id = '${x('o')}' AND model = 'linear' ORDER BY touchpoint_id`,
        [
          { touchpoint_id: 'c0', credit: 1, share: 0.333333 },
          { touchpoint_id: 'c1', credit: 1, share: 0.333333 },
          { touchpoint_id: 'c2', credit: 0, share: 0.333333 },
        ],
      ),
    ],
  })),
  example('refunds lower the net and every credit with it', [net], (x) => [
    {
      events: [
        click(x('c1'), at(0), buyer(x)),
        click(x('c2'), at(1), buyer(x)),
        click(x('c3'), at(2), buyer(x)),
        bought(x, 'o', at(3), '1.00'),
      ],
      expect: [linear(x, 'o', { c1: 34, c2: 33, c3: 33 })],
    },
    {
      events: [refund(x('f1'), at(40), { refund_id: x('r1'), order_id: x('o'), total: '0.29' })],
      expect: [
        orderRow(x, 'o', { gross: 100, refunded: 29, net: 71 }),
        linear(x, 'o', { c1: 24, c2: 24, c3: 23 }),
      ],
    },
    {
      events: [refund(x('f2'), at(41), { refund_id: x('r2'), order_id: x('o'), total: '0.70' })],
      expect: [orderRow(x, 'o', { refunded: 99, net: 1 }), onlyCent(x, 'c1', 'c3')],
    },
    {
      events: [refund(x('f3'), at(42), { refund_id: x('r3'), order_id: x('o'), total: '5.00' })],
      expect: [
        orderRow(x, 'o', { gross: 100, refunded: 599, net: 0 }),
        count('credits_current', `order_id = '${x('o')}'`, 0),
        count('orders_current', `order_id = '${x('o')}'`, 1),
      ],
    },
  ]),
  example(
    'an order of nothing has a row and no credit',
    ['An order whose net is 0 has no credit rows.'],
    (x) => ({
      events: [click(x('c'), at(0), buyer(x)), bought(x, 'o', at(1), '0.00')],
      expect: [
        orderRow(x, 'o', { gross: 0, net: 0 }),
        count('credits_current', `order_id = '${x('o')}'`, 0),
      ],
    }),
  ),
  example(
    'without a touchpoint the whole net is unattributed',
    ['No eligible touchpoint: the whole net goes to touchpoint id `unattributed`.'],
    (x) => ({
      events: [
        bought(x, 'o1', at(0), '12.34'),
        // Too late to have earned it.
        click(x('c'), at(0, 1), buyer(x)),
        bought(x, 'o2', at(1), '0.01'),
      ],
      expect: [everyModel(x, 'o1', { unattributed: 1_234 }), everyModel(x, 'o2', { c: 1 })],
    }),
  ),
  example(
    "credit stays in the order's currency and sums to its net",
    ["**Currency**: credit stays in the order's currency;", 'sum to its net to the unit'],
    (x) => ({
      events: [
        ...[0, 1, 2, 3, 4, 5, 6].map((days) => click(x(`c${days}`), at(days), buyer(x))),
        bought(x, 'yen', at(7), '100', 'JPY'),
        bought(x, 'dinar', at(7), '1.234', 'KWD'),
        bought(x, 'dollar', at(8), '99.99', 'USD'),
      ],
      expect: [
        answer(
          `SELECT order_id, model, any(currency) AS currency, sum(credit) AS credit,
             round(sum(share), 9) AS share
           FROM credits_current WHERE order_id LIKE '${x.prefix}%'
           GROUP BY order_id, model ORDER BY order_id, model`,
          (
            [
              ['dinar', 'KWD', 1_234],
              ['dollar', 'USD', 9_999],
              ['yen', 'JPY', 100],
            ] as const
          ).flatMap(([id, currency, credit]) =>
            [...modelNames]
              .sort()
              .map((model) => ({ order_id: id, model, currency, credit, share: 1 })),
          ),
        ),
        linear(x, 'yen', { c0: 15, c1: 15, c2: 14, c3: 14, c4: 14, c5: 14, c6: 14 }),
      ],
    }),
  ),
];

/** One cent over three clicks: where each model puts its only unit. */
function onlyCent(x: Names, first: string, last: string) {
  return credits(x, 'o', {
    first_touch: { [first]: 1 },
    last_touch: { [last]: 1 },
    last_non_direct: { [last]: 1 },
    position_based: { [first]: 1 },
  });
}
