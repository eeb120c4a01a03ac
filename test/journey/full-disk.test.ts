/**
 * A full disk: while the log can't take events they are refused with 503, and nothing that was
 * answered 202 is lost; once there is room again, everything goes on by itself.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
} from '../harness/product.js';
import { loadedTotals, orderOf } from './loader-totals.js';
import { killAll } from './random-sets-ending.js';
import { mountSmallDisk, type SmallDisk, smallDisksWork } from './small-disk.js';

const testMsMax = 180_000;
const requestsMax = 2_000;
let dataDir: string;
let product: Product | null = null;
let disk: SmallDisk | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  if (product !== null) await killAll(product);
  product = null;
  disk?.remove();
  disk = null;
  await removeDataDir(dataDir);
});

/** Sends one order; the answer's status, and the time to wait that it names. */
async function send(running: Product, number: number) {
  const answer = await running.request('/v1/events', {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify([
      { ...orderOf(String(number), '1.00'), properties: { filler: 'x'.repeat(20_000) } },
    ]),
  });
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}

/** Sends orders until one is refused; how many were accepted. */
async function sendUntilRefused(running: Product): Promise<number> {
  for (let number = 0; number < requestsMax; number += 1) {
    const { status, retryAfter } = await send(running, number);
    if (status === 202) continue;
    expect(status).toBe(503);
    expect(Number(retryAfter)).toBeGreaterThan(0);
    return number;
  }
  throw new Error('the disk was never full');
}

/** Sends an order until it is accepted. */
async function sendUntilAccepted(running: Product, number: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await send(running, number)).status === 202) return;
    await wait(100);
  }
  throw new Error('still refused, although there is room');
}

async function expectOrders(running: Product, orders: number): Promise<void> {
  await running.settle();
  const cents = orders * 100;
  expect(await loadedTotals(running)).toMatchObject({
    ...{ net: cents, daily: cents, deltas: cents, credits: cents },
  });
}

describe.skipIf(!smallDisksWork())('a full disk', () => {
  it.each([
    ['of the log alone', 'events', 4],
    ['of the whole data folder', '.', 200],
  ])(
    '%s: 503 while it is full, and nothing accepted is lost',
    async (_, folder, mebibytes) => {
      disk = mountSmallDisk(join(dataDir, folder), mebibytes);
      product = await startProduct({ dataDir });
      await send(product, 0);
      await product.settle();
      disk.fill();
      const accepted = await sendUntilRefused(product);
      expect((await send(product, accepted)).status).toBe(503);
      await disk.makeRoom();
      await sendUntilAccepted(product, accepted);
      await expectOrders(product, accepted + 1);
      await killAll(product);
      product = await startProduct({ dataDir });
      await expectOrders(product, accepted + 1);
    },
    testMsMax,
  );

  it(
    "of the stitcher's state: ends with exit code 1, and goes on once there is room",
    async () => {
      disk = mountSmallDisk(join(dataDir, 'state'), 16);
      product = await startProduct({ dataDir });
      await send(product, 0);
      await product.settle();
      disk.fill();
      // The first ones may find free pages.
      let accepted = 1;
      const ended = { already: false };
      void product.ended.then(() => {
        ended.already = true;
      });
      for (; accepted < requestsMax && !ended.already; accepted += 1) {
        const status = await send(product, accepted).then(
          (answer) => answer.status,
          () => null,
        );
        if (status !== 202) break;
        await wait(20);
      }
      expect(await product.ended).toMatchObject({ code: 1, signal: null });
      expect(product.output()).toMatch(/no space left|disk|MDB_|ENOSPC|Commit failed/i);
      await disk.makeRoom();
      product = await startProduct({ dataDir });
      await sendUntilAccepted(product, accepted);
      await expectOrders(product, accepted + 1);
    },
    testMsMax,
  );
});
