/** The same folder restarted continues where it stopped: after a clean stop, and after kill -9. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { childrenOf } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, tablesOf, weekEvents } from './shop-week.js';

const testMsMax = 180_000;
let dataDir: string;
let running: Product | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  await running?.kill();
  running = null;
  await removeDataDir(dataDir);
});
async function start(): Promise<Product> {
  running = await startProduct({ dataDir });
  return running;
}

describe('a clean stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s drains, exits 0, and the next start goes on with the same tables',
    async (signal) => {
      let product = await start();
      await postAll(product, weekEvents(0, 60));
      await product.settle();
      const before = await tablesOf(product);
      expect(await booksOf(product)).toEqual(expectedBooks(60));
      expect(await product.stop(signal)).toMatchObject({ code: 0, signal: null });

      product = await start();
      await product.settle();
      expect(await tablesOf(product)).toEqual(before);
      // Repeats of what came before the stop, and news that build on it.
      await postAll(product, weekEvents(30, 90));
      await product.settle();
      expect(await booksOf(product)).toEqual(expectedBooks(90));
    },
    testMsMax,
  );

  it(
    'what was accepted just before SIGTERM is there after the restart',
    async () => {
      const product = await start();
      await postAll(product, weekEvents(0, 400));
      expect(await product.stop()).toMatchObject({ code: 0, signal: null });
      const again = await start();
      await again.settle();
      expect(await booksOf(again)).toEqual(expectedBooks(400));
    },
    testMsMax,
  );
});

describe('kill -9 of everything', () => {
  it.each([0, 40, 150, 400, 900])(
    '%i ms after the last answer, then a restart: nothing lost, nothing twice',
    async (delayMs) => {
      const product = await start();
      await postAll(product, weekEvents(0, 50));
      await product.settle();
      await postAll(product, weekEvents(40, 500));
      await wait(delayMs);
      await product.kill();

      const again = await start();
      await again.settle();
      expect(await booksOf(again)).toEqual(expectedBooks(500));
    },
    testMsMax,
  );

  it(
    'twice in a row, with events between',
    async () => {
      for (const [from, to] of [
        [0, 200],
        [150, 350],
      ] as const) {
        const product = await start();
        await postAll(product, weekEvents(from, to));
        await product.kill();
      }
      const product = await start();
      await postAll(product, weekEvents(340, 400));
      await product.settle();
      expect(await booksOf(product)).toEqual(expectedBooks(400));
    },
    testMsMax,
  );
});

describe.skipIf(process.platform !== 'linux')('kill -9 of ClickHouse alone', () => {
  it.each([0, 100, 300])(
    '%i ms after the last answer: the product goes on, nothing lost, nothing twice',
    async (delayMs) => {
      const product = await start();
      await postAll(product, weekEvents(0, 100));
      await product.settle();
      const children = childrenOf(product.pid);
      expect(children.length).toBeGreaterThan(0);
      await postAll(product, weekEvents(90, 400));
      await wait(delayMs);
      for (const child of children) process.kill(child, 'SIGKILL');
      await wait(200);
      await product.settle();
      expect(await booksOf(product)).toEqual(expectedBooks(400));
    },
    testMsMax,
  );

  it(
    'while it is down nothing is settled and the product is not ready; both come back',
    async () => {
      const product = await start();
      await postAll(product, weekEvents(0, 20));
      await product.settle();
      for (const child of childrenOf(product.pid)) process.kill(child, 'SIGKILL');
      const [status, ready] = await Promise.all([
        product.status(),
        product.request('/health/ready'),
      ]);
      expect({ settled: status['settled'], ready: ready.status }).toEqual({
        settled: false,
        ready: 503,
      });
      await product.settle();
      expect(await booksOf(product)).toEqual(expectedBooks(20));
    },
    testMsMax,
  );
});
