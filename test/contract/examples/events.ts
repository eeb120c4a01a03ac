/** Section 2, the event: its fields, their closed lists, and what is refused. */
import { example, type Step } from '../example.js';
import {
  at,
  click,
  entry,
  interaction,
  lead,
  page,
  purchase,
  refund,
  stored,
} from '../incoming.js';
import { answer, count, eventRow, orderRow, touchpointRow } from '../questions.js';

const types = '"type": "click",';
const personalTypes = ['view', 'click', 'page', 'lead', 'identify'];
const unknownValues = 'Unknown values of `type`, `medium`, `media_type`, `interaction.kind`';
const mediums = [
  'social',
  'paid_social',
  'cpc',
  'display',
  'affiliate',
  'influencer',
  'referral',
  'email',
  'organic',
  'coupon',
  'direct',
  'other',
];
const kinds = [
  'like',
  'share',
  'comment',
  'reply',
  'mention',
  'follow',
  'unfollow',
  'save',
  'video_view',
  'message',
  'review',
];

export const events = [
  example('every type is taken, an unknown one refused', [types, unknownValues], (x) => ({
    events: [
      ...personalTypes.map((type) => ({ event_id: x(type), type, occurred_at: at(0) })),
      interaction(x('interaction'), at(0), {}),
      purchase(x('purchase'), at(0), {}, { order_id: x('o') }),
      refund(x('refund'), at(0), { refund_id: x('r'), order_id: x('o'), total: '1.00' }),
      {
        event_id: x('unlink'),
        type: 'unlink',
        occurred_at: at(0),
        identifiers: { user_id: x('u'), anonymous_id: x('a') },
      },
      entry('post', x('post'), at(0), {
        post_id: x('p'),
        platform: 'mastodon',
        published_at: at(0),
      }),
      entry('influencer', x('influencer'), at(0), { influencer_id: x('i') }),
      entry('campaign', x('campaign'), at(0), { campaign_id: x('c') }),
      entry('link', x('link'), at(0), { link_id: x('l'), url: 'https://shop.example/' }),
      entry('coupon', x('coupon'), at(0), { code: x.code('C') }),
      entry('spend', x('spend'), at(0), {
        spend_id: x('s'),
        date: '2024-03-01',
        amount: '1.00',
        currency: 'EUR',
      }),
      { event_id: x('unknown'), type: 'cliquer', occurred_at: at(0) },
      { event_id: x('upper'), type: 'Click', occurred_at: at(0) },
      { event_id: x('none'), occurred_at: at(0) },
    ],
    rejected: [15, 16, 17],
    expect: [
      answer(
        `SELECT count() AS n, countIf(event_id = concat('${x.prefix}', type)) AS named
         FROM events_current WHERE event_id LIKE '${x.prefix}%'`,
        [{ n: 15, named: 15 }],
      ),
    ],
  })),
  example(
    'an event id has 1 to 128 characters, and is made when absent',
    ['idempotency key within the workspace, 1–128 characters'],
    (x) => ({
      events: [
        click(x('').padEnd(128, 'é'), at(0)),
        click(x('').padEnd(129, 'é'), at(0)),
        click('', at(0)),
        { type: 'click', occurred_at: at(0), identifiers: { user_id: x('u') } },
        { type: 'click', occurred_at: at(0), identifiers: { user_id: x('u') } },
      ],
      rejected: [1, 2],
      expect: [
        count('events_current', `event_id LIKE '${x.prefix}%'`, 1),
        answer(
          `SELECT count() AS n, uniqExact(event_id) AS ids, countIf(event_id = '') AS without
           FROM events_current WHERE identifier = '${x('u')}'`,
          [{ n: 2, ids: 2, without: 0 }],
        ),
      ],
    }),
    { asWritten: true },
  ),
  example(
    'a time has a zone and is cut, not rounded, to milliseconds',
    ['ISO 8601 with zone, cut to milliseconds'],
    (x) => ({
      events: [
        click(x('cut'), '2024-03-01T10:00:00.9999999Z'),
        click(x('zone'), '2024-03-01T10:00:00.5+02:00'),
        click(x('no zone'), '2024-03-01T10:00:00'),
        click(x('date'), '2024-03-01'),
        click(x('words'), 'yesterday'),
        click(x('no day'), '2024-02-30T10:00:00Z'),
      ],
      rejected: [2, 3, 4, 5],
      expect: [
        eventRow(x, 'cut', { occurred_at: '2024-03-01 10:00:00.999' }),
        eventRow(x, 'zone', { occurred_at: '2024-03-01 08:00:00.500' }),
      ],
    }),
  ),
  example(
    'without a time the event occurred when received; the far future is refused',
    ['absent: received_at; more than 24 h in the future: rejected'],
    (x) => ({
      events: [
        { event_id: x('now'), type: 'click' },
        click(x('soon'), new Date(Date.now() + 23 * 3_600_000).toISOString()),
        click(x('late'), new Date(Date.now() + 25 * 3_600_000).toISOString()),
      ],
      rejected: [2],
      expect: [
        answer(
          `SELECT event_id, occurred_at = received_at AS same,
             abs(dateDiff('second', received_at, now64(3, 'UTC'))) < 600 AS recent
           FROM events_current WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
          [
            { event_id: 'now', same: 1, recent: 1 },
            { event_id: 'soon', same: 0, recent: 1 },
          ],
        ),
      ],
    }),
    { asWritten: true },
  ),
  example(
    'every medium is taken, an unknown one refused',
    ['"medium": "social",', unknownValues],
    (x) => ({
      events: [
        ...mediums.map((medium) => click(x(medium), at(0), {}, { medium })),
        click(x('bad'), at(0), {}, { medium: 'radio' }),
        click(x('upper'), at(0), {}, { medium: 'Social' }),
      ],
      rejected: [12, 13],
      expect: [
        count(
          'events_current',
          `event_id LIKE '${x.prefix}%' AND event_id = concat('${x.prefix}', medium)`,
          12,
        ),
      ],
    }),
  ),
  example(
    'a medium may be owned, paid or earned',
    ['"media_type": "owned",', unknownValues],
    (x) => ({
      events: [
        ...['owned', 'paid', 'earned', 'rented'].map((media) =>
          click(x(media), at(0), {}, { media_type: media }),
        ),
      ],
      rejected: [3],
      expect: [
        touchpointRow(x, 'owned', { media_type: 'owned' }),
        touchpointRow(x, 'paid', { media_type: 'paid' }),
        touchpointRow(x, 'earned', { media_type: 'earned' }),
      ],
    }),
  ),
  example(
    'every kind of interaction is taken, an unknown one refused',
    ['"interaction": {"kind": "like"', unknownValues],
    (x) => ({
      events: [
        ...kinds.map((kind) =>
          interaction(x(kind), at(0), {}, { interaction: { kind, text: kind } }),
        ),
        interaction(x('bad'), at(0), {}, { interaction: { kind: 'poke' } }),
      ],
      rejected: [11],
      expect: [
        count(
          'events_current',
          `event_id LIKE '${x.prefix}%' AND event_id = concat('${x.prefix}', interaction_kind)
           AND text = interaction_kind`,
          11,
        ),
      ],
    }),
  ),
  example(
    'an event states its platform, post, influencer, campaign, link and programme',
    [
      '"platform": "mastodon",',
      '"post_id": "p-1", "influencer_id": "i-1", "campaign_id": "spring", "link_id": "l-1"',
    ],
    (x) => ({
      events: [
        click(
          x('c'),
          at(0),
          {},
          {
            platform: 'mastodon',
            post_id: x('p'),
            influencer_id: x('i'),
            campaign_id: x('spring'),
            link_id: x('l'),
            program_id: x('r'),
          },
        ),
      ],
      expect: ['touchpoints_current', 'events_current'].map((table) =>
        answer(
          `SELECT type, occurred_at, platform, post_id, influencer_id, campaign_id, link_id
           FROM ${table} WHERE ${table === 'events_current' ? 'event_id' : 'touchpoint_id'} = '${x('c')}'`,
          [
            {
              type: 'click',
              occurred_at: stored(0),
              platform: 'mastodon',
              post_id: 'p',
              influencer_id: 'i',
              campaign_id: 'spring',
              link_id: 'l',
            },
          ],
        ),
      ),
    }),
  ),
  example(
    'page, properties and the agent come along; unknown fields do not matter',
    [
      '"page": {"url": "https://…", "referrer": "https://…", "title": "…"}',
      '// anything else, kept',
      'Unknown fields are ignored.',
    ],
    (x) => ({
      events: [
        page(
          x('p'),
          at(0),
          {},
          {
            page: {
              url: 'https://shop.example/boots?size=42',
              referrer: 'https://blog.example/best',
              title: 'Boots',
              unknown: 1,
            },
            properties: { colour: 'red', sizes: [1, 2.5], nested: { on: true } },
            colour: 'blue',
            something: { else: [1] },
          },
        ),
      ],
      expect: [
        eventRow(x, 'p', {
          url: 'https://shop.example/boots?size=42',
          referrer: 'https://blog.example/best',
        }),
        answer(
          `SELECT JSONExtractString(properties, 'colour') AS colour,
             JSONExtractFloat(properties, 'sizes', 2) AS size,
             JSONExtractBool(properties, 'nested', 'on') AS on
           FROM events_current WHERE event_id = '${x('p')}'`,
          [{ colour: 'red', size: 2.5, on: 1 }],
        ),
      ],
    }),
  ),
  example(
    'ids, amounts and two usable identifiers are not optional',
    [
      'a purchase or refund without its ids, a refund without its amount',
      'an `unlink` without exactly two usable identifiers: rejected',
    ],
    (x) => {
      const unlinkOf = (id: string, identifiers: object, more = {}) => ({
        event_id: x(id),
        type: 'unlink',
        occurred_at: at(0),
        identifiers,
        ...more,
      });
      const three = { user_id: x('u'), anonymous_id: x('a'), click_id: x('k') };
      return {
        events: [
          { event_id: x('e0'), type: 'purchase', occurred_at: at(0) },
          purchase(x('e1'), at(0), {}, { total: '1.00' }),
          refund(x('e2'), at(0), { order_id: x('o'), total: '1.00' }),
          refund(x('e3'), at(0), { refund_id: x('r'), total: '1.00' }),
          refund(x('e4'), at(0), { refund_id: x('r'), order_id: x('o') }),
          { event_id: x('e5'), type: 'refund', occurred_at: at(0) },
          entry('post', x('e6'), at(0), { platform: 'mastodon', published_at: at(0) }),
          entry('influencer', x('e7'), at(0), { name: 'Ada' }),
          entry('campaign', x('e8'), at(0), {}),
          entry('link', x('e9'), at(0), { url: 'https://shop.example/' }),
          entry('coupon', x('e10'), at(0), { influencer_id: x('i') }),
          entry('spend', x('e11'), at(0), { date: '2024-03-01', amount: '1.00', currency: 'EUR' }),
          unlinkOf('e12', { user_id: x('u') }),
          unlinkOf('e13', three),
          unlinkOf('e14', { user_id: x('u'), anonymous_id: 'guest' }),
          unlinkOf(
            'e15',
            { user_id: x('u'), anonymous_id: x('a') },
            { order: { order_id: x('o') } },
          ),
          unlinkOf('e16', { user_id: x('u'), anonymous_id: x('a'), click_id: 'null' }),
          unlinkOf('e17', { user_id: x('u') }, { order: { order_id: x('o') } }),
        ],
        rejected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        expect: [count('events_current', `event_id LIKE '${x.prefix}%'`, 2)],
      };
    },
  ),
  example(
    'a refused event leaves the good ones of its request alone',
    ['A request with both good and bad events accepts the good ones.'],
    (x): Step => ({
      events: [
        click(x('good'), at(0)),
        { event_id: x('bad'), type: 'nothing' },
        lead(x('last'), at(0)),
      ],
      rejected: [1],
      expect: [
        answer(
          `SELECT event_id FROM events_current WHERE event_id LIKE '${x.prefix}%' ORDER BY event_id`,
          [{ event_id: 'good' }, { event_id: 'last' }],
        ),
      ],
    }),
  ),
  example(
    'a pixel may send its seven types and nothing else',
    [
      'may send only view, click, interaction, page, lead, purchase, identify',
      'An event of a type that the key may not send is rejected.',
    ],
    (x) => ({
      pixel: [
        ...personalTypes.map((type) => ({ event_id: x(type), type, occurred_at: at(0) })),
        interaction(x('interaction'), at(0), {}),
        purchase(x('purchase'), at(0), {}, { order_id: x('o'), total: '1.00' }),
        refund(x('refund'), at(0), { refund_id: x('r'), order_id: x('o'), total: '1.00' }),
        {
          event_id: x('unlink'),
          type: 'unlink',
          occurred_at: at(0),
          identifiers: { user_id: x('u'), anonymous_id: x('a') },
        },
        entry('post', x('post'), at(0), { post_id: x('p'), platform: 'x', published_at: at(0) }),
        entry('influencer', x('influencer'), at(0), { influencer_id: x('i') }),
        entry('campaign', x('campaign'), at(0), { campaign_id: x('c') }),
        entry('link', x('link'), at(0), { link_id: x('l'), url: 'https://shop.example/' }),
        entry('coupon', x('coupon'), at(0), { code: x.code('C'), influencer_id: x('i') }),
        entry('spend', x('spend'), at(0), {
          spend_id: x('s'),
          date: '2024-03-01',
          amount: '1.00',
          currency: 'EUR',
        }),
      ],
      rejectedPixel: [7, 8, 9, 10, 11, 12, 13, 14],
      expect: [
        answer(
          `SELECT source, count() AS n FROM events_current
           WHERE event_id LIKE '${x.prefix}%' GROUP BY source`,
          [{ source: 'pixel', n: 7 }],
        ),
        orderRow(x, 'o', { gross: 100, refunded: 0 }),
      ],
    }),
  ),
  example(
    'what a server sends comes from a server',
    ['`Authorization: Bearer <secret key>` (a server)'],
    (x) => ({
      events: [click(x('c'), at(0))],
      expect: [eventRow(x, 'c', { source: 'server' })],
    }),
  ),
  example(
    '`consent` is kept beside the event',
    ['"consent": {"analytics": true, "marketing": true}'],
    (x) => ({
      events: [
        click(
          x('yes'),
          at(0),
          { user_id: x('u1') },
          { consent: { analytics: true, marketing: true } },
        ),
        click(
          x('no'),
          at(0),
          { user_id: x('u2') },
          { consent: { analytics: false, marketing: false } },
        ),
      ],
      expect: [
        // How consent is written is the table's own matter; that it differs is not.
        answer(
          `SELECT uniqExact(toString(consent)) AS kinds FROM events_current
           WHERE event_id LIKE '${x.prefix}%'`,
          [{ kinds: 2 }],
        ),
      ],
    }),
  ),
];
