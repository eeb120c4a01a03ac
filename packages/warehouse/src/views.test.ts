import type { LedgerCatalogue, LedgerOrder } from '@rosi/events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rowBlock } from './native/row-block.js';
import { readOrderReceipt } from './order-receipt.js';
import {
  catalogueEntryRow,
  eventRow,
  identityRow,
  orderRow,
  touchpointRow,
} from './record-rows.js';
import {
  credited,
  entry,
  event,
  order,
  T0,
  touch,
  unattributed,
} from './testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from './testing/test-database.js';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let offset = 0;
let logUuid = '';

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

beforeEach(async () => {
  await database.warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
  logUuid = `log-${offset}`;
  await database.warehouse.migrate({ timezone: 'UTC', logUuid, loadedBefore: false });
});

const place = () => ({ partition: 0, offset: offset++ });
const record = (...orders: LedgerOrder[]) => {
  const rows = orders.map((each) => orderRow(each, place()));
  return database.warehouse.insertBatch(rowBlock('order_records', rows), `t${offset}`);
};
const catalogue = (...entries: LedgerCatalogue[]) => {
  const rows = entries.map((each) => catalogueEntryRow(each, place()));
  return database.warehouse.insertBatch(rowBlock('catalogue_entries', rows), `t${offset}`);
};
const query = <T = Record<string, unknown>>(sql: string) => database.warehouse.query<T>(sql);
const daily = (name: string, key: string) =>
  query(`SELECT toString(day) AS day, ${key}, credit, orders FROM rosi.revenue_by_${name}_daily
    ORDER BY day, ${key}`);

test('a credit is resolved by own, link and post, also by entries that come later', async () => {
  await record(
    credited(
      {
        orderId: 'o1',
        net: 1000,
        touches: [
          touch({ touchpointId: 't1', linkId: 'l1', platform: 'mastodon', medium: 'social' }),
          touch({ touchpointId: 't2', postId: 'post2', influencerId: 'own', utmCampaign: 'utm' }),
        ],
      },
      [
        [0, 700, 0.7],
        [1, 300, 0.3],
      ],
    ),
  );
  const columns = `touchpoint_id, post_id, influencer_id, campaign_id, program_id, credit, share`;
  const read = () => query(`SELECT ${columns} FROM rosi.credits_current ORDER BY touchpoint_id`);
  const own = { program_id: '', post_id: '' };
  expect(await read()).toEqual([
    { ...own, touchpoint_id: 't1', influencer_id: '', campaign_id: '', credit: 700, share: 0.7 },
    {
      ...own,
      touchpoint_id: 't2',
      post_id: 'post2',
      influencer_id: 'own',
      campaign_id: 'utm',
      credit: 300,
      share: 0.3,
    },
  ]);
  await catalogue(
    entry('link', 'l1', { url: 'u', post_id: 'post1', program_id: 'prog' }),
    entry('post', 'post1', { influencer_id: 'ada', campaign_id: 'spring', platform: 'x' }),
    entry('post', 'post2', { influencer_id: 'ada', campaign_id: 'autumn', platform: 'x' }),
  );
  expect(await read()).toEqual([
    {
      touchpoint_id: 't1',
      post_id: 'post1',
      influencer_id: 'ada',
      campaign_id: 'spring',
      program_id: 'prog',
      credit: 700,
      share: 0.7,
    },
    {
      touchpoint_id: 't2',
      post_id: 'post2',
      influencer_id: 'own',
      campaign_id: 'autumn',
      program_id: '',
      credit: 300,
      share: 0.3,
    },
  ]);
  expect(await daily('post', 'post_id')).toEqual([
    { day: '2026-03-01', post_id: 'post1', credit: 700, orders: 0.7 },
    { day: '2026-03-01', post_id: 'post2', credit: 300, orders: 0.3 },
  ]);
  expect(await daily('influencer', 'influencer_id')).toEqual([
    { day: '2026-03-01', influencer_id: 'ada', credit: 700, orders: 0.7 },
    { day: '2026-03-01', influencer_id: 'own', credit: 300, orders: 0.3 },
  ]);
  expect(await daily('campaign', 'campaign_id')).toEqual([
    { day: '2026-03-01', campaign_id: 'autumn', credit: 300, orders: 0.3 },
    { day: '2026-03-01', campaign_id: 'spring', credit: 700, orders: 0.7 },
  ]);
  expect(await daily('channel', 'platform, medium, media_type')).toEqual([
    { day: '2026-03-01', platform: '', medium: '', media_type: '', credit: 300, orders: 0.3 },
    {
      day: '2026-03-01',
      platform: 'mastodon',
      medium: 'social',
      media_type: '',
      credit: 700,
      orders: 0.7,
    },
  ]);
});

