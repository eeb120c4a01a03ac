/** The accounts of the compose file, on a real ClickHouse: what ROSI needs, and not more. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { type ServerWithAccounts, startServerWithAccounts } from './clickhouse-accounts.js';

const testMsMax = 240_000;
let server: ServerWithAccounts;
let product: Product;

const day = (hours: number) => new Date(Date.UTC(2024, 4, 1, hours)).toISOString();
const ada = { email: 'ada@private.example', anonymous_id: 'ada-device' };
const events = [
  { event_id: 'c1', type: 'click', occurred_at: day(9), post_id: 'p-1', identifiers: ada },
  {
    event_id: 'o1',
    type: 'purchase',
    occurred_at: day(10),
    identifiers: ada,
    order: { order_id: '1001', total: '129.90', currency: 'EUR' },
  },
];

beforeAll(async () => {
  server = await startServerWithAccounts();
  product = await start('UTC');
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await server?.stop();
  if (product !== undefined) await removeDataDir(product.dataDir);
}, testMsMax);

const start = (timezone: string, dataDir?: string) =>
  startProduct({
    env: { ROSI_CLICKHOUSE_URL: server.loaderUrl, ROSI_TIMEZONE: timezone },
    ...(dataDir === undefined ? {} : { dataDir }),
  });
const creditOf = (model: string) =>
  server.ask(
    'rosi_analyst',
    `SELECT sum(credit) FROM rosi.revenue_by_post_daily WHERE model = '${model}' FORMAT TSV`,
  );

describe('rosi_loader', () => {
  it(
    'has what loading, checking, replaying, erasing and another time zone take',
    async () => {
      await product.post(events);
      await product.settle();
      expect(await creditOf('linear')).toBe('12990');
      await operate(product, 'POST', '/v1/replay', {});
      await product.settle();
      expect(await creditOf('linear')).toBe('12990');
      await operate(product, 'POST', '/v1/persons/erase', {
        identifiers: { email: ada.email },
      });
      await product.settle();
      expect(await server.ask('rosi_analyst', 'SELECT count() FROM rosi.orders_current')).toBe('1');
      await product.stop();
      product = await start('Pacific/Auckland', product.dataDir);
      await product.settle();
      const days = 'SELECT DISTINCT day FROM rosi.revenue_by_post_daily FORMAT TSV';
      expect(await server.ask('rosi_analyst', days)).toBe('2024-05-01');
      expect(await creditOf('linear')).toBe('12990');
      const env = { ROSI_CLICKHOUSE_URL: server.loaderUrl };
      const check = await runCommand(product.dataDir, ['check'], env);
      expect(check, check.stdout + check.stderr).toMatchObject({ code: 0 });
    },
    testMsMax,
  );

  it(
    'has what a backup and a restore take',
    async () => {
      const env = { ROSI_CLICKHOUSE_URL: server.loaderUrl };
      const folder = `${product.dataDir}-backup`;
      const backup = await runCommand(product.dataDir, ['backup', folder], env);
      expect(backup, backup.stderr).toMatchObject({ code: 0 });
      await product.stop();
      await removeDataDir(product.dataDir);
      await server.ask('default', 'DROP DATABASE rosi SYNC');
      const restore = await runCommand(product.dataDir, ['restore', folder], env);
      expect(restore, restore.stderr).toMatchObject({ code: 0 });
      await removeDataDir(folder);
      product = await start('Pacific/Auckland', product.dataDir);
      await product.settle();
      expect(await creditOf('linear')).toBe('12990');
    },
    testMsMax,
  );

  it.each([
    ['make tables of its own elsewhere', 'CREATE TABLE default.own (n Int64) ENGINE = Memory'],
    ['drop the whole database', 'DROP DATABASE rosi'],
    ['make accounts', "CREATE USER mallory IDENTIFIED BY 'x'"],
    ['read the accounts', 'SELECT * FROM system.users'],
    ['read other addresses', "SELECT * FROM url('http://127.0.0.1/', TSV, 'a String')"],
  ])('can not %s', async (_what, sql) => {
    await expect(server.ask('rosi_loader', sql)).rejects.toThrow(/ACCESS_DENIED/);
  });
});

describe('rosi_analyst', () => {
  const lists = ['suppressions', 'forgetting'];

  it('reads every view and table of rosi but the lists of erasures', async () => {
    const names = await server.ask('rosi_analyst', 'SHOW TABLES FROM rosi');
    expect(names.split('\n')).toContain('revenue_by_influencer_daily');
    const read = names.split('\n').filter((name) => !/_feed$/.test(name) && !lists.includes(name));
    for (const name of read) {
      await server.ask('rosi_analyst', `SELECT * FROM rosi.${name} LIMIT 1`);
    }
  });

  it.each([
    ['insert', "INSERT INTO rosi.rosi_meta (name) VALUES ('x')"],
    ['delete', 'TRUNCATE TABLE rosi.events'],
    ['make views', 'CREATE VIEW rosi.own AS SELECT 1'],
    ['see what others ask', 'SELECT * FROM system.processes'],
    ...lists.map((name) => [`read ${name}`, `SELECT * FROM rosi.${name}`]),
    ['read other addresses', "SELECT * FROM url('http://127.0.0.1/', TSV, 'a String')"],
  ])('can not %s', async (_what, sql) => {
    await expect(server.ask('rosi_analyst', sql)).rejects.toThrow(/ACCESS_DENIED|READONLY/);
  });

  it('may choose its time limit, within bounds, and no other setting', async () => {
    const run = (settings: Record<string, string>) =>
      server.ask('rosi_analyst', 'SELECT 1', settings);
    expect(await run({ max_execution_time: '120' })).toBe('1');
    await expect(run({ max_execution_time: '3000' })).rejects.toThrow(/max_execution_time/);
    await expect(run({ max_memory_usage: '99000000000' })).rejects.toThrow(/READONLY/);
  });
});

it('an account without its password is refused', async () => {
  const url = new URL(server.loaderUrl);
  for (const user of ['rosi_loader', 'rosi_analyst']) {
    const answer = await fetch(`http://${url.host}/?query=SELECT+1&user=${user}`);
    expect(await answer.text()).toMatch(/AUTHENTICATION_FAILED/);
  }
});
