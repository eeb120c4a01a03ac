import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsCollected, ledgerCatalogue, ledgerIdentities, ledgerOrders } from '@rosi/events';
import { logReader } from '@rosi/streams';
import { openCheckpoints } from '@rosi/streams-embedded';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LoaderOptions, startLoader } from './loader.js';
import {
  type CheckpointStore,
  loaderProgress,
  readCheckpoint,
  readLife,
  writeCheckpoint,
} from './progress.js';
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

const hash = (text: string) => text;

async function setUp(): Promise<Setup> {
  const dir = join(folder, `loader-${run}`);
  const checkpoints = await openCheckpoints({ dir });
  const events = memoryTopics(`events-${run}`);
  const ledger = memoryTopics(`ledger-${run}`);
  const readers = { events: logReader(events), ledger: logReader(ledger) };
  const options = { ...readers, checkpoints, warehouse, timezone: 'UTC', hash, logger };
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
    (SELECT sum(net) FROM rosi.orders_by_time) AS net,
    (SELECT sum(credit) FROM rosi.revenue_by_post_daily) AS post,
    (SELECT sum(credit) FROM rosi.revenue_by_channel_daily) AS channel`);
  return found;
}
const whole = (orders: number) => {
  const credit = orders * 300;
  return { orders, credit, deltas: credit, net: orders * 100, post: credit, channel: credit };
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
  const ledger = { workspace: 'default', generation: 0, revision: 1, recordedAt: 0 };
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
    'ledger.suppressions': 0,
    'ledger.erasures': 0,
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
    const before = crashes;
    const dying: Warehouse = {
      ...warehouse,
      async isQuiet(table) {
        if (crashes > before) throw new Error('dead');
        return warehouse.isQuiet(table);
      },
      async insertBatch(block, token) {
        if (block.table === 'order_records') {
          if (insertFirst) await warehouse.insertBatch(block, token);
          crashes += 1;
          throw new Error('the answer was lost');
        }
        await warehouse.insertBatch(block, token);
      },
    };
    const loader = await setup.start({ warehouse: dying, limits: { batchRecordsMax: 10 } });
    await until(() => crashes > before);
    await loader.stop();
    // The first batch was in: the second run finds it so, and dies of the next.
    const from = insertFirst ? 0 : 10;
    expect(readCheckpoint(setup.options.checkpoints, 'ledger.orders', 0)).toMatchObject({
      position: from,
      open: { from, to: from + 10 },
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
    async insertBatch(block, token) {
      if (lost && block.table === 'order_records') throw new Error('away');
      await warehouse.insertBatch(block, token);
      if (block.table === 'order_records') {
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

/** The last batch as an unclean end leaves it: fixed, its outcome unknown. */
async function reopen(setup: Setup, from: number, to: number): Promise<void> {
  const open = { from, to, attempt: 1 };
  await writeCheckpoint(setup.options.checkpoints, 'ledger.orders', 0, { position: from, open });
}
async function load(setup: Setup, to: number, overrides?: Partial<LoaderOptions>): Promise<void> {
  const loader = await setup.start({ limits: { batchRecordsMax: 5 }, ...overrides });
  await until(() => positionIn(setup.options.checkpoints, 'ledger.orders') === to);
  await loader.stop();
}

const ofLastBatch = 'log_offset >= 5';
const sums = ['post', 'influencer', 'campaign', 'channel'].map(
  (key) => `rosi.credit_by_${key}_daily_sums`,
);
/** What a crash may leave of the last batch's five orders in base and views. */
const torn: readonly (readonly [what: string, statements: readonly string[]])[] = [
  [
    'its part of the base was lost, its views were not',
    [`ALTER TABLE rosi.order_records DELETE WHERE ${ofLastBatch}`],
  ],
  [
    'no view had it',
    [
      `ALTER TABLE rosi.order_times DELETE WHERE ${ofLastBatch}`,
      `ALTER TABLE rosi.credit_deltas DELETE WHERE ${ofLastBatch}`,
      ...sums.map(
        (table) => `ALTER TABLE ${table} UPDATE credit = 500, share_parts = 5000000000000
        WHERE credit = 1000`,
      ),
    ],
  ],
  ['orders in time lacked it', [`ALTER TABLE rosi.order_times DELETE WHERE ${ofLastBatch}`]],
  ['all but one view had it', [`ALTER TABLE rosi.credit_deltas DELETE WHERE ${ofLastBatch}`]],
  [
    'every view had it twice',
    [
      `INSERT INTO rosi.order_times SELECT * FROM rosi.order_times WHERE ${ofLastBatch}`,
      `INSERT INTO rosi.credit_deltas SELECT * FROM rosi.credit_deltas WHERE ${ofLastBatch}`,
      ...sums.map(
        (table) => `ALTER TABLE ${table} UPDATE credit = 1500, share_parts = 15000000000000
        WHERE credit = 1000`,
      ),
    ],
  ],
];

test.each(torn)('a torn batch is mended, again and again: %s', async (_, statements) => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 10));
  await load(setup, 10);
  const shares = () => warehouse.query('SELECT sum(share_parts) AS n FROM rosi.credit_deltas');
  const before = await shares();
  // Twice: what is to be mended the second time equals what was mended the first time.
  for (let round = 0; round < 2; round += 1) {
    for (const table of sums) await warehouse.command(`OPTIMIZE TABLE ${table} FINAL`);
    for (const statement of statements) {
      await warehouse.command(
        `${statement} ${statement.startsWith('ALTER') ? 'SETTINGS mutations_sync = 2' : 'SETTINGS insert_deduplicate = 0'}`,
      );
    }
    if (!statements[0]!.includes('order_records')) expect(await totals()).not.toEqual(whole(10));
    await reopen(setup, 5, 10);
    await load(setup, 10);
    expect(await totals()).toEqual(whole(10));
    expect(await shares()).toEqual(before);
  }
  await setup.close();
});

test('mending may be cut short between the deltas and the sums', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 10));
  await load(setup, 10);
  await warehouse.command(
    `ALTER TABLE rosi.order_records DELETE WHERE ${ofLastBatch} SETTINGS mutations_sync = 2`,
  );
  await reopen(setup, 5, 10);
  let cut = false;
  const dying: Warehouse = {
    ...warehouse,
    async mendOrderViews(batch) {
      // Half of it: the deltas, not the sums.
      if (!cut) await warehouse.mendOrderViews(batch, null);
      cut = true;
      throw new Error('dead');
    },
  };
  const dyingLoader = await setup.start({ warehouse: dying });
  await until(() => cut);
  await dyingLoader.stop();
  await reopen(setup, 5, 10);
  await load(setup, 10);
  expect(await totals()).toEqual(whole(10));
  await setup.close();
});

test('the outcome of an insert is looked at only when the server has done with it', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 5));
  let late: Promise<void> | undefined;
  let looks = 0;
  const slow: Warehouse = {
    ...warehouse,
    async insertBatch(block, token) {
      if (block.table !== 'order_records' || late !== undefined) {
        return warehouse.insertBatch(block, token);
      }
      late = until(() => looks > 2).then(() => warehouse.insertBatch(block, token));
      throw new Error('the answer was lost');
    },
    async isQuiet(table) {
      if (table !== 'order_records') return true;
      looks += 1;
      if (looks > 2) await late;
      return looks > 2;
    },
  };
  await load(setup, 5, { warehouse: slow });
  expect(looks).toBe(3);
  expect(await totals()).toEqual(whole(5));
  await setup.close();
});

test('lost positions are taken over from the database, and its last batch is looked at', async () => {
  const setup = await setUp();
  setup.events.append(eventsCollected, [event('e1'), event('e1')]);
  setup.ledger.append(ledgerOrders, orders(0, 10));
  await load(setup, 10);
  await warehouse.command(
    `ALTER TABLE rosi.credit_deltas DELETE WHERE ${ofLastBatch} SETTINGS mutations_sync = 2`,
  );
  const place = { position: 0, open: null };
  for (const topic of ['ledger.orders', 'events.collected']) {
    await writeCheckpoint(setup.options.checkpoints, topic, 0, place);
  }
  const life = await readLife(setup.options.checkpoints);
  setup.ledger.append(ledgerOrders, orders(10, 12));
  await load(setup, 12);
  expect(await totals()).toEqual(whole(12));
  expect(await readLife(setup.options.checkpoints)).not.toBe(life);
  expect(await warehouse.query('SELECT count() AS n FROM rosi.events_current')).toEqual([{ n: 1 }]);
  await setup.close();
});

test('an older log, and one that went another way since, are refused', async () => {
  const setup = await setUp();
  setup.ledger.append(ledgerOrders, orders(0, 10));
  await load(setup, 10);
  const older = memoryTopics(setup.ledger.uuid);
  older.append(ledgerOrders, orders(0, 7));
  await reopen(setup, 5, 7);
  const refusal = { code: 'ROSI_WAREHOUSE_FOREIGN', exitCode: 2 };
  await expect(setup.start({ ledger: logReader(older) })).rejects.toMatchObject({
    ...refusal,
    message: expect.stringMatching(/up to 10 .* ends at 7.*rosi replay/s),
  });
  older.append(
    ledgerOrders,
    orders(7, 15).map((each) => ({ ...each, recordedAt: each.recordedAt + 1 })),
  );
  await expect(setup.start({ ledger: logReader(older) })).rejects.toMatchObject({
    ...refusal,
    message: expect.stringContaining('another record 9'),
  });
  expect(await totals()).toEqual(whole(10));
  await load(setup, 10);
  await setup.close();
});

test('records that retention removed before they were loaded are a fault', async () => {
  const setup = await setUp();
  setup.events.append(eventsCollected, [event('e1'), event('e2')]);
  setup.events.cut(eventsCollected, 1);
  setup.ledger.append(ledgerOrders, orders(0, 10));
  await load(setup, 10);
  expect(setup.faults).toEqual([]);
  setup.ledger.append(ledgerOrders, orders(10, 20));
  setup.ledger.cut(ledgerOrders, 12);
  const loader = await setup.start();
  await until(() => setup.faults.length > 0);
  expect(setup.faults).toMatchObject([{ code: 'ROSI_LOG_CUT_TOO_FAR' }]);
  expect(positionIn(setup.options.checkpoints, 'ledger.orders')).toBe(10);
  await loader.stop();
  await setup.close();
});