test('a coupon gives post, influencer, campaign, platform and media type', async () => {
  const coupon = touch({
    touchpointId: 'coupon:o1:ADA10',
    type: 'coupon',
    medium: 'coupon',
    couponCode: 'ADA10',
  });
  const placeOfOrder = { orderId: 'o1', net: 500, touches: [coupon], couponCodes: ['ADA10', 'ZZ'] };
  await record(credited(placeOfOrder, [[0, 500, 1]]));
  await catalogue(
    entry('coupon', 'ADA10', { code: 'ADA10', post_id: 'p1' }),
    entry('coupon', 'ZZ', { code: 'ZZ', campaign_id: 'only a campaign' }),
    entry('post', 'p1', {
      influencer_id: 'ada',
      campaign_id: 'spring',
      platform: 'mastodon',
      media_type: 'earned',
    }),
  );
  const resolved = {
    type: 'coupon',
    platform: 'mastodon',
    medium: 'coupon',
    media_type: 'earned',
    post_id: 'p1',
    influencer_id: 'ada',
    campaign_id: 'spring',
  };
  const columns = Object.keys(resolved).join(', ');
  expect(await query(`SELECT ${columns} FROM rosi.credits_current`)).toEqual([resolved]);
  expect(
    await query(`SELECT touchpoint_id, person_id, ${columns} FROM rosi.touchpoints_current`),
  ).toEqual([{ touchpoint_id: 'coupon:o1:ADA10', person_id: 'p_1', ...resolved }]);
  expect(await daily('channel', 'platform, medium, media_type')).toEqual([
    {
      day: '2026-03-01',
      platform: 'mastodon',
      medium: 'coupon',
      media_type: 'earned',
      credit: 500,
      orders: 1,
    },
  ]);
});

test('differences cancel what they take back, and empty groups disappear', async () => {
  const first = credited(
    { orderId: 'o1', net: 100, touches: [touch({ touchpointId: 't1', postId: 'a' })] },
    [[0, 100, 1]],
  );
  await record(first);
  const touches = [touch({ touchpointId: 't2', postId: 'b' }), ...first.touches];
  const credits = [{ model: 'linear', touch: 0, credit: 60, share: 1e12 }];
  const place = { personId: 'p_2', orderedAt: T0, currency: 'EUR' };
  await record(
    order({
      orderId: 'o1',
      revision: 2,
      personId: 'p_2',
      net: 60,
      gross: 100,
      refunded: 40,
      touches,
      eligible: 1,
      credits,
      deltas: [
        { ...credits[0]!, ...place },
        { model: 'linear', touch: 1, credit: -100, share: -1e12, ...place, personId: 'p_1' },
      ],
    }),
  );
  expect(await daily('post', 'post_id')).toEqual([
    { day: '2026-03-01', post_id: 'b', credit: 60, orders: 1 },
  ]);
  expect(await query('SELECT touchpoint_id, person_id, credit FROM rosi.credits_current')).toEqual([
    { touchpoint_id: 't2', person_id: 'p_2', credit: 60 },
  ]);
  expect(
    await query(`SELECT touchpoint_id, person_id, sum(credit) AS total, sum(share) AS whole
      FROM rosi.credits GROUP BY ALL ORDER BY touchpoint_id`),
  ).toEqual([
    { touchpoint_id: 't1', person_id: 'p_1', total: 0, whole: 0 },
    { touchpoint_id: 't2', person_id: 'p_2', total: 60, whole: 1 },
  ]);
  expect(await query('SELECT order_id, gross, refunded, net FROM rosi.orders_current')).toEqual([
    { order_id: 'o1', gross: 100, refunded: 40, net: 60 },
  ]);
});

