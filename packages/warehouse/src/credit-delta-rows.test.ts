import { afterAll, beforeAll, expect, test } from 'vitest';
import { countCreditDeltas, creditDeltaRows } from './credit-delta-rows.js';
import { rowBlock } from './native/row-block.js';
import { orderRow } from './record-rows.js';
import { credited, touch, unattributed } from './testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from './testing/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.warehouse.migrate({ timezone: 'UTC', logUuid: 'log', loadedBefore: false });
});
afterAll(() => database.stop());

const dimensions = {
  platform: 'mastodon',
  medium: 'social',
  mediaType: 'owned',
  postId: 'post',
  influencerId: 'influencer',
  campaignId: 'campaign',
  linkId: 'link',
  programId: 'program',
  utmCampaign: 'utm',
  couponCode: 'CODE',
};

test('the rows made here are the rows that the feed makes', async () => {
  const touches = [
    touch({ touchpointId: 't1', ...dimensions }),
    touch({ touchpointId: 't2', type: 'view' }),
    unattributed,
  ];
  const parts = [
    [0, 3, 0.3],
    [0, 4, 0.4],
    [2, 3, 0.3],
  ] as const;
  const rows = ['o1', 'o2'].map((orderId, offset) =>
    orderRow(credited({ orderId, net: 10, touches }, parts), { partition: 3, offset }),
  );
  const order = 'ORDER BY log_offset, touchpoint_id, credit';
  const stored = () => database.warehouse.query(`SELECT * FROM rosi.credit_deltas ${order}`);
  await database.warehouse.insertBatch(rowBlock('order_records', rows), 'token');
  const fed = await stored();
  expect(fed).toHaveLength(6);
  await database.warehouse.command('TRUNCATE TABLE rosi.credit_deltas');
  const batch = { partition: 3, from: 0, to: 2, rows };
  expect(await database.warehouse.mendOrderViews(batch, 'UTC')).toEqual(['credit_deltas']);
  expect(await stored()).toEqual(fed);
  expect(await database.warehouse.mendOrderViews(batch, 'UTC')).toEqual([]);
  expect(rows.map(countCreditDeltas)).toEqual(rows.map((row) => creditDeltaRows(row).length));
});

test('what the server still does for a table is seen, what it does for others is not', async () => {
  const { server, warehouse } = database;
  const id = 'rosi-loader:order_records:slow';
  const slow = fetch(`${server.url}/?query_id=${id}&max_block_size=1`, {
    method: 'POST',
    body: 'SELECT sleepEachRow(0.1) FROM numbers(6000) FORMAT Null',
    headers: { connection: 'close' },
  });
  const quiet = async () => [
    await warehouse.isQuiet('order_records'),
    await warehouse.isQuiet('events'),
  ];
  const soon = { timeout: 50_000, interval: 20 };
  await expect.poll(quiet, soon).toEqual([false, true]);
  await warehouse.command(`KILL QUERY WHERE query_id = '${id}'`);
  expect(await (await slow).text()).toContain('QUERY_WAS_CANCELLED');
  await expect.poll(quiet, soon).toEqual([true, true]);
});
