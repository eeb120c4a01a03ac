/** A new generation in the ledger: the tables are filled anew, and what is older is not read again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsCollected, ledgerOrders, ledgerSuppressions, type Topic } from '@rosi/events';
import { type LogReader, logReader } from '@rosi/streams';
import { type Checkpoints, openCheckpoints } from '@rosi/streams-embedded';
import {
  connectWarehouse,
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
  type Warehouse,
} from '@rosi/warehouse';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LoaderOptions, startLoader } from './loader.js';
import { askedReplay, askReplay, readCheckpoint } from './progress.js';
import { event, order } from './testing/ledger-records.js';
import { type MemoryTopics, memoryTopics } from './testing/memory-topics.js';

const logger = { info: () => {}, warn: () => {}, error: () => {} };
let folder: string;
let server: EmbeddedClickHouse;
let warehouse: Warehouse;
let checkpoints: Checkpoints;
let events: MemoryTopics;
let ledger: MemoryTopics;
let run = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosi-loader-replay-'));
  server = await startEmbeddedClickHouse({ dir: join(folder, 'clickhouse'), port: 0, logger });
  warehouse = await connectWarehouse({ url: server.url });
});
afterAll(async () => {
  await checkpoints.close();
  await warehouse.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  run += 1;
  await warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
  await checkpoints?.close();
  checkpoints = await openCheckpoints({ dir: join(folder, `loader-${run}`) });
  events = memoryTopics(`events-${run}`);
  ledger = memoryTopics(`ledger-${run}`);
});

/** Of topic `ledger.orders`, the lowest offset that was read since. */
let lowestRead = Number.POSITIVE_INFINITY;
function watched(reader: LogReader): LogReader {
  return {
    ...reader,
    uuid: reader.uuid,
    read(topic, partition, from, limits) {
      if (topic === ledgerOrders.name) lowestRead = Math.min(lowestRead, from);
      return reader.read(topic, partition, from, limits);
    },
  };
}

function start(overrides: Partial<LoaderOptions> = {}) {
  return startLoader({
    events: logReader(events),
    ledger: watched(logReader(ledger)),
    checkpoints,
    warehouse,
    timezone: 'UTC',
    hash: (text) => text,
    logger,
    onFault: (error) => {
      throw error;
    },
    ...overrides,
  });
}

async function until(done: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen in time');
}
const isLoaded = (topic: Topic<unknown>, to: number) =>
  readCheckpoint(checkpoints, topic.name, 0)?.position === to;

const GENERATION = 1_000;
const orders = (count: number, generation: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...order(`o${index}`),
    generation,
    revision: generation + 1,
  }));

function appendGeneration(count: number): void {
  ledger.append(ledgerSuppressions, [
    {
      workspace: 'default',
      generation: GENERATION,
      revision: 1,
      recordedAt: 0,
      name: '',
      until: GENERATION,
    },
  ]);
  ledger.append(ledgerOrders, orders(count, GENERATION));
}

async function expectReplayed(count: number): Promise<void> {
  const [found] = await warehouse.query(`SELECT
    (SELECT count() FROM rosi.order_records) AS orders, (SELECT min(log_offset) FROM rosi.order_records) AS first,
    (SELECT count() FROM rosi.events_current) AS events,
    (SELECT sum(credit) FROM rosi.credits) AS credit,
    (SELECT sum(credit) FROM rosi.revenue_by_post_daily) AS post`);
  expect(found).toEqual({
    orders: count,
    first: 10,
    events: 2,
    credit: 300 * count,
    post: 300 * count,
  });
  expect(await warehouse.generation()).toBe(GENERATION);
  expect(askedReplay(checkpoints)).toBeNull();
}

test('events are loaded again, older records of the ledger are not read again', async () => {
  events.append(eventsCollected, [event('e1'), event('e2')]);
  ledger.append(ledgerOrders, orders(10, 0));
  const loader = await start();
  await until(() => isLoaded(ledgerOrders, 10) && isLoaded(eventsCollected, 2));
  lowestRead = Number.POSITIVE_INFINITY;
  appendGeneration(7);
  await until(() => isLoaded(ledgerOrders, 17) && isLoaded(eventsCollected, 2));
  await loader.stop();
  await expectReplayed(7);
  expect(lowestRead).toBe(10);
});

test('a replay cut short before its tables are empty begins again, from the whole ledger', async () => {
  events.append(eventsCollected, [event('e1'), event('e2')]);
  ledger.append(ledgerOrders, orders(10, 0));
  const loader = await start();
  await until(() => isLoaded(ledgerOrders, 10) && isLoaded(eventsCollected, 2));
  await loader.stop();
  appendGeneration(7);
  await askReplay(checkpoints, GENERATION);
  lowestRead = Number.POSITIVE_INFINITY;
  const again = await start();
  await until(() => isLoaded(ledgerOrders, 17) && isLoaded(eventsCollected, 2));
  await again.stop();
  await expectReplayed(7);
  expect(lowestRead).toBe(0);
});
