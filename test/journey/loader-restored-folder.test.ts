/**
 * A data folder that comes back from a backup, or loses its positions, while ClickHouse stays as
 * it is: either the numbers stay exact, or the product refuses to start and says what to do.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  startProduct,
} from '../harness/product.js';
import { loadedTotals, orderOf } from './loader-totals.js';

const testMsMax = 120_000;
const pipelineFolders = ['events', 'state', 'loader'];
let dataDir: string;
let backup: string;
let running: Product | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
  backup = await mkdtemp(join(tmpdir(), 'rosi-backup-'));
});
afterEach(async () => {
  await running?.kill();
  running = null;
  await removeDataDir(dataDir);
  await rm(backup, { recursive: true, force: true });
});
async function start(): Promise<Product> {
  running = await startProduct({ dataDir });
  return running;
}
async function copy(folders: readonly string[], from: string, to: string): Promise<void> {
  for (const folder of folders) {
    await rm(join(to, folder), { recursive: true, force: true });
    await cp(join(from, folder), join(to, folder), { recursive: true });
  }
}
/** Order 1, a backup, order 2; everything is settled and stopped. */
async function twoOrdersAndABackupBetween(): Promise<void> {
  const first = await start();
  await first.post([orderOf('1', '100.00')]);
  await first.settle();
  await first.stop();
  await copy(pipelineFolders, dataDir, backup);
  const second = await start();
  await second.post([orderOf('2', '50.00')]);
  await second.settle();
  expect(await loadedTotals(second)).toEqual(exact(15_000, ['1', '2']));
  await second.stop();
}
const exact = (net: number, orders: readonly string[]) => ({
  net,
  by_time: net,
  daily: net,
  deltas: net,
  credits: net,
  orders,
});

it.each(['lost', 'restored alone'] as const)(
  "the loader's folder is %s: it takes over what ClickHouse holds, and goes on",
  async (what) => {
    await twoOrdersAndABackupBetween();
    await rm(join(dataDir, 'loader'), { recursive: true });
    if (what === 'restored alone') await copy(['loader'], backup, dataDir);
    const product = await start();
    await product.settle();
    expect(await loadedTotals(product)).toEqual(exact(15_000, ['1', '2']));
    await product.post([orderOf('3', '7.00')]);
    await product.settle();
    expect(await loadedTotals(product)).toEqual(exact(15_700, ['1', '2', '3']));
  },
  testMsMax,
);

it.each([
  ['with its positions', pipelineFolders],
  ['without its positions', ['events', 'state']],
] as const)(
  'the log is restored %s, ClickHouse is newer: refused with the remedy',
  async (_, folders) => {
    await twoOrdersAndABackupBetween();
    await copy(folders, backup, dataDir);
    const ended = await runToEnd({ dataDir });
    expect(ended.code).toBe(2);
    expect(ended.output).toContain('an older copy of the data folder was restored');
    expect(ended.output).toContain('rosi replay');
    expect(ended.output).not.toMatch(/^\s+at /m);
  },
  testMsMax,
);
