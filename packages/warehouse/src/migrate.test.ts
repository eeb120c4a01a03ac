import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.js';
import { rowBlock } from './native/row-block.js';
import { orderRow, touchpointRow } from './record-rows.js';
import { credited, T0, touch } from './testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from './testing/test-database.js';
import { isSupported } from './warehouse.js';
import type { QueryParameters } from './warehouse-api.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(() => database.warehouse.command('DROP DATABASE IF EXISTS rosi SYNC'));

const options = { timezone: 'UTC', logUuid: 'log', loadedBefore: false };

const row = (id: string) =>
  orderRow(
    credited({ orderId: id, net: 7, touches: [touch({ touchpointId: 't', postId: 'p' })] }, [
      [0, 7, 1],
    ]),
    { partition: 0, offset: 0 },
  );

/** Everything that reads an order's credit: the base, its view and a daily table. */
async function totals() {
  const [found] = await database.warehouse.query(`SELECT
    (SELECT sum(credit) FROM rosi.credits_current) AS current,
    (SELECT sum(credit) FROM rosi.credits) AS deltas,
    (SELECT sum(credit) FROM rosi.revenue_by_post_daily) AS post,
    (SELECT sum(credit) FROM rosi.revenue_by_channel_daily) AS channel`);
  return found;
}

test('migrating twice does nothing the second time', async () => {
  const first = await database.warehouse.migrate(options);
  const applied = ['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008', '0009'];
  expect(first).toEqual({ applied, rebuilt: true });
  const second = await database.warehouse.migrate({ ...options, loadedBefore: true });
  expect(second).toEqual({ applied: [], rebuilt: false });
});

test('interrupted after any statement, the next migration completes it', async () => {
  const statements: string[] = [];
  const recording = {
    query: database.warehouse.query,
    command: async (sql: string) => {
      statements.push(sql);
      await database.warehouse.command(sql);
    },
  };
  await migrate(recording, options, 'session');
  const count = statements.length;
  expect(count).toBeGreaterThan(30);
  for (let survived = 0; survived < count; survived += 5) {
    await database.warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
    let left = survived;
    const breaking = {
      query: database.warehouse.query,
      command: async (sql: string) => {
        if (left-- === 0) throw new Error('interrupted');
        await database.warehouse.command(sql);
      },
    };
    await expect(migrate(breaking, options, 'session')).rejects.toThrow('interrupted');
    await database.warehouse.migrate(options);
    await database.warehouse.insertBatch(rowBlock('order_records', [row('o')]), 'token');
    expect(await totals()).toEqual({ current: 7, deltas: 7, post: 7, channel: 7 });
  }
}, 180_000);

test('a time zone change interrupted anywhere leaves sums that add up', async () => {
  const zones = ['Europe/Paris', 'Asia/Tokyo', 'America/New_York', 'Asia/Kolkata'];
  await database.warehouse.migrate(options);
  await database.warehouse.insertBatch(rowBlock('order_records', [row('o')]), 'token');
  for (const [index, timezone] of zones.entries()) {
    let left = 3 + index * 4;
    const breaking = {
      query: database.warehouse.query,
      command: async (sql: string) => {
        if (left-- === 0) throw new Error('interrupted');
        await database.warehouse.command(sql);
      },
    };
    await expect(migrate(breaking, { ...options, timezone }, 'session')).rejects.toThrow(
      'interrupted',
    );
    await database.warehouse.migrate({ ...options, timezone });
    expect(await totals()).toEqual({ current: 7, deltas: 7, post: 7, channel: 7 });
  }
});

test('the same rows under the same token change neither base nor views', async () => {
  await database.warehouse.migrate(options);
  const rows = Array.from({ length: 500 }, (_, index) => row(`o${index}`));
  await database.warehouse.insertBatch(rowBlock('order_records', rows), 'token');
  const before = await totals();
  expect(before).toEqual({ current: 3500, deltas: 3500, post: 3500, channel: 3500 });
  await database.warehouse.insertBatch(rowBlock('order_records', rows), 'token');
  expect(await totals()).toEqual(before);
  const stored = await database.warehouse.query('SELECT count() AS n FROM rosi.order_records');
  expect(stored).toEqual([{ n: 500 }]);
  await database.warehouse.insertBatch(rowBlock('order_records', rows.slice(0, 1)), 'another');
  expect(await totals()).toMatchObject({ current: 3500, deltas: 3507, post: 3507 });
});

