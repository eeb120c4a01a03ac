/**
 * A data folder of an older build is upgraded by its first start. The fixture was made by the build
 * of state format 1: buyers 0 to 59 of the week, and an unlink of the seventh from the sixth.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { killAll } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, tablesOf, weekEvents } from './shop-week.js';

const fixture = fileURLToPath(new URL('../fixtures/state-format-1.tar.gz', import.meta.url));
const buyers = 60;
let dataDir: string;
let running: Product | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
  execFileSync('tar', ['-xzf', fixture, '-C', dataDir]);
});
afterEach(async () => {
  if (running !== null) await killAll(running);
  running = null;
  await removeDataDir(dataDir);
});

/** The unlink parts one pair; it is an event more. */
const books = (count: number, more: number) => {
  const expected = expectedBooks(count);
  return { ...expected, people: expected.people + 1, events: expected.events + more };
};

it('state of format 1 goes on: repeats, removed links, orders, erasure', async () => {
  // The fixture has no ClickHouse: a replay fills a new one from the state.
  expect(await runCommand(dataDir, ['replay'])).toMatchObject({ code: 0 });
  const product = await startProduct({ dataDir });
  running = product;
  await product.settle();
  expect(await booksOf(product)).toEqual(books(buyers, 1));

  const before = await tablesOf(product);
  await postAll(product, weekEvents(0, buyers));
  const linked = {
    event_id: 'linked-again',
    type: 'identify',
    identifiers: { user_id: 'week-u6', email: 'week7@example.org' },
  };
  await postAll(product, [linked]);
  await product.settle();
  expect(await tablesOf(product)).toEqual(before);
  expect(await booksOf(product)).toEqual(books(buyers, 2));

  await postAll(product, weekEvents(buyers, buyers + 20));
  await operate(product, 'POST', '/v1/persons/erase', { identifiers: { user_id: 'week-u6' } });
  await product.settle();
  const erased = books(buyers + 20, 2);
  expect(await booksOf(product)).toEqual(erased);
  const named = "SELECT count() AS n FROM identities_current WHERE identifier = 'week-u6'";
  expect(await product.sql(named)).toEqual([{ n: 0 }]);
  const checked = await runCommand(dataDir, ['check']);
  expect(checked.code, checked.stdout).toBe(0);
}, 240_000);
