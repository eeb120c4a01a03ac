/** `rosi demo` as its user runs it: sent over HTTP, twice without effect, judged, and live. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../harness/command.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ dataDir: await makeDataDir() });
}, 120_000);
afterAll(async () => {
  await product.stop();
  await removeDataDir(product.dataDir);
});

const demo = (...words: string[]) => runCommand(product.dataDir, ['demo', ...words]);
const tables = async () => [
  await product.sql('SELECT * EXCEPT recorded_at FROM orders_current ORDER BY order_id'),
  await product.sql(
    'SELECT * EXCEPT recorded_at FROM credits_current ORDER BY order_id, model, touchpoint_id',
  ),
  await product.sql('SELECT * FROM revenue_by_post_daily ORDER BY ALL'),
];

test('a year at once: the planted truth beside the models, pages to open, queries that run', async () => {
  const { code, stdout, stderr } = await demo('--orders', '250', '--until', '2026-06-30');
  expect([code, stderr]).toEqual([0, expect.stringContaining('250 orders of a year')]);
  expect(stdout).toMatch(/ad-brand-search +0\.00 +\d/);
  expect(stdout).toMatch(/given to the wrong post +\d+ % +\d+ %/);
  expect(stdout).toContain(`${product.httpUrl}/ `);
  const order = /rosi explain order (\S+)/.exec(stdout)?.[1] ?? '';
  const explained = await runCommand(product.dataDir, ['explain', 'order', order]);
  expect([explained.code, explained.stdout]).toEqual([0, expect.stringContaining('sum')]);
  const queries = [...stdout.matchAll(/rosi query "([^"]+)"/g)];
  expect(queries).toHaveLength(2);
  for (const [, sql] of queries) {
    const answer = await runCommand(product.dataDir, [
      'query',
      sql?.replaceAll('\\\n', '\n') ?? '',
    ]);
    expect([answer.code, answer.stderr]).toEqual([0, '']);
    expect(answer.stdout.split('\n').length).toBeGreaterThan(5);
  }
}, 180_000);

test('the truth that is shown is that of the rows', async () => {
  const [row] =
    await product.sql(`SELECT count() AS orders, sum(net) AS net, sum(refunded > 0) AS refunds,
    countIf(new_customer) AS news FROM orders_current`);
  expect(row?.['orders']).toBe(250);
  expect(Number(row?.['refunds'])).toBeGreaterThan(5);
  const [shared] = await product.sql('SELECT countIf(shared) AS n FROM identities_current');
  expect(Number(shared?.['n'])).toBeGreaterThan(0);
  const [bots] = await product.sql('SELECT countIf(bot) AS n FROM events_current');
  expect(Number(bots?.['n'])).toBeGreaterThan(5);
  const [planted] = await product.sql(`SELECT sum(o.net) AS net FROM orders_current AS o
    INNER JOIN events_current AS e ON e.order_id = o.order_id AND JSONHas(e.properties, 'caused_by')`);
  expect(planted?.['net']).toBe(row?.['net']);
});

test('a second run changes nothing', async () => {
  const before = await tables();
  expect((await demo('--orders', '250', '--until', '2026-06-30')).code).toBe(0);
  expect(await tables()).toEqual(before);
}, 180_000);

test('live: order by order, and the laws hold', async () => {
  const { code, stderr } = await demo('--live', '--orders', '5', '--rate', '600');
  expect([code, stderr]).toEqual([0, expect.stringContaining('5 orders sent')]);
  await product.settle();
  const [row] = await product.sql(
    "SELECT count() AS n FROM orders_current WHERE order_id LIKE 'L%' AND net >= 0",
  );
  expect(row?.['n']).toBe(5);
  const check = await runCommand(product.dataDir, ['check']);
  expect([check.code, check.stdout]).toEqual([0, expect.any(String)]);
}, 180_000);

test.each([
  [['--orders', '0'], 'whole number'],
  [['--orders', 'many'], 'whole number'],
  [['--rate', '5'], '--live'],
  [['--until', 'tomorrow'], '2026-12-31'],
])('wrong use is told: %j', async (words, told) => {
  const { code, stderr } = await demo(...words);
  expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
});