test('a database of 0007 gets the views of a new one', async () => {
  await database.warehouse.migrate(options);
  const views = () =>
    database.warehouse.query<{ name: string; as_select: string }>(
      "SELECT name, as_select FROM system.tables WHERE database = 'rosi' AND engine = 'View' ORDER BY name",
    );
  const due = await views();
  expect(due.length).toBeGreaterThan(15);
  for (const { name } of due) {
    await database.warehouse.command(`CREATE OR REPLACE VIEW rosi.${name} AS SELECT 1 AS older`);
  }
  await database.warehouse.command(
    "ALTER TABLE rosi.rosi_meta DELETE WHERE name = 'migration:0008' SETTINGS mutations_sync = 2",
  );
  const again = await database.warehouse.migrate({ ...options, loadedBefore: true });
  expect(again).toEqual({ applied: ['0008'], rebuilt: false });
  expect(await views()).toEqual(due);
});

/** As 0006 left it: orders in time in no partitions, no sums of a day. */
async function backTo0006() {
  for (const statement of [
    `CREATE OR REPLACE TABLE rosi.order_times AS rosi.order_times
    ENGINE = ReplacingMergeTree(revision, gone) ORDER BY (workspace, ordered_at, order_id)
    SETTINGS non_replicated_deduplication_window = 10000`,
    'ALTER TABLE rosi.credit_by_channel_daily_sums DROP PROJECTION by_day',
    `ALTER TABLE rosi.rosi_meta DELETE WHERE name IN ('migration:0007', 'migration:0008')
    SETTINGS mutations_sync = 2`,
  ]) {
    await database.warehouse.command(statement);
  }
}

test('a database of 0006 keeps its orders and sums; then orders stand by quarter', async () => {
  await database.warehouse.migrate(options);
  await backTo0006();
  const quarters = 110;
  const inQuarter = (id: string, quarter: number, offset: number, change = {}) =>
    orderRow(
      credited(
        {
          ...{ orderId: id, net: 7, orderedAt: Date.UTC(2000, 3 * quarter, 3), ...change },
          touches: [touch({ touchpointId: 't', postId: 'p' })],
        },
        [[0, 7, 1]],
      ),
      { partition: 0, offset },
    );
  // More quarters than ClickHouse lets one insert have unless it is told to.
  const batch = (name: string, from: number) =>
    Array.from({ length: quarters }, (_, at) => inQuarter(`${name}${at}`, at, from + at));
  const old = batch('old', 0);
  await database.warehouse.insertBatch(rowBlock('order_records', old), 'old');
  const moved = { revision: 2, movedFrom: [Date.UTC(2000, 0, 3)] };
  const move = [inQuarter('old0', quarters, quarters, moved)];
  await database.warehouse.insertBatch(rowBlock('order_records', move), 'move');

  const again = await database.warehouse.migrate({ ...options, loadedBefore: true });
  expect(again).toEqual({ applied: ['0007', '0008'], rebuilt: false });
  await database.warehouse.insertBatch(rowBlock('order_records', batch('new', 200)), 'new');
  const [found] = await database.warehouse.query(`SELECT
    (SELECT count() FROM rosi.orders_by_time) AS orders,
    (SELECT groupArray(toYear(occurred_at)) FROM rosi.orders_by_time WHERE order_id = 'old0') AS moved,
    (SELECT uniqExact(partition) FROM system.parts
      WHERE database = 'rosi' AND table = 'order_times' AND active) AS quarters,
    (SELECT sum(credit) FROM rosi.revenue_daily) AS by_day`);
  const due = { orders: 2 * quarters, moved: [2027], quarters: quarters + 1 };
  // The fixture says of a moved order what is due at its new time alone.
  expect(found).toEqual({ ...due, by_day: 7 * (2 * quarters + 1) });
  await expect(totals()).resolves.toMatchObject({ channel: 7 * (2 * quarters + 1) });
});

