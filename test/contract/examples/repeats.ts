/** Section 2, repeats: the copies of one event count once. */
import { example } from '../example.js';
import { at, click, purchase, refund } from '../incoming.js';
import { answer, count, linear, orderRow } from '../questions.js';

export const repeats = [
  example(
    'identical copies count once, and are accepted',
    [
      '**Repeats**: the copies of one `event_id` are identical and count once.',
      '`accepted` counts everything not rejected, repeats included.',
    ],
    (x) => {
      const clicked = click(x('c1'), at(0), { user_id: x('u') });
      const bought = purchase(
        x('e'),
        at(1),
        { user_id: x('u') },
        { order_id: x('o'), total: '9.00' },
      );
      const back = refund(x('f'), at(2), { refund_id: x('r'), order_id: x('o'), total: '1.00' });
      return [
        { events: [clicked, clicked, bought, back, click(x('c2'), at(0, 1), { user_id: x('u') })] },
        {
          events: [bought, back, clicked],
          expect: [
            linear(x, 'o', { c1: 400, c2: 400 }),
            orderRow(x, 'o', { gross: 900, refunded: 100, net: 800 }),
            count('events_current', `event_id LIKE '${x.prefix}%'`, 4),
          ],
        },
      ];
    },
  ),
  example(
    'of copies that differ one counts, not both and not a mixture',
    ['Should they differ, one of them counts, the same one after every replay;'],
    (x) => {
      const buyer = { user_id: x('u') };
      return {
        events: [
          click(x('c'), at(0), buyer, { post_id: x('p1'), influencer_id: x('i1') }),
          click(x('c'), at(1), buyer, { post_id: x('p2'), influencer_id: x('i2') }),
          purchase(x('e'), at(2), buyer, { order_id: x('o'), total: '9.00' }),
        ],
        expect: [
          linear(x, 'o', { c: 900 }),
          answer(
            `SELECT count() AS n,
               countIf((post_id, influencer_id, occurred_at) IN (
                 ('${x('p1')}', '${x('i1')}', toDateTime64('2024-03-01 12:00:00', 3, 'UTC')),
                 ('${x('p2')}', '${x('i2')}', toDateTime64('2024-03-02 12:00:00', 3, 'UTC')))) AS whole
             FROM touchpoints_current WHERE touchpoint_id = '${x('c')}'`,
            [{ n: 1, whole: 1 }],
          ),
          count('events_current', `event_id = '${x('c')}'`, 1),
        ],
      };
    },
  ),
  example(
    'copies of two people count at most once for each',
    ['should even their strongest identifiers differ, at most one counts for each person.'],
    (x) => ({
      events: [
        click(x('c'), at(0), { user_id: x('u1') }),
        click(x('c'), at(0), { user_id: x('u2') }),
        click(x('c'), at(0), { user_id: x('u1'), post_id: x('p') }),
        purchase(x('e1'), at(1), { user_id: x('u1') }, { order_id: x('o1'), total: '9.00' }),
        purchase(x('e2'), at(1), { user_id: x('u2') }, { order_id: x('o2'), total: '9.00' }),
      ],
      expect: [
        answer(
          `SELECT order_id, sum(credit) AS credit, count() AS n FROM credits_current
           WHERE order_id LIKE '${x.prefix}%' AND model = 'linear'
           GROUP BY order_id ORDER BY order_id`,
          [
            { order_id: 'o1', credit: 900, n: 1 },
            { order_id: 'o2', credit: 900, n: 1 },
          ],
        ),
      ],
    }),
  ),
];
