/** Section 3.3: coupons as touchpoints. */
import { example, type Names } from '../example.js';
import { at, click, entry, purchase, stored } from '../incoming.js';
import { answer, count, credits, everyModel, linear, touchpointRow } from '../questions.js';

const coupon = '**Coupon touchpoint**: an order that uses a code whose catalogue entry names';
const owners = "(a coupon's: the coupon's, else its post's)";

const code = (x: Names, name: string, body: object, days = 0) =>
  entry('coupon', x(`entry ${name} ${days}`), at(days), { code: x.code(name), ...body });
const using = (x: Names, id: string, when: string, codes: readonly string[], total = '1.00') =>
  purchase(
    x(`buy ${id}`),
    when,
    { user_id: x('u') },
    {
      order_id: x(id),
      total,
      coupon_codes: codes.map((name) => x.code(name)),
    },
  );

export const coupons = [
  example(
    "a code is a touchpoint at the order's own time, for that order only",
    [coupon, 'eligible for that order only'],
    (x) => ({
      events: [
        code(x, 'ADA', { influencer_id: x('i'), post_id: x('p') }),
        entry('post', x('post'), at(0), {
          post_id: x('p'),
          platform: 'mastodon',
          media_type: 'earned',
          influencer_id: x('other'),
          campaign_id: x('spring'),
          published_at: at(0),
        }),
        using(x, 'o1', at(1), ['ADA'], '3.00'),
        using(x, 'o2', at(1), [], '5.00'),
        using(x, 'o3', at(2), [], '7.00'),
      ],
      expect: [
        everyModel(x, 'o1', { 'coupon:o1:ADA': 300 }),
        everyModel(x, 'o2', { unattributed: 500 }),
        everyModel(x, 'o3', { unattributed: 700 }),
        answer(
          `SELECT DISTINCT touched_at, platform, medium, media_type, post_id, influencer_id,
             campaign_id FROM credits_current WHERE order_id = '${x('o1')}'`,
          [
            {
              touched_at: stored(1),
              platform: 'mastodon',
              medium: 'coupon',
              media_type: 'earned',
              post_id: 'p',
              influencer_id: 'i',
              campaign_id: 'spring',
            },
          ],
        ),
        answer(
          `SELECT touchpoint_id, type, medium, occurred_at FROM touchpoints_current
           WHERE touchpoint_id LIKE 'coupon:${x.prefix}%'`,
          [
            {
              touchpoint_id: 'coupon:o1:ADA',
              type: 'coupon',
              medium: 'coupon',
              occurred_at: stored(1),
            },
          ],
        ),
      ],
    }),
  ),
  example(
    'a post or a programme is enough for a touchpoint, a campaign is not',
    [coupon, owners],
    (x) => ({
      events: [
        code(x, 'POST', { post_id: x('p') }),
        code(x, 'PROG', { program_id: x('r') }),
        code(x, 'CAMP', { campaign_id: x('c') }),
        code(x, 'NONE', {}),
        entry('post', x('post'), at(0), {
          post_id: x('p'),
          platform: 'mastodon',
          influencer_id: x('author'),
          published_at: at(0),
        }),
        using(x, 'o1', at(0), ['POST']),
        using(x, 'o2', at(0), ['PROG']),
        using(x, 'o3', at(0), ['CAMP']),
        using(x, 'o4', at(0), ['NONE', 'UNKNOWN']),
      ],
      expect: [
        linear(x, 'o1', { 'coupon:o1:POST': 100 }),
        linear(x, 'o2', { 'coupon:o2:PROG': 100 }),
        linear(x, 'o3', { unattributed: 100 }),
        linear(x, 'o4', { unattributed: 100 }),
        answer(
          `SELECT order_id, influencer_id, platform, medium FROM credits_current
           WHERE order_id IN ('${x('o1')}', '${x('o2')}') AND model = 'linear' ORDER BY order_id`,
          [
            { order_id: 'o1', influencer_id: 'author', platform: 'mastodon', medium: 'coupon' },
            { order_id: 'o2', influencer_id: '', platform: '', medium: 'coupon' },
          ],
        ),
        answer(
          `SELECT touchpoint_id, post_id, program_id FROM touchpoints_current
           WHERE touchpoint_id LIKE 'coupon:${x.prefix}%' ORDER BY touchpoint_id`,
          [
            { touchpoint_id: 'coupon:o1:POST', post_id: 'p', program_id: '' },
            { touchpoint_id: 'coupon:o2:PROG', post_id: '', program_id: 'r' },
          ],
        ),
      ],
    }),
  ),
  example(
    'a code stands among the other touchpoints; two codes are two, one code twice is one',
    [coupon],
    (x) => ({
      events: [
        code(x, 'A', { influencer_id: x('i') }),
        code(x, 'B', { influencer_id: x('i') }),
        click(x('early'), at(0), { user_id: x('u') }),
        using(x, 'o', at(1), ['B', 'A', 'B'], '1.00'),
      ],
      expect: [
        credits(x, 'o', {
          first_touch: { early: 100 },
          last_touch: { 'coupon:o:B': 100 },
          linear: { early: 34, 'coupon:o:A': 33, 'coupon:o:B': 33 },
          position_based: { early: 40, 'coupon:o:A': 20, 'coupon:o:B': 40 },
        }),
      ],
    }),
  ),
  example('the catalogue decides, in whichever order it speaks', [coupon], (x) => [
    {
      events: [using(x, 'o', at(0), ['A'])],
      expect: [everyModel(x, 'o', { unattributed: 100 })],
    },
    {
      events: [code(x, 'A', { influencer_id: x('i') }, 60)],
      expect: [everyModel(x, 'o', { 'coupon:o:A': 100 })],
    },
    {
      // The newer version names nobody; the older one, late, does not bring the owner back.
      events: [code(x, 'A', { campaign_id: x('c') }, 61), code(x, 'A', { post_id: x('p') }, 59)],
      expect: [
        everyModel(x, 'o', { unattributed: 100 }),
        count('touchpoints_current', `touchpoint_id LIKE 'coupon:${x.prefix}%'`, 0),
      ],
    },
  ]),
  example("the touchpoint moves with its order's time", [coupon], (x) => [
    {
      events: [code(x, 'A', { influencer_id: x('i') }), using(x, 'o', at(5), ['A'])],
      expect: [touchpointRowOf(x, stored(5))],
    },
    {
      events: [
        purchase(x('older'), at(4), { user_id: x('u') }, { order_id: x('o') }),
        click(x('c'), at(4, 1), { user_id: x('u') }),
      ],
      expect: [touchpointRowOf(x, stored(4)), everyModel(x, 'o', { 'coupon:o:A': 100 })],
    },
  ]),
  example('a click is no coupon, whatever it is called', [coupon], (x) => ({
    events: [
      click(x('c'), at(0), { user_id: x('u') }, { medium: 'coupon' }),
      using(x, 'o1', at(1), [], '1.00'),
      using(x, 'o2', at(2), [], '2.00'),
    ],
    expect: [
      linear(x, 'o1', { c: 100 }),
      linear(x, 'o2', { c: 200 }),
      touchpointRow(x, 'c', { type: 'click', medium: 'coupon' }),
    ],
  })),
];

function touchpointRowOf(x: Names, occurredAt: string) {
  return answer(
    `SELECT occurred_at FROM touchpoints_current
     WHERE touchpoint_id = 'coupon:${x('o')}:${x.code('A')}'`,
    [{ occurred_at: occurredAt }],
  );
}
