import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowBlock } from './native/row-block.js';
import { orderRow } from './record-rows.js';
import { credited, order, T0, touch } from './testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from './testing/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.warehouse.migrate({ timezone: 'UTC', logUuid: 'log', loadedBefore: false });
});
afterAll(() => database.stop());

const touches = [touch({ touchpointId: 't' })];
const all = 'ORDER BY log_offset, gone';
const stored = () => database.warehouse.query(`SELECT * FROM rosi.order_times ${all}`);
const shown = () =>
  database.warehouse.query<{ order_id: string; at: number; net: number }>(
    `SELECT order_id, toUnixTimestamp64Milli(occurred_at) AS at, net FROM rosi.orders_by_time
    ORDER BY order_id`,
  );

const first = [
  credited({ orderId: 'stays', net: 10, touches }, [[0, 10, 1]]),
  credited({ orderId: 'moves', net: 20, touches }, [[0, 20, 1]]),
  order({ orderId: 'worth-nothing', net: 0, gross: 5, refunded: 5 }),
  credited({ orderId: 'moved-by-an-older-build', net: 40, touches }, [[0, 40, 1]]),
];
const moved = { revision: 2, orderedAt: T0 + 5_000 };
const second = [
  order({ orderId: 'moves', net: 20, ...moved, movedFrom: [T0] }),
  order({ orderId: 'worth-nothing', net: 0, ...moved, movedFrom: [T0] }),
  {
    ...credited({ orderId: 'moved-by-an-older-build', net: 40, touches, ...moved }, [[0, 40, 1]]),
    deltas: [T0, T0 + 5_000].map((orderedAt, at) => ({
      ...{ model: 'linear', touch: 0, personId: 'p_1', orderedAt, currency: 'EUR' },
      ...{ credit: at === 0 ? -40 : 40, share: at === 0 ? -1e12 : 1e12 },
    })),
  },
];
const rowsOf = (records: typeof first, from: number) =>
  records.map((each, at) => orderRow(each, { partition: 3, offset: from + at }));

test('an order stands once, where its newest record has it; the rows made here are the feed’s', async () => {
  const batches = [rowsOf(first, 0), rowsOf(second, 10)];
  for (const [at, rows] of batches.entries()) {
    await database.warehouse.insertBatch(rowBlock('order_records', rows), `token${at}`);
  }
  const expected = [
    { order_id: 'moved-by-an-older-build', at: T0 + 5_000, net: 40 },
    { order_id: 'moves', at: T0 + 5_000, net: 20 },
    { order_id: 'stays', at: T0, net: 10 },
    { order_id: 'worth-nothing', at: T0 + 5_000, net: 0 },
  ];
  expect(await shown()).toEqual(expected);
  const fed = await stored();
  expect(fed).toHaveLength(4 + 6);

  await database.warehouse.command('TRUNCATE TABLE rosi.order_times');
  for (const [at, rows] of batches.entries()) {
    const batch = { partition: 3, from: at * 10, to: at * 10 + rows.length, rows };
    expect(await database.warehouse.mendOrderViews(batch, null)).toEqual(['order_times']);
    expect(await database.warehouse.mendOrderViews(batch, null)).toEqual([]);
  }
  expect(await stored()).toEqual(fed);
  expect(await shown()).toEqual(expected);
});

test('of several records of an order in one batch none is missed, and none made up', async () => {
  const records = [
    order({ orderId: 'twice', net: 1 }),
    order({ orderId: 'twice', net: 2, revision: 2 }),
    order({ orderId: 'twice', net: 3, revision: 3, orderedAt: T0 + 1, movedFrom: [T0] }),
  ];
  const rows = rowsOf(records, 20);
  await database.warehouse.insertBatch(rowBlock('order_records', rows), 'several');
  const batch = { partition: 3, from: 20, to: 23, rows };
  const ofOrder = async () => (await shown()).filter(({ order_id }) => order_id === 'twice');
  expect(await ofOrder()).toEqual([{ order_id: 'twice', at: T0 + 1, net: 3 }]);
  expect(await database.warehouse.mendOrderViews(batch, null)).toEqual([]);
  await database.warehouse.command(
    'ALTER TABLE rosi.order_times DELETE WHERE log_offset >= 20 SETTINGS mutations_sync = 2',
  );
  expect(await ofOrder()).toEqual([]);
  expect(await database.warehouse.mendOrderViews(batch, null)).toEqual(['order_times']);
  expect(await ofOrder()).toEqual([{ order_id: 'twice', at: T0 + 1, net: 3 }]);
});
