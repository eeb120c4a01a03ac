import type { LedgerCatalogue, LedgerOrder } from '@rosi/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowBlock } from '../native/row-block.js';
import { catalogueEntryRow, orderRow } from '../record-rows.js';
import { credited, entry, order, T0, touch, unattributed } from '../testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.js';
import {
  type OverviewRange,
  readCreditTotals,
  readCurrencies,
  readDailyNet,
  readLatestOrders,
  readNames,
  readOrderTotals,
  readRevenue,
  readSpendTotal,
} from './index.js';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let offset = 0;
const place = () => ({ partition: 0, offset: offset++ });
const range: OverviewRange = {
  workspace: 'default',
  currency: 'EUR',
  from: '2026-03-01',
  to: '2026-03-02',
  timezone: 'Europe/Paris',
};

const record = (...orders: LedgerOrder[]) => {
  const rows = orders.map((each) => orderRow(each, place()));
  return database.warehouse.insertBatch(rowBlock('order_records', rows), `t${offset}`);
};
const catalogue = (...entries: LedgerCatalogue[]) => {
  const rows = entries.map((each) => catalogueEntryRow(each, place()));
  return database.warehouse.insertBatch(rowBlock('catalogue_entries', rows), `t${offset}`);
};
const ofPost = (id: string) => touch({ touchpointId: `t-${id}`, postId: id });
const simple = (orderId: string, net: number, post: string, more: Partial<LedgerOrder> = {}) =>
  credited({ orderId, net, touches: [ofPost(post)], ...more }, [[0, net, 1]]);

beforeAll(async () => {
  database = await startTestDatabase();
  await database.warehouse.migrate({
    timezone: 'Europe/Paris',
    logUuid: 'log',
    loadedBefore: false,
  });
  await record(
    simple('o1', 1000, 'p1', { newCustomer: true, refunded: 50 }),
    simple('o2', 300, 'p2', { orderedAt: T0 + DAY_MS }),
    credited({ orderId: 'o3', net: 7, touches: [unattributed], eligible: 0 }, [[0, 7, 1]]),
    // 23:30 in UTC is the next day in Paris, and outside of the range.
    simple('o4', 9999, 'p1', { orderedAt: T0 + DAY_MS + 13.5 * 3_600_000 }),
    simple('y1', 500, 'p1', { currency: 'JPY' }),
  );
  await record(order({ orderId: 'o5', net: 0, gross: 20, refunded: 20, orderedAt: T0 + 1 }));
  await catalogue(
    entry('post', 'p1', { platform: 'mastodon', author: 'Ada', influencer_id: 'ada' }),
    entry('post', 'p2', { platform: 'instagram', influencer_id: 'grace' }),
    entry('influencer', 'ada', { name: 'Ada L.' }),
    entry('influencer', 'grace', {}),
    entry('spend', 's1', { date: '2026-03-01', amount: 400, currency: 'EUR', post_id: 'p1' }),
    entry('spend', 's2', { date: '2026-03-02', amount: 60, currency: 'EUR', post_id: 'p3' }),
    entry('spend', 's3', { date: '2026-03-02', amount: 5, currency: 'EUR', influencer_id: 'ada' }),
    entry('spend', 's4', { date: '2026-03-02', amount: 8, currency: 'EUR', platform: 'x' }),
    entry('spend', 's5', { date: '2026-03-09', amount: 99, currency: 'EUR', post_id: 'p1' }),
    entry('spend', 's6', { date: '2026-03-02', amount: 99, currency: 'USD', post_id: 'p1' }),
  );
});
afterAll(() => database.stop());

test('totals count every order of the range and currency, once, in the days of the time zone', async () => {
  expect(await readOrderTotals(database.warehouse, range)).toEqual({
    orders: 4,
    newCustomers: 1,
    net: 1307n,
    refunded: 70n,
  });
});

test('both sides of the books are read from different tables', async () => {
  const totals = await readCreditTotals(database.warehouse, range);
  expect(totals).toEqual(
    ['campaign', 'channel', 'influencer', 'post'].map((table) => ({
      table,
      model: 'linear',
      credit: 1307n,
    })),
  );
});

test('spend of the range and currency', async () => {
  expect(await readSpendTotal(database.warehouse, range)).toBe(473n);
});

test('net by day', async () => {
  expect(await readDailyNet(database.warehouse, range)).toEqual([
    { day: '2026-03-01', net: 1007n },
    { day: '2026-03-02', net: 300n },
  ]);
});

test('revenue by post stands against its spend; spend without a sale stays in', async () => {
  const read = (rowsMax: number) =>
    readRevenue(database.warehouse, range, { key: 'post', models: ['linear'], rowsMax });
  const all = [
    { key: 'p1', credits: new Map([['linear', 1000n]]), spend: 400n },
    { key: 'p2', credits: new Map([['linear', 300n]]), spend: 0n },
    { key: 'p3', credits: new Map(), spend: 60n },
    { key: '', credits: new Map([['linear', 7n]]), spend: 13n },
  ];
  expect(await read(10)).toEqual(all);
  expect(await read(1)).toEqual([all[0], all[3]]);
});

test('revenue by influencer: what was spent on a post was spent on its influencer', async () => {
  const query = { key: 'influencer', models: ['linear'], rowsMax: 10 } as const;
  expect(await readRevenue(database.warehouse, range, query)).toEqual([
    { key: 'ada', credits: new Map([['linear', 1000n]]), spend: 405n },
    { key: 'grace', credits: new Map([['linear', 300n]]), spend: 0n },
    { key: '', credits: new Map([['linear', 7n]]), spend: 68n },
  ]);
});

test('the latest orders, newest first, each by its newest record', async () => {
  await record(
    simple('o1', 900, 'p1', { revision: 2, gross: 1000, refunded: 100, newCustomer: true }),
  );
  const latest = await readLatestOrders(database.warehouse, range, 3);
  expect(latest.map(({ orderId }) => orderId)).toEqual(['o2', 'o5', 'o3']);
  const all = await readLatestOrders(database.warehouse, range, 10);
  expect(all.find(({ orderId }) => orderId === 'o1')).toEqual({
    orderId: 'o1',
    occurredAt: '2026-03-01 10:00:00.000',
    net: 900n,
    refunded: 100n,
    newCustomer: true,
    touchpoints: 1,
  });
});

test('currencies in use, of spend alone too', async () => {
  const { workspace, timezone } = range;
  expect(await readCurrencies(database.warehouse, { workspace, timezone })).toEqual([
    { currency: 'EUR', orders: 5, latestDay: '2026-03-03' },
    { currency: 'JPY', orders: 1, latestDay: '2026-03-01' },
    { currency: 'USD', orders: 0, latestDay: null },
  ]);
});

test('names by the catalogue, those of the posts’ influencers too', async () => {
  const names = await readNames(database.warehouse, {
    workspace: 'default',
    postIds: ['p1', 'p9'],
    influencerIds: ['grace'],
  });
  expect([...names.posts.keys()]).toEqual(['p1']);
  expect(names.posts.get('p1')).toMatchObject({ platform: 'mastodon', influencerId: 'ada' });
  expect([...names.influencers]).toEqual([['ada', 'Ada L.']]);
});
