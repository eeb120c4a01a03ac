import { fork } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silent } from '../testing/test-database.js';
import { connectWarehouse } from '../warehouse.js';
import type { Warehouse } from '../warehouse-api.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded-clickhouse.js';
import { findLibrary, libraryPackage } from './find-library.js';
import { probePort } from './loopback-port.js';
import { startServerProcess } from './server-process.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'rosi-clickhouse-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

async function start(dir: string, port = 0): Promise<EmbeddedClickHouse> {
  const server = await startEmbeddedClickHouse({ dir, port, logger: silent });
  cleanups.push(() => server.stop());
  return server;
}

async function connect(url: string): Promise<Warehouse> {
  const warehouse = await connectWarehouse({ url });
  cleanups.push(() => warehouse.close());
  return warehouse;
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('it did not happen in time');
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a killed server comes back on the same port with its data', async () => {
  const server = await start(await temporaryFolder());
  const warehouse = await connect(server.url);
  await warehouse.command('CREATE DATABASE kept');
  await warehouse.command('CREATE TABLE kept.rows (n Int64) ENGINE = MergeTree ORDER BY n');
  await warehouse.command('INSERT INTO kept.rows SELECT number FROM numbers(1000)');
  const pid = server.pid()!;
  process.kill(pid, 'SIGKILL');
  const [row] = await until(() =>
    isAlive(pid)
      ? Promise.resolve(undefined)
      : warehouse.query('SELECT count() AS n FROM kept.rows'),
  );
  expect(row).toEqual({ n: 1000 });
  expect(server.pid()).not.toBe(pid);
});

test('stop is clean, and the folder can be opened again', async () => {
  const dir = await temporaryFolder();
  const first = await startEmbeddedClickHouse({ dir, port: 0, logger: silent });
  const pid = first.pid()!;
  await first.stop();
  expect(isAlive(pid)).toBe(false);
  await start(dir);
  expect((await stat(join(dir, 'server.log'))).isFile()).toBe(true);
});

test('a client that holds its connection open does not hold up the end', async () => {
  const setting = await serverSetting(await temporaryFolder(), 1_000);
  const server = startServerProcess({ ...setting, logger: silent });
  cleanups.push(() => server.stop());
  expect(await server.ready(60_000)).toBe(true);
  const agent = new Agent({ keepAlive: true });
  cleanups.push(async () => agent.destroy());
  await new Promise<void>((done, fail) => {
    const request = get(`http://127.0.0.1:${setting.port}/ping`, { agent }, (response) => {
      response.resume().once('end', done);
    });
    request.once('error', fail);
  });
  await server.stop();
  // It was not waited for: that takes five seconds, and then the server ends by itself.
  expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
});

test('a folder in use is told so', async () => {
  const dir = await temporaryFolder();
  await start(dir);
  await expect(start(dir)).rejects.toMatchObject({
    code: 'ROSI_DATA_DIR_LOCKED',
    exitCode: 2,
    message: expect.stringContaining('ROSI_DATA_DIR'),
  });
});

test('a port in use is told so', async () => {
  const dir = await temporaryFolder();
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  cleanups.push(() => new Promise((done) => holder.close(done)));
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await probePort(port)).toBeUndefined();
  await expect(start(dir, port)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('ROSI_CLICKHOUSE_PORT'),
  });
});

async function serverSetting(dir: string, graceMs: number) {
  const configFile = join(dir, 'server.xml');
  await writeFile(configFile, '<clickhouse></clickhouse>');
  return { library: findLibrary(), dir, configFile, port: (await probePort(0))!, graceMs };
}

/** A parent of its own, whose only work is to be killed. */
async function startOrphanToBe(dir: string) {
  const script = new URL('../../bin/clickhouse-server.mjs', import.meta.url).pathname;
  const setting = await serverSetting(dir, 5_000);
  const parentScript = join(dir, 'parent.mjs');
  await writeFile(
    parentScript,
    `import { fork } from 'node:child_process';
    const child = fork(${JSON.stringify(script)}, [${JSON.stringify(JSON.stringify(setting))}],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
    process.send(child.pid);`,
  );
  const parent = fork(parentScript, [], { execArgv: [] });
  const pid = await new Promise<number>((done) => parent.once('message', (n) => done(Number(n))));
  return { parent, pid, url: `http://127.0.0.1:${setting.port}` };
}

test('the server ends by itself after kill -9 of its parent, and frees its folder', async () => {
  const dir = await temporaryFolder();
  const { parent, pid, url } = await startOrphanToBe(dir);
  await until(async () => ((await fetch(`${url}/ping`)).ok ? true : undefined));
  parent.kill('SIGKILL');
  await until(async () => (isAlive(pid) ? undefined : true));
  await start(dir);
});

test.each([0, 30, 60, 100, 150, 250])(
  'it ends, too, when its parent is killed %i ms after it was made',
  async (delayMs) => {
    const { parent, pid } = await startOrphanToBe(await temporaryFolder());
    cleanups.push(async () => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    await new Promise((done) => setTimeout(done, delayMs));
    parent.kill('SIGKILL');
    await until(async () => (isAlive(pid) ? undefined : true));
  },
);

test('a platform without a library is told the way out', () => {
  expect(libraryPackage('linux', 'x64')).toBe('@chdb/lib-linux-x64-gnu');
  expect(() => findLibrary('win32', 'x64')).toThrow(/ROSI_CLICKHOUSE_URL/);
});

test('programs are answered, and pages that it serves itself; pages of others are not', async () => {
  const server = await start(await temporaryFolder());
  await until(async () => ((await statusOf(server.url, '/ping', {})) === 200 ? true : undefined));
  const { host, port } = new URL(server.url);
  const asked = '/?query=SELECT%201';
  const own: Record<string, string>[] = [
    {},
    { host: `localhost:${port}` },
    { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ];
  const others: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1.evil.example:${port}` },
    { host: `evil.example:${port}` },
    { host: `127x0x0x1:${port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
  ];
  for (const path of [asked, '/play', '/ping']) {
    for (const headers of own) expect(await statusOf(server.url, path, headers)).toBe(200);
    for (const headers of others) expect(await statusOf(server.url, path, headers)).toBe(404);
  }
});

/** By node:http, since `fetch` sets these headers as it likes. */
function statusOf(url: string, path: string, headers: Record<string, string>) {
  return new Promise<number | undefined>((done, failed) => {
    get(new URL(path, url), { headers }, (response) => {
      response.resume().on('end', () => done(response.statusCode));
    }).on('error', failed);
  });
}
