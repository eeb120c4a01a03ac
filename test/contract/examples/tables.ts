/** Section 5: the tables, their columns, and the sums by day. */
import type { Row } from '../../harness/answers.js';
import { example, type Names } from '../example.js';
import { at, click, entry, identify, purchase, refund, unlink } from '../incoming.js';
import { answer, linear, orderRow } from '../questions.js';

const columns: Readonly<Record<string, string>> = {
  touchpoints_current:
    'workspace touchpoint_id person_id type occurred_at platform medium media_type post_id ' +
    'influencer_id campaign_id link_id program_id',
  events_current:
    'workspace event_id type occurred_at received_at source identifier_type identifier platform ' +
    'medium media_type post_id influencer_id campaign_id link_id interaction_kind text url ' +
    'referrer bot consent properties',
  orders_current:
    'workspace order_id person_id occurred_at currency gross tax shipping refunded net new_customer',
  credits:
    'workspace order_id model touchpoint_id person_id ordered_at touched_at platform medium ' +
    'media_type post_id influencer_id campaign_id currency credit share recorded_at',
  credits_current:
    'workspace order_id model touchpoint_id person_id ordered_at touched_at platform medium ' +
    'media_type post_id influencer_id campaign_id currency credit share',
  identities_current: 'workspace identifier_type identifier person_id shared',
  posts:
    'workspace post_id platform url author influencer_id campaign_id media_type format topic ' +
    'published_at goal',
  influencers: 'workspace influencer_id name handles commission_rate',
  campaigns: 'workspace campaign_id name objective starts_at ends_at',
  links: 'workspace link_id url post_id influencer_id campaign_id program_id',
  coupons: 'workspace code influencer_id post_id campaign_id program_id',
  spend: 'workspace spend_id date amount currency post_id influencer_id campaign_id platform',
  revenue_by_post_daily: 'workspace day post_id model currency credit orders',
  revenue_by_influencer_daily: 'workspace day influencer_id model currency credit orders',
  revenue_by_campaign_daily: 'workspace day campaign_id model currency credit orders',
  revenue_by_channel_daily: 'workspace day platform medium media_type model currency credit orders',
};
const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

const daily = (table: string, keys: string, days: readonly string[], rows: readonly Row[]) =>
  answer(
    `SELECT toString(day) AS day, ${keys}, credit, round(orders, 6) AS orders FROM ${table}
     WHERE workspace = 'default' AND day IN (${quoted(days)}) AND model = 'linear'
       AND (credit != 0 OR abs(orders) > 1e-9) ORDER BY day, ${keys}`,
    rows,
  );

/** A purchase on a day that no other example uses, half shared by two posts. */
function twoPosts(x: Names, year: number) {
  const time = (day: string) => `${year}-${day}T12:00:00Z`;
  const post = (id: string, body: object) =>
    entry('post', x(`entry ${id}`), time('01-01'), {
      post_id: x(id),
      platform: 'mastodon',
      published_at: time('01-01'),
      ...body,
    });
  return {
    time,
    events: [
      post('p1', { influencer_id: x('i'), campaign_id: x('k') }),
      post('p2', {}),
      click(x('c1'), time('05-01'), { user_id: x('u') }, { post_id: x('p1'), medium: 'social' }),
      click(x('c2'), time('05-02'), { user_id: x('u') }, { post_id: x('p2'), medium: 'email' }),
      purchase(x('e1'), time('05-03'), { user_id: x('u') }, { order_id: x('o1'), total: '1.01' }),
      purchase(x('e2'), time('05-03'), { user_id: x('v') }, { order_id: x('o2'), total: '0.07' }),
    ],
  };
}