test('unattributed credit has empty dimensions, stands under an empty key, at the order time', async () => {
  await record(
    credited({ orderId: 'o1', net: 9, currency: 'JPY', eligible: 0, touches: [unattributed] }, [
      [0, 9, 1],
    ]),
    credited({ orderId: 'o2', net: 1234567, currency: 'KWD', touches: [unattributed] }, [
      [0, 1234567, 1],
    ]),
  );
  expect(
    await query(`SELECT touchpoint_id, platform, medium, media_type, post_id, currency, credit,
      touched_at = ordered_at AS at_order FROM rosi.credits_current ORDER BY order_id`),
  ).toEqual(
    [
      ['JPY', 9],
      ['KWD', 1234567],
    ].map(([currency, credit]) => ({
      touchpoint_id: 'unattributed',
      platform: '',
      medium: '',
      media_type: '',
      post_id: '',
      currency,
      credit,
      at_order: 1,
    })),
  );
  for (const name of ['post', 'influencer', 'campaign', 'channel']) {
    const totals = await query(`SELECT currency, sum(credit) AS total
      FROM rosi.revenue_by_${name}_daily GROUP BY currency ORDER BY currency`);
    expect(totals).toEqual([
      { currency: 'JPY', total: 9 },
      { currency: 'KWD', total: 1234567 },
    ]);
  }
});

test('day follows the time zone, daylight saving included, and a changed zone moves history', async () => {
  const winter = Date.UTC(2026, 0, 15, 23, 30);
  const summer = Date.UTC(2026, 6, 15, 22, 30);
  const touches = [touch({ touchpointId: 't1', postId: 'a' })];
  await record(
    credited({ orderId: 'w', net: 1, orderedAt: winter, touches }, [[0, 1, 1]]),
    credited({ orderId: 's', net: 2, orderedAt: summer, touches }, [[0, 2, 1]]),
    credited({ orderId: 'x', net: 4, orderedAt: winter - 3_600_000, touches }, [[0, 4, 1]]),
  );
  const days = async () =>
    (await daily('post', 'post_id')).map((row) => [row['day'], row['credit']]);
  expect(await days()).toEqual([
    ['2026-01-15', 5],
    ['2026-07-15', 2],
  ]);
  const order: string[] = [];
  const zone = (timezone: string) =>
    database.warehouse.migrate({
      timezone,
      logUuid,
      loadedBefore: true,
      beforeRebuild: async () => void order.push('before'),
    });
  expect(await zone('Europe/Paris')).toEqual({ applied: [], rebuilt: true });
  expect(await zone('Europe/Paris')).toEqual({ applied: [], rebuilt: false });
  expect(order).toEqual(['before']);
  const paris = [
    ['2026-01-15', 4],
    ['2026-01-16', 1],
    ['2026-07-16', 2],
  ];
  expect(await days()).toEqual(paris);
  await record(
    credited({ orderId: 'y', net: 8, orderedAt: winter + DAY_MS, touches }, [[0, 8, 1]]),
  );
  expect(await days()).toEqual([paris[0], paris[1], ['2026-01-17', 8], paris[2]]);
});

test('a touchpoint has the person of its identifier, nobody without one', async () => {
  const ledger = { workspace: 'default', generation: 0, revision: 1, recordedAt: T0 };
  const touchpoints = [
    {
      ...ledger,
      identifierType: 'anonymous_id',
      identifier: 'a-1',
      touch: touch({ touchpointId: 't1' }),
    },
    { ...ledger, identifierType: '', identifier: '', touch: touch({ touchpointId: 't2' }) },
  ];
  const rows = touchpoints.map((each) => touchpointRow(each, place()));
  await database.warehouse.insertBatch(rowBlock('touchpoints', rows), 'tp');
  const identity = { ...ledger, identifierType: 'anonymous_id', identifier: 'a-1', shared: false };
  const assigned = [
    identityRow({ ...identity, personId: 'p_old' }, place()),
    identityRow({ ...identity, revision: 2, personId: 'p_new' }, place()),
  ];
  await database.warehouse.insertBatch(rowBlock('identities', assigned), 'ids');
  expect(
    await query('SELECT touchpoint_id, person_id FROM rosi.touchpoints_current ORDER BY 1'),
  ).toEqual([
    { touchpoint_id: 't1', person_id: 'p_new' },
    { touchpoint_id: 't2', person_id: '' },
  ]);
  expect(await query('SELECT identifier, person_id, shared FROM rosi.identities_current')).toEqual([
    { identifier: 'a-1', person_id: 'p_new', shared: false },
  ]);
});

