/**
 * ClickHouse killed between writing a batch's token, feeding the views, and naming the batch's part
 * in the base table: after the restart the batch is there once, in the base and in every view.
 */
import { join } from 'node:path';
import { openCheckpoints } from '@rosi/streams-embedded';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { loadedTotals, orderOf } from './loader-totals.js';

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

/** As the kill leaves it: the views were fed, the base's part is gone, the batch is still open. */
async function loseThePart(product: Product): Promise<void> {
  const answer = await fetch(`${product.clickhouseUrl}/?mutations_sync=2`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: "ALTER TABLE rosi.order_records DELETE WHERE order_id = '1'",
  });
  expect(answer.status).toBe(200);
  await product.stop();
  const checkpoints = await openCheckpoints({ dir: join(dataDir, 'loader') });
  const checkpoint = { position: 0, open: { from: 0, to: 1, attempt: 1 } };
  await checkpoints.put('ledger.orders/0', Buffer.from(JSON.stringify(checkpoint)));
  await checkpoints.close();
}

it('a part that was lost after its views were fed', async () => {
  const product = await start();
  await product.post([orderOf('1', '100.00')]);
  await product.settle();
  const before = await loadedTotals(product);
  expect(before).toMatchObject({ net: 10_000, daily: 10_000, deltas: 10_000, credits: 10_000 });
  await loseThePart(product);

  const again = await start();
  await again.settle();
  expect(await loadedTotals(again)).toEqual(before);
  expect(again.output()).toContain('were mended');
}, 120_000);
