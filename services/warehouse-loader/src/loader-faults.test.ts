/**
 * Faults between the loader and a real ClickHouse: an insert whose answer never comes although it
 * took effect, a view that fails, and a second loader on the same database. Nothing is lost, nothing
 * is there twice, and who may not go on is told so by name.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  eventually,
  makeStage,
  type Stage,
  totalsOf,
  totalsOfOrders,
} from './testing/loader-stage.js';
import { type Fate, startProxy } from './testing/swallowing-proxy.js';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
let folder: string;
let server: EmbeddedClickHouse;
let warehouse: Warehouse;
let stage: Stage;
let tests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosi-loader-faults-'));
  server = await startEmbeddedClickHouse({
    ...{ dir: join(folder, 'clickhouse'), port: 0, logger: silent },
  });
  warehouse = await connectWarehouse({ url: server.url });
});
afterAll(async () => {
  await warehouse.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  tests += 1;
  await warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
  stage = makeStage(folder, String(tests));
});
afterEach(() => stage.close());

test.each(['silence', 'cut'] as const)(
  'inserts that took effect and were answered with %s are in once',
  async (fate) => {
    let left = 3;
    const fateOf = (statement: string): Fate => {
      if (!/INSERT INTO rosi\.order_records/i.test(statement) || left === 0) return 'answer';
      left -= 1;
      return fate;
    };
    const proxy = await startProxy(server.url, fateOf);
    const behind = await connectWarehouse({ url: proxy.url, requestTimeoutMs: 1_000 });
    stage.append(0, 50);
    const staged = await stage.loader('only', behind);
    const loader = await staged.start();
    await eventually(() => staged.position() === 50);
    expect(left).toBe(0);
    expect(await totalsOf(warehouse)).toEqual(totalsOfOrders(50));
    await loader.stop();
    expect(staged.faults).toEqual([]);
    await behind.close();
    await proxy.close();
  },
);

const targets = ['credit_deltas', 'order_times'].concat(
  ['post', 'influencer', 'campaign', 'channel'].map((key) => `credit_by_${key}_daily_sums`),
);
test.each(targets)('a view that can not write to %s for a while', async (target) => {
  stage.append(0, 10);
  const staged = await stage.loader('only', warehouse);
  const loader = await staged.start();
  await eventually(() => staged.position() === 10);
  await warehouse.command(`ALTER TABLE rosi.${target} ADD CONSTRAINT broken CHECK 0`);
  stage.append(10, 20);
  const failures = () =>
    warehouse.query<{ n: number }>(
      "SELECT value AS n FROM system.errors WHERE name = 'VIOLATED_CONSTRAINT'",
    );
  const before = (await failures())[0]?.n ?? 0;
  await eventually(async () => ((await failures())[0]?.n ?? 0) > before);
  expect(staged.position()).toBe(10);
  await warehouse.command(`ALTER TABLE rosi.${target} DROP CONSTRAINT broken`);
  await eventually(() => staged.position() === 20);
  expect(await totalsOf(warehouse)).toEqual(totalsOfOrders(20));
  await loader.stop();
  expect(staged.faults).toEqual([]);
});

const takenOver = { code: 'ROSI_WAREHOUSE_TAKEN_OVER', exitCode: 1 };

test('of two loaders on one database the older one stops, by name', async () => {
  stage.append(0, 10);
  const older = await stage.loader('older', warehouse);
  const first = await older.start();
  await eventually(() => older.position() === 10);
  // Of a copied folder, say: the same log, positions of its own.
  const other = await connectWarehouse({ url: server.url });
  const newer = await stage.loader('newer', other);
  const second = await newer.start();
  stage.append(10, 30);
  await eventually(() => newer.position() === 30 && older.faults.length > 0);
  expect(older.faults).toMatchObject([takenOver]);
  expect(older.faults[0]?.message).toContain('ROSI_CLICKHOUSE_URL');
  expect(older.position()).toBeLessThan(30);
  expect(newer.faults).toEqual([]);
  expect(await totalsOf(other)).toEqual(totalsOfOrders(30));
  await first.stop();
  await second.stop();
  await other.close();
});

test('an insert of an older loader that arrives late is refused by ClickHouse itself', async () => {
  let late: (() => void) | null = null;
  const arrives = new Promise<void>((resolve) => {
    late = resolve;
  });
  let waiting = false;
  const slow: Warehouse = {
    ...warehouse,
    async insertBatch(block, token) {
      if (block.table === 'order_records') {
        waiting = true;
        await arrives;
      }
      await warehouse.insertBatch(block, token);
    },
  };
  stage.append(0, 10);
  const older = await stage.loader('older', slow);
  const first = await older.start();
  await eventually(() => waiting);
  const other = await connectWarehouse({ url: server.url });
  const newer = await stage.loader('newer', other);
  const second = await newer.start();
  await eventually(() => newer.position() === 10);
  late!();
  await eventually(() => older.faults.length > 0);
  expect(older.faults).toMatchObject([takenOver]);
  expect(await totalsOf(other)).toEqual(totalsOfOrders(10));
  await first.stop();
  await second.stop();
  await other.close();
});