test('the first copy of an event counts', async () => {
  const copies = ['first', 'second', 'third'].map((text) =>
    event({
      eventId: 'e1',
      interaction: { kind: 'comment', text },
      identifiers: [{ type: 'user_id', value: 'u' }],
      consentAnalytics: true,
    }),
  );
  for (const [index, copy] of copies.entries()) {
    await database.warehouse.insertBatch(
      rowBlock('events', [eventRow(copy, place())]),
      `event${index}`,
    );
  }
  const read = `SELECT text, identifier_type, identifier, consent FROM rosi.events_current`;
  const first = {
    text: 'first',
    identifier_type: 'user_id',
    identifier: 'u',
    consent: '{"analytics":true}',
  };
  expect(await query(read)).toEqual([first]);
  await database.warehouse.command('OPTIMIZE TABLE rosi.events FINAL');
  expect(await query(read)).toEqual([first]);
});

test('catalogue views show typed columns of the latest version', async () => {
  await catalogue(
    entry('post', 'p', { platform: 'old', published_at: '2026-01-01T00:00:00.000Z' }),
    entry('post', 'p', { platform: 'new', published_at: '2026-01-02T03:04:05.678Z' }, 2),
    entry('influencer', 'i', { name: 'Ada', handles: ['mastodon:@ada'], commission_rate: 0.125 }),
    entry('influencer', 'j', { name: 'Bo', commission_rate: '0.1' }),
    entry('influencer', 'k', {}),
    entry('campaign', 'c', { name: 'Spring', starts_at: Date.UTC(2026, 0, 1) }),
    entry('spend', 's', { date: '2026-03-01', amount: 1234, currency: 'EUR', platform: 'x' }),
  );
  expect(await query('SELECT post_id, platform, published_at FROM rosi.posts')).toEqual([
    { post_id: 'p', platform: 'new', published_at: '2026-01-02 03:04:05.678' },
  ]);
  expect(
    await query(`SELECT influencer_id, handles, commission_rate FROM rosi.influencers ORDER BY 1`),
  ).toEqual([
    { influencer_id: 'i', handles: ['mastodon:@ada'], commission_rate: 0.125 },
    { influencer_id: 'j', handles: [], commission_rate: 0.1 },
    { influencer_id: 'k', handles: [], commission_rate: null },
  ]);
  expect(await query('SELECT campaign_id, name, starts_at FROM rosi.campaigns')).toEqual([
    { campaign_id: 'c', name: 'Spring', starts_at: '2026-01-01 00:00:00.000' },
  ]);
  expect(await query('SELECT spend_id, date, amount, currency FROM rosi.spend')).toEqual([
    { spend_id: 's', date: '2026-03-01', amount: 1234, currency: 'EUR' },
  ]);
});

