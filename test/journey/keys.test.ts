/** Keys that nobody gave are made once, printed when made, and kept. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  startProduct,
} from '../harness/product.js';

let dataDir: string;
let running: Product | null = null;
const unset = { ROSI_SECRET_KEY: undefined, ROSI_WRITE_KEY: undefined, ROSI_HASH_KEY: undefined };

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  await running?.kill();
  running = null;
  await removeDataDir(dataDir);
});

interface Keys {
  readonly secretKey: string;
  readonly writeKey: string;
  readonly hashKey: string;
}
async function keys(): Promise<Keys> {
  return JSON.parse(await readFile(join(dataDir, 'keys.json'), 'utf8')) as Keys;
}
function postWith(product: Product, key: string, event: object) {
  return product.request('/v1/events', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
}

it('makes keys, prints them, keeps them over a restart and does not print them again', async () => {
  running = await startProduct({ dataDir, env: unset });
  const made = await keys();
  expect(new Set([made.secretKey, made.writeKey, made.hashKey]).size).toBe(3);
  expect(running.output()).toContain(made.secretKey);
  expect(running.output()).toContain(made.writeKey);
  expect(running.output()).toContain(running.httpUrl);
  expect(statSync(join(dataDir, 'keys.json')).mode & 0o077).toBe(0);
  expect((await postWith(running, made.secretKey, { type: 'click' })).status).toBe(202);
  expect((await postWith(running, made.writeKey, { type: 'click' })).status).toBe(202);
  await running.stop();

  running = await startProduct({ dataDir, env: unset });
  expect(await keys()).toEqual(made);
  expect(running.output()).not.toContain(made.secretKey);
  expect((await postWith(running, made.secretKey, { type: 'click' })).status).toBe(202);
});

it('a start that fails after it has made keys shows them, since no later one does', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const env = { ...unset, ROSI_CLICKHOUSE_PORT: String(port) };
    const ended = await runToEnd({ dataDir, env });
    expect(ended.code).toBe(2);
    expect(ended.output).toContain('ROSI_CLICKHOUSE_PORT');
    const { secretKey, writeKey } = await keys();
    expect(ended.output).toContain(secretKey);
    expect(ended.output).toContain(writeKey);
  } finally {
    taken.close();
  }
});

it('a key given counts instead of the one kept', async () => {
  running = await startProduct({ dataDir, env: unset });
  const made = await keys();
  await running.stop();
  const given = 'sk_given_0123456789_0123456789_0123456789';
  running = await startProduct({ dataDir, env: { ...unset, ROSI_SECRET_KEY: given } });
  expect((await postWith(running, given, { type: 'click' })).status).toBe(202);
  expect((await postWith(running, made.secretKey, { type: 'click' })).status).toBe(401);
  expect((await postWith(running, made.writeKey, { type: 'click' })).status).toBe(202);
});