export const tables = [
  example('the tables have their columns', [], (x) => ({
    events: [click(x('c'), at(0))],
    expect: Object.entries(columns).map(([table, names]) => {
      const wanted = names.split(' ');
      return answer(
        `SELECT '${table}' AS name, arraySort(arrayFilter(c -> NOT has(
           (SELECT groupArray(name) FROM system.columns WHERE database = 'rosi' AND table = '${table}'),
           c), [${quoted(wanted)}])) AS missing`,
        [{ name: table, missing: [] }],
      );
    }),
  })),
  example('amounts are Int64, times are milliseconds in UTC', [], (x) => ({
    events: [click(x('c'), at(0))],
    expect: [
      answer(
        `SELECT table, name, type FROM system.columns
         WHERE database = 'rosi' AND (table LIKE '%\\_current' OR table = 'credits' OR table = 'spend')
           AND (name IN ('gross', 'tax', 'shipping', 'refunded', 'net', 'credit', 'amount')
                AND type != 'Int64'
             OR name IN ('occurred_at', 'received_at', 'ordered_at', 'recorded_at')
                AND type != 'DateTime64(3, \\'UTC\\')'
             OR name = 'currency' AND type != 'LowCardinality(String)'
             OR name = 'workspace' AND type != 'String'
             OR name = 'share' AND type != 'Float64')
         ORDER BY table, name`,
        [],
      ),
      answer(
        `SELECT name FROM system.tables
         WHERE database = 'rosi' AND sorting_key != '' AND NOT startsWith(sorting_key, 'workspace')`,
        [],
      ),
      answer(
        `SELECT match(lower(comment), 'delta|difference') AS says FROM system.tables
         WHERE database = 'rosi' AND name = 'credits'`,
        [{ says: 1 }],
      ),
    ],
  })),
  example('the deltas of credits sum to its current rows', [], (x) => [
    {
      events: [
        click(x('c1'), at(0), { user_id: x('u') }),
        purchase(x('e'), at(1), { user_id: x('u') }, { order_id: x('o'), total: '1.00' }),
      ],
      expect: [linear(x, 'o', { c1: 100 })],
    },
    {
      events: [
        click(x('c2'), at(0, 5), { user_id: x('u') }),
        refund(x('f'), at(2), { refund_id: x('r'), order_id: x('o'), total: '0.50' }),
      ],
      expect: [
        answer(
          `SELECT touchpoint_id, sum(credit) AS credit, round(sum(share), 6) AS share FROM credits
           WHERE order_id = '${x('o')}' AND model = 'linear'
           GROUP BY touchpoint_id HAVING credit != 0 OR abs(share) > 1e-9 ORDER BY touchpoint_id`,
          [
            { touchpoint_id: 'c1', credit: 25, share: 0.5 },
            { touchpoint_id: 'c2', credit: 25, share: 0.5 },
          ],
        ),
      ],
    },
  ]),
  example('revenue by post, influencer, campaign and channel sums to the net', [], (x) => {
    const day = '2021-05-03';
    return {
      events: twoPosts(x, 2021).events,
      expect: [
        daily(
          'revenue_by_post_daily',
          'post_id',
          [day],
          [
            { day, post_id: '', credit: 7, orders: 1 },
            { day, post_id: 'p1', credit: 51, orders: 0.5 },
            { day, post_id: 'p2', credit: 50, orders: 0.5 },
          ],
        ),
        daily(
          'revenue_by_influencer_daily',
          'influencer_id',
          [day],
          [
            { day, influencer_id: '', credit: 57, orders: 1.5 },
            { day, influencer_id: 'i', credit: 51, orders: 0.5 },
          ],
        ),
        daily(
          'revenue_by_campaign_daily',
          'campaign_id',
          [day],
          [
            { day, campaign_id: '', credit: 57, orders: 1.5 },
            { day, campaign_id: 'k', credit: 51, orders: 0.5 },
          ],
        ),
        daily(
          'revenue_by_channel_daily',
          'medium',
          [day],
          [
            { day, medium: '', credit: 7, orders: 1 },
            { day, medium: 'email', credit: 50, orders: 0.5 },
            { day, medium: 'social', credit: 51, orders: 0.5 },
          ],
        ),
      ],
    };
  }),
  example(
    'the days stay right after late events, merges, splits, refunds and new owners',
    [],
    (x) => {
      const { time, events } = twoPosts(x, 2020);
      const day = '2020-05-03';
      const moved = '2020-05-02';
      const byPost = (rows: readonly Row[]) =>
        daily('revenue_by_post_daily', 'post_id', [day, moved], rows);
      return [
        { events },
        {
          // Merged: v's order is now u's. Refunded: o1 is 0.51.
          events: [
            identify(x('m'), time('06-01'), { user_id: x('u'), email: x.email('uv') }),
            identify(x('n'), time('06-01'), { user_id: x('v'), email: x.email('uv') }),
            refund(x('f'), time('06-01'), { refund_id: x('r'), order_id: x('o1'), total: '0.50' }),
          ],
          expect: [
            byPost([
              { day, post_id: 'p1', credit: 30, orders: 1 },
              { day, post_id: 'p2', credit: 28, orders: 1 },
            ]),
          ],
        },
        {
          // Split again, the order moves to the day before, and the post to another influencer.
          events: [
            unlink(x('s'), time('06-02'), { user_id: x('v'), email: x.email('uv') }),
            purchase(x('e0'), time('05-02'), { user_id: x('u') }, { order_id: x('o1') }),
            entry('post', x('new owner'), time('07-01'), {
              post_id: x('p2'),
              platform: 'mastodon',
              published_at: time('01-01'),
              influencer_id: x('j'),
            }),
          ],
          expect: [
            byPost([
              { day: moved, post_id: 'p1', credit: 26, orders: 0.5 },
              { day: moved, post_id: 'p2', credit: 25, orders: 0.5 },
              { day, post_id: '', credit: 7, orders: 1 },
            ]),
            daily(
              'revenue_by_influencer_daily',
              'influencer_id',
              [day, moved],
              [
                { day: moved, influencer_id: 'i', credit: 26, orders: 0.5 },
                { day: moved, influencer_id: 'j', credit: 25, orders: 0.5 },
                { day, influencer_id: '', credit: 7, orders: 1 },
              ],
            ),
          ],
        },
      ];
    },
  ),
  ...(
    [
      ['UTC', '2019-12-31', '2020-01-01'],
      ['Asia/Kolkata', '2020-01-01', '2020-01-01'],
    ] as const
  ).map(([timezone, before, after]) =>
    example(
      `the day is that of ${timezone}`,
      [],
      (x) => ({
        events: [
          click(x('c1'), '2019-12-30T00:00:00Z', { user_id: x('u') }, { post_id: x('p1') }),
          purchase(
            x('e1'),
            '2019-12-31T18:30:00.000Z',
            { user_id: x('u') },
            {
              order_id: x('o1'),
              total: '1.00',
            },
          ),
          click(x('c2'), '2019-12-30T00:00:00Z', { user_id: x('v') }, { post_id: x('p2') }),
          purchase(
            x('e2'),
            '2020-01-01T00:00:00.000Z',
            { user_id: x('v') },
            {
              order_id: x('o2'),
              total: '1.00',
            },
          ),
          click(x('c3'), '2019-12-30T00:00:00Z', { user_id: x('w') }, { post_id: x('p3') }),
          purchase(
            x('e3'),
            '2019-12-31T18:29:59.999Z',
            { user_id: x('w') },
            {
              order_id: x('o3'),
              total: '1.00',
            },
          ),
        ],
        expect: [
          answer(
            `SELECT post_id, toString(day) AS day FROM revenue_by_post_daily
             WHERE post_id LIKE '${x.prefix}%' AND model = 'linear' AND credit != 0
             ORDER BY post_id`,
            [
              { post_id: 'p1', day: before },
              { post_id: 'p2', day: after },
              { post_id: 'p3', day: '2019-12-31' },
            ],
          ),
        ],
      }),
      { timezone },
    ),
  ),
  example("new is a person's first order, by time and then by id", [], (x) => {
    const buys = (id: string, when: string, identifiers: Readonly<Record<string, string>>) =>
      purchase(x(`e ${id}`), when, identifiers, { order_id: x(id), total: '1.00' });
    return [
      {
        events: [
          buys('u2', at(1), { user_id: x('u') }),
          buys('u1', at(1), { user_id: x('u') }),
          buys('u0', at(2), { user_id: x('u') }),
          buys('v', at(0), { user_id: x('v') }),
          buys('alone', at(0), {}),
        ],
        expect: [
          orderRow(x, 'u1', { new_customer: 1 }),
          orderRow(x, 'u2', { new_customer: 0 }),
          orderRow(x, 'u0', { new_customer: 0 }),
          orderRow(x, 'v', { new_customer: 1 }),
          orderRow(x, 'alone', { new_customer: 0 }),
        ],
      },
      {
        events: [
          identify(x('m1'), at(3), { user_id: x('u'), email: x.email('ada') }),
          identify(x('m2'), at(3), { user_id: x('v'), email: x.email('ada') }),
          identify(
            x('m3'),
            at(3),
            { email: x.email('known') },
            { order: { order_id: x('alone') } },
          ),
        ],
        expect: [
          orderRow(x, 'u1', { new_customer: 0 }),
          orderRow(x, 'v', { new_customer: 1 }),
          orderRow(x, 'alone', { new_customer: 1 }),
        ],
      },
    ];
  }),
];
