/** Starts that must be refused: by name, with the remedy, and without a stack trace. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  startProduct,
} from '../harness/product.js';

const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;
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

it('a second start on the same folder is refused by name, and the first one lives on', async () => {
  running = await startProduct({ dataDir });
  const second = await runToEnd({ dataDir });
  expect([1, 2]).toContain(second.code);
  expect(second.output).toContain(dataDir);
  expect(second.output).not.toMatch(stackTrace);
  await running.post([{ event_id: 'still', type: 'click' }]);
  await running.settle();
  expect(await running.sql('SELECT event_id FROM events_current')).toEqual([{ event_id: 'still' }]);
});

it.each([
  ['ROSI_HTTP_PORT', 'abc'],
  ['ROSI_HTTP_PORT', '70000'],
  ['ROSI_CLICKHOUSE_PORT', '-1'],
  ['ROSI_TIMEZONE', 'Mars/Olympus'],
  ['ROSI_CLICKHOUSE_URL', 'not a url'],
])('%s=%s is refused with exit code 2 and the variable named', async (name, value) => {
  const ended = await runToEnd({ dataDir, env: { [name]: value } });
  expect(ended).toMatchObject({ code: 2, output: expect.stringContaining(name) });
  expect(ended.output).not.toMatch(stackTrace);
});

it('all wrong variables are told together', async () => {
  const ended = await runToEnd({
    dataDir,
    env: { ROSI_HTTP_PORT: 'abc', ROSI_TIMEZONE: 'Mars/Olympus' },
  });
  expect(ended.code).toBe(2);
  expect(ended.output).toContain('ROSI_HTTP_PORT');
  expect(ended.output).toContain('ROSI_TIMEZONE');
});

it('a folder that can not be one is refused by name', async () => {
  const file = join(dataDir, 'file');
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, 'not a folder');
  const ended = await runToEnd({ dataDir, env: { ROSI_DATA_DIR: file } });
  expect([1, 2]).toContain(ended.code);
  expect(ended.output).toContain('ROSI_DATA_DIR');
  expect(ended.output).not.toMatch(stackTrace);
});

it('a port that is taken is told by its variable', async () => {
  running = await startProduct({ dataDir });
  const other = await makeDataDir();
  try {
    const port = new URL(running.httpUrl).port;
    const ended = await runToEnd({ dataDir: other, env: { ROSI_HTTP_PORT: port } });
    expect([1, 2]).toContain(ended.code);
    expect(ended.output).toContain('ROSI_HTTP_PORT');
    expect(ended.output).not.toMatch(stackTrace);
    // Before anything is made: no keys that nobody needs, no minute of waiting for ClickHouse.
    expect(existsSync(join(other, 'keys.json'))).toBe(false);
  } finally {
    await removeDataDir(other);
  }
});
