/** Section 2, the catalogue: versions replace one another, whole. */
import { example } from '../example.js';
import { at, click, entry, purchase } from '../incoming.js';
import { answer, catalogueRow, count, linear, touchpointRow } from '../questions.js';

const newest =
  'The version with the latest `occurred_at`, then the larger `event_id`, replaces the whole';
const bodies = 'Bodies: `{"post": {"post_id", "platform"';

export const catalogue = [
  example(
    'every kind of entry has its table, with its fields',
    [bodies, '`spend` describe no person'],
    (x) => ({
      events: [
        entry('post', x('e1'), at(0), {
          post_id: x('p'),
          platform: 'mastodon',
          url: 'https://social.example/p/1',
          author: '@ada',
          influencer_id: x('i'),
          campaign_id: x('c'),
          media_type: 'owned',
          format: 'video',
          topic: 'boots',
          published_at: at(1),
          goal: 'buy',
        }),
        entry('influencer', x('e2'), at(0), {
          influencer_id: x('i'),
          name: 'Ada',
          handles: [x.handle('ada')],
          commission_rate: '0.1',
        }),
        entry('campaign', x('e3'), at(0), {
          campaign_id: x('c'),
          name: 'Spring',
          objective: 'sales',
          starts_at: at(0),
          ends_at: at(9),
        }),
        entry('link', x('e4'), at(0), {
          link_id: x('l'),
          url: 'https://shop.example/boots',
          post_id: x('p'),
          influencer_id: x('i'),
          campaign_id: x('c'),
          program_id: x('r'),
        }),
        entry('coupon', x('e5'), at(0), {
          code: ` ${x('ada10')} `,
          influencer_id: x('i'),
          post_id: x('p'),
          campaign_id: x('c'),
          program_id: x('r'),
        }),
        entry('spend', x('e6'), at(0), {
          spend_id: x('s'),
          date: '2024-03-05',
          amount: '1234',
          currency: 'JPY',
          post_id: x('p'),
        }),
      ],
      expect: [
        catalogueRow(x, 'posts', 'post_id', 'p', {
          platform: 'mastodon',
          url: 'https://social.example/p/1',
          author: '@ada',
          influencer_id: 'i',
          campaign_id: 'c',
          media_type: 'owned',
          format: 'video',
          topic: 'boots',
          goal: 'buy',
        }),
        catalogueRow(x, 'influencers', 'influencer_id', 'i', { name: 'Ada' }),
        catalogueRow(x, 'campaigns', 'campaign_id', 'c', { name: 'Spring', objective: 'sales' }),
        catalogueRow(x, 'links', 'link_id', 'l', {
          url: 'https://shop.example/boots',
          post_id: 'p',
          influencer_id: 'i',
          campaign_id: 'c',
          program_id: 'r',
        }),
        answer(
          `SELECT code, influencer_id, post_id, campaign_id, program_id FROM coupons
         WHERE code = '${x.code('ADA10')}'`,
          [{ code: 'ADA10', influencer_id: 'i', post_id: 'p', campaign_id: 'c', program_id: 'r' }],
        ),
        answer(
          `SELECT toString(date) AS date, amount, currency, post_id FROM spend
         WHERE spend_id = '${x('s')}'`,
          [{ date: '2024-03-05', amount: 1_234, currency: 'JPY', post_id: 'p' }],
        ),
        // An author is no person, nor are an influencer's names.
        count('identities_current', `identifier LIKE '%${x.prefix}%'`, 0),
      ],
    }),
  ),
  example(
    'a spend may stand for a post, an influencer, a campaign or a platform',
    [bodies],
    (x) => ({
      events: [
        ['post_id', x('p')],
        ['influencer_id', x('i')],
        ['campaign_id', x('c')],
        ['platform', 'mastodon'],
      ].map(([field, value], index) =>
        entry('spend', x(`e${index}`), at(0), {
          spend_id: x(`s${index}`),
          date: '2024-03-05',
          amount: '1.50',
          currency: 'EUR',
          [String(field)]: value,
        }),
      ),
      expect: [
        answer(
          `SELECT post_id, influencer_id, campaign_id, platform, sum(amount) AS amount FROM spend
         WHERE spend_id LIKE '${x.prefix}%'
         GROUP BY spend_id, post_id, influencer_id, campaign_id, platform ORDER BY spend_id`,
          [
            { post_id: 'p', influencer_id: '', campaign_id: '', platform: '', amount: 150 },
            { post_id: '', influencer_id: 'i', campaign_id: '', platform: '', amount: 150 },
            { post_id: '', influencer_id: '', campaign_id: 'c', platform: '', amount: 150 },
            { post_id: '', influencer_id: '', campaign_id: '', platform: 'mastodon', amount: 150 },
          ],
        ),
      ],
    }),
  ),
  example('the latest version replaces the whole entry', [newest], (x) => ({
    events: [
      entry('campaign', x('e1'), at(2), { campaign_id: x('c'), name: 'New' }),
      entry('campaign', x('e2'), at(1), { campaign_id: x('c'), name: 'Old', objective: 'sales' }),
      entry('link', x('e3'), at(1), {
        link_id: x('l'),
        url: 'https://shop.example/1',
        influencer_id: x('i'),
      }),
      entry('link', x('e4'), at(1, 1), {
        link_id: x('l'),
        url: 'https://shop.example/2',
        campaign_id: x('c'),
      }),
    ],
    expect: [
      catalogueRow(x, 'campaigns', 'campaign_id', 'c', { name: 'New', objective: '' }),
      catalogueRow(x, 'links', 'link_id', 'l', {
        url: 'https://shop.example/2',
        influencer_id: '',
        campaign_id: 'c',
      }),
      count('links', `link_id = '${x('l')}'`, 1),
    ],
  })),
  example(
    'at one time the larger event id wins, by its bytes',
    [newest, 'Ids compare as UTF-8 bytes;'],
    (x) => ({
      events: [
        entry('campaign', x('a'), at(0), { campaign_id: x('c1'), name: 'a' }),
        entry('campaign', x('B'), at(0), { campaign_id: x('c1'), name: 'B' }),
        entry('campaign', x('\u{1f600}'), at(0), { campaign_id: x('c2'), name: 'larger' }),
        entry('campaign', x('\uff5e'), at(0), { campaign_id: x('c2'), name: 'smaller' }),
        entry('campaign', x('e10'), at(0), { campaign_id: x('c3'), name: 'ten' }),
        entry('campaign', x('e9'), at(0), { campaign_id: x('c3'), name: 'nine' }),
      ],
      expect: [
        catalogueRow(x, 'campaigns', 'campaign_id', 'c1', { name: 'a' }),
        catalogueRow(x, 'campaigns', 'campaign_id', 'c2', { name: 'larger' }),
        catalogueRow(x, 'campaigns', 'campaign_id', 'c3', { name: 'nine' }),
      ],
    }),
  ),
  example(
    'entries may come before or after what refers to them',
    ['entries may arrive before or after the events that refer to them, with the same result.'],
    (x) => {
      const link = (id: string) =>
        entry('link', x(`entry ${id}`), at(50), {
          link_id: x(id),
          url: 'https://shop.example/',
          influencer_id: x(`i ${id}`),
        });
      const clicked = (id: string) =>
        click(x(`click ${id}`), at(0), { user_id: x('u') }, { link_id: x(id) });
      return [
        { events: [link('before'), clicked('before'), clicked('after')] },
        {
          events: [
            purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o'), total: '2.00' }),
            link('after'),
          ],
          expect: [
            touchpointRow(x, 'click before', { influencer_id: 'i before' }),
            touchpointRow(x, 'click after', { influencer_id: 'i after' }),
            answer(
              `SELECT influencer_id, credit FROM credits_current
               WHERE order_id = '${x('o')}' AND model = 'linear' ORDER BY influencer_id`,
              [
                { influencer_id: 'i after', credit: 100 },
                { influencer_id: 'i before', credit: 100 },
              ],
            ),
          ],
        },
      ];
    },
  ),
  example(
    'codes are trimmed and upper-cased, in the catalogue and in orders',
    ['coupon codes are trimmed and upper-cased.'],
    (x) => ({
      events: [
        entry('coupon', x('k'), at(0), { code: ` ${x('ada10')}\n`, influencer_id: x('i') }),
        purchase(
          x('e'),
          at(0),
          {},
          {
            order_id: x('o'),
            total: '5.00',
            coupon_codes: [`${x('Ada10')} `, x.code('ADA10'), x('other')],
          },
        ),
      ],
      expect: [
        linear(x, 'o', { 'coupon:o:ADA10': 500 }),
        count('coupons', `code LIKE '${x.prefix.toUpperCase()}%'`, 1),
      ],
    }),
  ),
];