test('a receipt holds the order, its credits, and the touchpoints of its person', async () => {
  const ledger = { workspace: 'default', generation: 0, revision: 1, recordedAt: T0 };
  const at = { identifierType: 'anonymous_id' };
  const rows = ['a-1', 'a-2'].map((identifier, index) =>
    touchpointRow(
      { ...ledger, ...at, identifier, touch: touch({ touchpointId: `t${index}` }) },
      place(),
    ),
  );
  await database.warehouse.insertBatch(rowBlock('touchpoints', rows), 'tp');
  const ids = ['a-1', 'a-2'].map((identifier) =>
    identityRow(
      { ...ledger, ...at, identifier, personId: `p-${identifier}`, shared: false },
      place(),
    ),
  );
  await database.warehouse.insertBatch(rowBlock('identities', ids), 'ids');
  await catalogue(entry('coupon', 'ADA', { influencer_id: 'ada' }));
  const coupons = { couponCodes: ['ADA'], touches: [touch({ touchpointId: 't0' })] };
  await record(
    credited({ orderId: 'o1', personId: 'p-a-1', net: 5, ...coupons }, [[0, 5, 1]]),
    credited({ orderId: 'o2', personId: 'p-a-1', net: 5, ...coupons }, [[0, 5, 1]]),
  );
  const receipt = await readOrderReceipt(database.warehouse, {
    workspace: 'default',
    orderId: 'o1',
  });
  expect(receipt?.order).toMatchObject({ order_id: 'o1', net: 5, coupon_codes: ['ADA'] });
  expect(receipt?.credits).toMatchObject([{ model: 'linear', touchpoint_id: 't0', credit: 5 }]);
  expect(receipt?.touchpoints.map((each) => each.touchpoint_id)).toEqual(['coupon:o1:ADA', 't0']);
  const none = { workspace: 'default', orderId: 'none' };
  expect(await readOrderReceipt(database.warehouse, none)).toBeUndefined();
});

test('what is no key never brings an older row back; a key is tested before the rest is read', async () => {
  const of = (revision: number, personId: string) =>
    credited(
      { orderId: 'o1', revision, personId, net: 7, touches: [touch({ touchpointId: 't' })] },
      [[0, 7, 1]],
    );
  await record(of(1, 'p1'));
  await record(of(2, 'p2'));
  const ofPerson = (view: string, person: string) =>
    query(`SELECT person_id FROM rosi.${view} WHERE person_id = '${person}'`);
  for (const view of ['orders_current', 'credits_current']) {
    expect(await ofPerson(view, 'p1'), view).toEqual([]);
    expect(await ofPerson(view, 'p2'), view).toEqual([{ person_id: 'p2' }]);
  }
  const plan = await query<{ explain: string }>(
    "EXPLAIN actions = 1 SELECT * FROM rosi.credits_current WHERE order_id = 'o1'",
  );
  expect(plan.map(({ explain }) => explain).join('\n')).toMatch(/Prewhere filter[\s\S]*order_id/);
});

test('a condition on any column of a view finds what stands in the view without it', async () => {
  for (const revision of [1, 2]) {
    const personId = `p${revision}`;
    const changed = { revision, personId, newCustomer: revision === 2, net: 7 * revision };
    await record(
      credited(
        { orderId: 'o1', ...changed, touches: [touch({ touchpointId: 't', linkId: 'l1' })] },
        [[0, 7 * revision, 1]],
      ),
    );
    await catalogue(entry('link', 'l1', { url: `https://shop.example/${revision}` }, revision));
  }
  for (const view of ['orders_current', 'credits_current', 'orders_by_time', 'links']) {
    const [row = {}] = await query(`SELECT * FROM rosi.${view}`);
    expect(Object.keys(row).length, view).toBeGreaterThan(3);
    for (const column of Object.keys(row)) {
      const counts = `count() AS n, uniqExact(toString(${column})) AS kinds`;
      const where = `toString(${column}) IN (SELECT toString(${column}) FROM rosi.${view})`;
      const found = await query(`SELECT ${counts} FROM rosi.${view} WHERE ${where}`);
      expect(found, `${view}.${column}`).toEqual(await query(`SELECT ${counts} FROM rosi.${view}`));
      const none = `SELECT ${column} FROM rosi.${view} WHERE NOT (${where})`;
      expect(await query(none), `${view}.${column}`).toEqual([]);
    }
  }
});

test('no key of a table that is read with FINAL is a condition by itself', async () => {
  // Servers of 2026 move such a condition wrongly (ClickHouse 111312, 111709).
  const keys = await query(`SELECT table, name, type FROM system.columns
    WHERE database = 'rosi' AND is_in_sorting_key AND (type LIKE '%Int%' OR type LIKE '%Bool%')`);
  expect(keys).toEqual([]);
});
