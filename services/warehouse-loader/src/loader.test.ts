import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsCollected, ledgerCatalogue, ledgerIdentities, ledgerOrders } from '@rosi/events';
import { openCheckpoints } from '@rosi/streams-embedded';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LoaderOptions, startLoader } from './loader.js';
import { type CheckpointStore, loaderProgress, readCheckpoint } from './progress.js';
import { event, order } from './testing/ledger-records.js';
import { memoryTopics } from './testing/memory-topics.js';

const logger = { info: () => {}, warn: () => {}, error: () => {} };
let folder: string;
let server: EmbeddedClickHouse;
let warehouse: Warehouse;
let run = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosi-loader-'));
  server = await startEmbeddedClickHouse({ dir: join(folder, 'clickhouse'), port: 0, logger });
  warehouse = await connectWarehouse({ url: server.url });
});
afterAll(async () => {
  await warehouse.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  run += 1;
  await warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
});

interface Setup {
  readonly options: Omit<LoaderOptions, 'onFault'>;
  readonly events: ReturnType<typeof memoryTopics>;
  readonly ledger: ReturnType<typeof memoryTopics>;
  readonly dir: string;
  readonly faults: Error[];
  start(overrides?: Partial<LoaderOptions>): ReturnType<typeof startLoader>;
  close(): Promise<void>;
}

async function setUp(): Promise<Setup> {
  const dir = join(folder, `loader-${run}`);
  const checkpoints = await openCheckpoints({ dir });
  const events = memoryTopics(`events-${run}`);
  const ledger = memoryTopics(`ledger-${run}`);
  const options = { events, ledger, checkpoints, warehouse, timezone: 'UTC', logger };
  const faults: Error[] = [];
  const onFault = (error: Error) => void faults.push(error);
  return {
    options,
    events,
    ledger,
    dir,
    faults,
    start: (overrides) => startLoader({ ...options, onFault, ...overrides }),
    close: () => checkpoints.close(),
  };
}

async function totals() {
  const [found] = await warehouse.query(`SELECT
    (SELECT count() FROM rosi.orders_current) AS orders,
    (SELECT sum(credit) FROM rosi.credits_current) AS credit,
    (SELECT sum(credit) FROM rosi.credits) AS deltas,
    (SELECT sum(credit) FROM rosi.revenue_by_post_daily) AS post,
    (SELECT sum(credit) FROM rosi.revenue_by_channel_daily) AS channel`);
  return found;
}
const whole = (orders: number) => {
  const credit = orders * 300;
  return { orders, credit, deltas: credit, post: credit, channel: credit };
};

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen in time');
}
const orders = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => order(`o${from + index}`));
const positionIn = (store: CheckpointStore, topic: string) =>
  readCheckpoint(store, topic, 0)?.position;

test('records of every topic arrive, and positions tell so', async () => {
  const setup = await setUp();
  const ledger = { workspace: 'default', revision: 1, recordedAt: 0 };
  setup.events.append(eventsCollected, [event('e1'), event('e2'), event('e1')]);
  setup.ledger.append(ledgerOrders, orders(0, 10));
  setup.ledger.append(ledgerIdentities, [
    { ...ledger, identifierType: 'user_id', identifier: 'u', personId: 'p_1', shared: false },
  ]);
  setup.ledger.append(ledgerCatalogue, [
    {
      ...ledger,
      eventId: 'e',
      occurredAt: 0,
      entry: { kind: 'post', id: 'p', entry: '{"platform":"x"}' },
    },
  ]);
  const loader = await setup.start();
  const progress = await loaderProgress(setup.dir);
  const reached = () =>
    Object.fromEntries(progress.positions().map(({ topic, position }) => [topic, position]));
  const expected = {
    'events.collected': 3,
    'ledger.orders': 10,
    'ledger.touchpoints': 0,
    'ledger.identities': 1,
    'ledger.catalogue': 1,
  };
  await until(() => JSON.stringify(reached()) === JSON.stringify(expected));
  expect(await totals()).toEqual(whole(10));
  expect(
    await warehouse.query('SELECT event_id, url, title FROM rosi.events_current ORDER BY 1'),
  ).toEqual(
    ['e1', 'e2'].map((id) => ({
      event_id: id,
      url: 'https://example.org/ä"\\\n',
      title: '\u0000',
    })),
  );
  setup.ledger.append(ledgerOrders, orders(10, 12));
  await until(() => reached()['ledger.orders'] === 12);
  expect(await totals()).toEqual(whole(12));
  await loader.stop();
  expect(setup.faults).toEqual([]);
  await progress.close();
  await setup.close();
});

