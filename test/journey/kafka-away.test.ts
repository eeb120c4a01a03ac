/**
 * Brokers that go away under the running product, and come back: 503 with Retry-After meanwhile, and
 * nothing that was answered 202 is lost. Brokers that were never there: an end that says so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  freePort,
  startKafkaProxy,
  startLocalBroker,
  testKafka,
} from '@rosi/streams-kafka/testing';
import { expect, it } from 'vitest';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  secretKey,
  startProduct,
} from '../harness/product.js';
import { killAll } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, weekEvents } from './shop-week.js';

const testMsMax = 300_000;
const comeBackMsMax = 120_000;
const hangMsMax = 25_000;
const buyers = 40;
// The test needs a broker that it may stop, so that a given one is of no use to it.
const isGiven = process.env['ROSI_KAFKA_BROKERS'] !== undefined;
const kafka = await testKafka();

const environment = (address: string) => ({
  ROSI_KAFKA_BROKERS: address,
  ROSI_KAFKA_SESSION_MS: '3000',
  ROSI_KAFKA_PARTITIONS: '1',
});

function send(product: Product, events: readonly object[], signal?: AbortSignal) {
  return product.request('/v1/events', {
    ...(signal === undefined ? {} : { signal }),
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
}

async function eventually(done: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + comeBackMsMax;
  while (!(await done())) {
    if (Date.now() > until) throw new Error('it did not happen in time');
    await wait(200);
  }
}

it.skipIf(kafka === null || isGiven)(
  'refuses events while Kafka is away, and goes on when it is back',
  async () => {
    const brokerDir = mkdtempSync(join(tmpdir(), 'rosi-away-'));
    let broker = await startLocalBroker({ dir: brokerDir });
    const port = Number(broker.address.split(':')[1]);
    const dataDir = await makeDataDir();
    const product = await startProduct({ dataDir, env: environment(broker.address) });
    try {
      await postAll(product, weekEvents(0, buyers / 2));
      await broker.close();
      const refused = await send(product, weekEvents(buyers / 2, buyers));
      expect(refused.status, refused.body).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await product.request('/health/ready')).status).toBe(503);
      const asked = { headers: { authorization: `Bearer ${secretKey}` } };
      expect((await product.request('/v1/status', asked)).status).toBe(503);

      broker = await startLocalBroker({ dir: brokerDir, port });
      await eventually(async () => (await product.request('/health/ready')).status === 200);
      const again = () => send(product, weekEvents(buyers / 2, buyers));
      await eventually(async () => (await again()).status === 202);
      await product.settle();
      const { events: _repeats, ...books } = expectedBooks(buyers);
      expect(await booksOf(product)).toMatchObject(books);
      const { code, output } = await product.stop();
      expect(code, output).toBe(0);
    } finally {
      await killAll(product);
      await broker.close();
      await removeDataDir(dataDir);
      rmSync(brokerDir, { recursive: true, force: true });
    }
  },
  testMsMax,
);

it.skipIf(kafka === null || isGiven)(
  'answers about itself while Kafka hangs, as behind a network that swallows everything',
  async () => {
    const [port, target] = [await freePort(), await freePort()];
    const broker = await startLocalBroker({ secondDoor: { port: target, advertised: port } });
    let isHanging = false;
    let goOn = () => {};
    const hanging = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const onRequest = () => (isHanging ? hanging : undefined);
    const proxy = await startKafkaProxy({ port, target, onRequest });
    const dataDir = await makeDataDir();
    const product = await startProduct({ dataDir, env: environment(`127.0.0.1:${port}`) });
    const ask = (path: string) =>
      product.request(path, {
        headers: { authorization: `Bearer ${secretKey}` },
        // Far above what each may take, far below what kafkajs waits for an answer.
        signal: AbortSignal.timeout(hangMsMax),
      });
    try {
      await postAll(product, weekEvents(0, 1));
      isHanging = true;
      const refused = await send(product, weekEvents(1, 2), AbortSignal.timeout(hangMsMax));
      expect(refused.status, refused.body).toBe(503);
      const ready = await ask('/health/ready');
      expect(ready.status, ready.body).toBe(503);
      expect(ready.body).toContain('"part":"event_log","ready":false');
      expect(ready.body).toContain('"part":"clickhouse","ready":true');
      const metrics = await ask('/metrics');
      expect(metrics.status).toBe(200);
      expect(metrics.body).toContain('rosi_part_ready{part="event_log"} 0');
      expect((await ask('/v1/status')).status).toBe(503);

      isHanging = false;
      goOn();
      await eventually(async () => (await product.request('/health/ready')).status === 200);
      await eventually(async () => (await send(product, weekEvents(1, 2))).status === 202);
      await product.settle();
      const { code, output } = await product.stop();
      expect(code, output).toBe(0);
    } finally {
      await killAll(product);
      await proxy.close();
      await broker.close();
      await removeDataDir(dataDir);
    }
  },
  testMsMax,
);

it(
  'ends by name when no broker answers, and does not begin on a folder of the other log',
  async () => {
    const dataDir = await makeDataDir();
    const env = environment('127.0.0.1:9');
    const ended = await runToEnd({ dataDir, env }, 60_000);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.output).toContain('127.0.0.1:9');
    const otherDir = await makeDataDir();
    const embedded = await startProduct({ dataDir: otherDir });
    await embedded.stop();
    const refused = await runToEnd({ dataDir: otherDir, env });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.output).toContain('ROSI_KAFKA_BROKERS');
    await removeDataDir(dataDir);
    await removeDataDir(otherDir);
  },
  testMsMax,
);