test.each(['25.3.1.1', '26.7.2.1'])(
  'touchpoints of a period stand once, however often recorded, by the view for %s',
  async (version) => {
    const ofVersion = {
      command: database.warehouse.command,
      query: async <T>(sql: string, parameters?: QueryParameters): Promise<T[]> =>
        sql.startsWith('SELECT version()')
          ? database.warehouse.query<T>(`SELECT '${version}' AS version`)
          : database.warehouse.query<T>(sql, parameters),
    };
    await migrate(ofVersion, options, 'session');
    await database.warehouse.migrate({ ...options, loadedBefore: true });
    const [view] = await database.warehouse.query<{ sql: string }>(
      "SELECT as_select AS sql FROM system.tables WHERE name = 'touchpoints_by_time'",
    );
    expect(view?.sql.includes('LIMIT 1 BY')).toBe(version.startsWith('26'));
    await database.warehouse.command('SYSTEM STOP MERGES rosi.touchpoints');
    for (const offset of [0, 10]) {
      const rows = ['a', 'b'].map((id, at) =>
        touchpointRow(
          {
            ...{ workspace: 'default', generation: 0, revision: 1, recordedAt: T0 },
            ...{ identifierType: 'user_id', identifier: 'u' },
            touch: touch({ touchpointId: id, postId: 'p', touchedAt: T0 + at }),
          },
          { partition: 0, offset: offset + at },
        ),
      );
      await database.warehouse.insertBatch(rowBlock('touchpoints', rows), `token${offset}`);
    }
    const [found] = await database.warehouse.query(`SELECT
      (SELECT count() FROM rosi.touchpoints) AS recorded,
      (SELECT groupArray(touchpoint_id) FROM rosi.touchpoints_by_time
        WHERE workspace = 'default' AND type = 'click' AND occurred_at > toDateTime64(${T0 / 1_000}, 3)
      ) AS shown`);
    expect(found).toEqual({ recorded: 4, shown: ['b'] });
  },
);

test('an emptied and a foreign database are refused, and rosi replay is named', async () => {
  await expect(
    database.warehouse.migrate({ ...options, loadedBefore: true }),
  ).rejects.toMatchObject({
    code: 'ROSI_WAREHOUSE_FOREIGN',
    message: expect.stringContaining('rosi replay'),
  });
  await database.warehouse.migrate(options);
  const other = { ...options, logUuid: 'other' };
  await expect(database.warehouse.migrate(other)).rejects.toMatchObject({
    code: 'ROSI_WAREHOUSE_FOREIGN',
    message: expect.stringContaining('rosi replay'),
  });
});

test('a database of a newer build, and a wrong time zone, are refused', async () => {
  const wrong = { ...options, timezone: "Europe/Atlantis'" };
  await expect(database.warehouse.migrate(wrong)).rejects.toMatchObject({ exitCode: 2 });
  await database.warehouse.migrate(options);
  await database.warehouse.command(
    "INSERT INTO rosi.rosi_meta VALUES ('', 'migration:9999', '', now64(6))",
  );
  await expect(database.warehouse.migrate(options)).rejects.toThrow('migration:9999');
});

test('every table, view and table column has a comment, and begins with the workspace', async () => {
  await database.warehouse.migrate(options);
  const bare = await database.warehouse.query(
    "SELECT name FROM system.tables WHERE database = 'rosi' AND comment = ''",
  );
  expect(bare).toEqual([]);
  const columns = await database.warehouse.query(`SELECT table, name FROM system.columns
    WHERE database = 'rosi' AND comment = '' AND table IN
      (SELECT name FROM system.tables WHERE database = 'rosi' AND engine NOT LIKE '%View')`);
  expect(columns).toEqual([]);
  const keys = await database.warehouse.query<{ key: string }>(
    "SELECT sorting_key AS key FROM system.tables WHERE database = 'rosi' AND engine LIKE '%MergeTree'",
  );
  expect(keys.length).toBeGreaterThan(9);
  expect(keys.filter(({ key }) => !key.startsWith('workspace'))).toEqual([]);
  const first = await database.warehouse.query(`SELECT table, name FROM system.columns
    WHERE database = 'rosi' AND position = 1 AND name != 'workspace'`);
  expect(first).toEqual([]);
});

test('amounts beyond 32 bits, and shares that add up beyond 64, stay exact', async () => {
  await database.warehouse.migrate(options);
  const net = 9_000_000_000_000;
  const big = orderRow(
    credited({ orderId: 'big', net, touches: [touch({ touchpointId: 't' })] }, [[0, net, 1]]),
    { partition: 0, offset: 1 },
  );
  await database.warehouse.insertBatch(rowBlock('order_records', [big]), 'big');
  await database.warehouse.command(`INSERT INTO rosi.credit_by_post_daily_sums
    SELECT workspace, day, model, currency, post_id, link_id, coupon_code, credit,
      share_parts * 20000000 FROM rosi.credit_by_post_daily_sums`);
  expect(
    await database.warehouse.query('SELECT credit, orders FROM rosi.revenue_by_post_daily'),
  ).toEqual([{ credit: net * 2, orders: 20_000_001 }]);
});

test('versions', () => {
  const asked = ['25.3.1.1', '26.7.2.1', '25.2.9', '24.12', 'nonsense'];
  expect(asked.map(isSupported)).toEqual([true, true, false, false, false]);
});