test('stop loads what is in the log', async () => {
  const setup = await setUp();
  const loader = await setup.start({ limits: { batchRecordsMax: 7, insertIntervalMs: 60_000 } });
  setup.ledger.append(ledgerOrders, orders(0, 50));
  await loader.stop();
  expect(positionIn(setup.options.checkpoints, 'ledger.orders')).toBe(50);
  expect(await totals()).toEqual(whole(50));
  await setup.close();
});

test('a crash before or after the insert of a fixed batch changes nothing', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 20));
  // Dies at every durable step in turn, as a killed process would; the insert may have happened.
  let crashes = 0;
  for (const insertFirst of [true, false]) {
    const dying: Warehouse = {
      ...warehouse,
      async insertBatch(table, rows, token) {
        if (table === 'order_records') {
          if (insertFirst) await warehouse.insertBatch(table, rows, token);
          crashes += 1;
          throw new Error('the answer was lost');
        }
        await warehouse.insertBatch(table, rows, token);
      },
    };
    const loader = await setup.start({ warehouse: dying, limits: { batchRecordsMax: 10 } });
    const before = crashes;
    await until(() => crashes > before);
    await loader.stop();
    expect(readCheckpoint(setup.options.checkpoints, 'ledger.orders', 0)).toMatchObject({
      position: 0,
      open: { from: 0, to: 10 },
    });
  }
  const loader = await setup.start({ limits: { batchRecordsMax: 10 } });
  await until(() => positionIn(setup.options.checkpoints, 'ledger.orders') === 20);
  expect(await totals()).toEqual(whole(20));
  await loader.stop();
  await setup.close();
});

test('kill -9 of the server while loading loses and doubles nothing', async () => {
  const setup = await setUp();
  const loader = await setup.start({ limits: { batchRecordsMax: 200, backoffMsMax: 200 } });
  for (let round = 0; round < 3; round += 1) {
    setup.ledger.append(ledgerOrders, orders(round * 2_000, (round + 1) * 2_000));
    setup.events.append(eventsCollected, [event(`round-${round}`)]);
    await until(
      () => (positionIn(setup.options.checkpoints, 'ledger.orders') ?? 0) > round * 2_000 + 400,
    );
    process.kill(server.pid()!, 'SIGKILL');
  }
  await until(() => positionIn(setup.options.checkpoints, 'ledger.orders') === 6_000);
  expect(await totals()).toEqual(whole(6_000));
  await loader.stop();
  expect(setup.faults).toEqual([]);
  await setup.close();
});

test('an open batch is settled before the sums move to another time zone', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 5));
  let lost = false;
  const dying: Warehouse = {
    ...warehouse,
    async insertBatch(table, rows, token) {
      if (lost && table === 'order_records') throw new Error('away');
      await warehouse.insertBatch(table, rows, token);
      if (table === 'order_records') {
        lost = true;
        throw new Error('the answer was lost');
      }
    },
  };
  const first = await setup.start({ warehouse: dying });
  await until(() => lost);
  await first.stop();
  const second = await setup.start({ timezone: 'Asia/Tokyo' });
  await until(() => positionIn(setup.options.checkpoints, 'ledger.orders') === 5);
  expect(await totals()).toEqual(whole(5));
  await second.stop();
  await setup.close();
});

test('an emptied database is refused once something was loaded', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 1));
  const loader = await setup.start();
  await until(() => positionIn(setup.options.checkpoints, 'ledger.orders') === 1);
  await loader.stop();
  await warehouse.command('DROP DATABASE rosi SYNC');
  await expect(setup.start()).rejects.toThrow('rosi replay');
  await setup.close();
});
