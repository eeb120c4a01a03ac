/**
 * A changed setting evaluates all of history again; a replay fills the tables again, also after
 * kill -9 in its midst, and into a database that was emptied.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  startProduct,
} from '../harness/product.js';
import { killAll } from './random-sets-ending.js';
import { booksOf, expectedBooks, postAll, tablesOf, weekEvents } from './shop-week.js';

const testMsMax = 240_000;
const buyers = 200;
let dataDir: string;
let running: Product | null = null;

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  if (running !== null) await killAll(running);
  running = null;
  await removeDataDir(dataDir);
});
async function start(): Promise<Product> {
  running = await startProduct({ dataDir });
  return running;
}

const unattributed = async (product: Product) => {
  const [row] = await product.sql(
    `SELECT sum(credit) AS credit, countIf(touchpoint_id != 'unattributed') AS others
    FROM credits_current WHERE model = 'linear'`,
  );
  return row;
};

it(
  'settings hold for every order, old and new, and come back by another change',
  async () => {
    const product = await start();
    await postAll(product, weekEvents(0, buyers / 2));
    // The clicks are an hour before their orders.
    const short = { windows_days: { click: 1 / 48 } };
    const changed = await operate(product, 'PUT', '/v1/settings', short);
    expect(changed).toMatchObject({ windows_days: { click: 1 / 48, page: 30 }, half_life_days: 7 });
    await postAll(product, weekEvents(buyers / 2, buyers));
    await product.settle();
    const { net, credit } = expectedBooks(buyers);
    expect(await unattributed(product)).toEqual({ credit, others: 0 });
    expect(await operate(product, 'GET', '/v1/settings')).toEqual(changed);
    const receipt = await operate(product, 'GET', '/v1/orders/week-o1/receipt');
    expect(receipt).toMatchObject({ consistent: true, refused: { outside_window: 2 } });

    await operate(product, 'PUT', '/v1/settings', {});
    await product.settle();
    expect(await booksOf(product)).toEqual(expectedBooks(buyers));
    expect(net).toBe(credit);
    await operate(product, 'POST', '/v1/recompute', {});
    await product.settle();
    expect(await booksOf(product)).toEqual(expectedBooks(buyers));
  },
  testMsMax,
);

it(
  'settings that can not be read are refused by name',
  async () => {
    const product = await start();
    const wrong = operate(product, 'PUT', '/v1/settings', { windows_days: { klick: 1 } });
    await expect(wrong).rejects.toThrow(/400.*windows_days has no field \\"klick\\"/);
  },
  testMsMax,
);

it(
  'a replay gives the same tables, while events go on and through kill -9',
  async () => {
    let product = await start();
    await postAll(product, weekEvents(0, buyers));
    await product.settle();
    const before = await tablesOf(product);
    await operate(product, 'POST', '/v1/replay', {});
    await product.settle();
    expect(await tablesOf(product)).toEqual(before);

    await operate(product, 'POST', '/v1/replay', {});
    await postAll(product, weekEvents(buyers, buyers * 2));
    for (const pauseMs of [30, 150, 400]) {
      await wait(pauseMs);
      await killAll(product);
      product = await start();
    }
    await product.settle();
    expect(await booksOf(product)).toEqual(expectedBooks(buyers * 2));
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);

it(
  'an emptied database is filled again by a replay that is asked for while nothing runs',
  async () => {
    let product = await start();
    await postAll(product, weekEvents(0, buyers));
    await product.settle();
    const before = await tablesOf(product);
    await product.sql('SELECT 1');
    await fetch(`${product.clickhouseUrl}/?query=DROP%20DATABASE%20rosi%20SYNC`, {
      method: 'POST',
    });
    await product.stop();
    const refused = await runToEnd({ dataDir });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.output).toContain('rosi replay');

    expect(await runCommand(dataDir, ['replay'])).toMatchObject({ code: 0 });
    product = await start();
    await product.settle();
    expect(await tablesOf(product)).toEqual(before);
  },
  testMsMax,
);

it(
  'another time zone is taken over after a replay, too',
  async () => {
    const product = await start();
    await postAll(product, weekEvents(0, 10));
    await operate(product, 'POST', '/v1/replay', {});
    await product.settle();
    await product.stop();
    running = await startProduct({ dataDir, env: { ROSI_TIMEZONE: 'Pacific/Auckland' } });
    await running.settle();
    expect(await booksOf(running)).toEqual(expectedBooks(10));
  },
  testMsMax,
);
