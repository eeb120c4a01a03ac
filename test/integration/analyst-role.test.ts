/**
 * The role of docs/connect-analysts.md: with its rights alone every statement of docs/queries.md
 * runs, and nothing can be written. The embedded engine has no storage for users that are created
 * by SQL, so the page's own GRANT and REVOKE are given through a file of users.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLibrary } from '../../packages/warehouse/src/embedded/find-library.js';
import { probePort } from '../../packages/warehouse/src/embedded/loopback-port.js';
import { serverConfig } from '../../packages/warehouse/src/embedded/server-config.js';
import {
  type ServerProcess,
  startServerProcess,
} from '../../packages/warehouse/src/embedded/server-process.js';
import { silent } from '../../packages/warehouse/src/testing/test-database.js';
import { connectWarehouse } from '../../packages/warehouse/src/warehouse.js';
import { readQueries } from '../benchmark/queries-page.mjs';

const page = new URL('../../docs/connect-analysts.md', import.meta.url);
let dir: string;
let server: ServerProcess;
let url: string;
let statements: readonly string[];

/** The page's first block of SQL, a statement each. */
async function statementsOfPage(): Promise<readonly string[]> {
  const block = /```sql\n(CREATE ROLE[^`]+)```/.exec(await readFile(page, 'utf8'))?.[1] ?? '';
  return block
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** What the page grants to the role, given to a user `ada`; its settings as her profile. */
function usersFile(): string {
  const grants = statements
    .filter((statement) => /^(GRANT|REVOKE) SELECT/.test(statement))
    .map((statement) => statement.replace(/ (TO|FROM) rosi_analyst$/, ''));
  const settings = /SETTINGS (.+)$/.exec(statements[0] ?? '')?.[1]?.split(', ') ?? [];
  const profile = settings
    .map((setting) => setting.split(' = '))
    .map(([name, value]) => `<${name}>${value}</${name}>`);
  const user = (name: string, more: string) =>
    `<${name}><networks><ip>127.0.0.1</ip></networks><quota>default</quota>${more}</${name}>`;
  const queries = grants.map((grant) => `<query>${grant}</query>`).join('');
  const ada = `<password>secret</password><profile>ada</profile><grants>${queries}</grants>`;
  return `<clickhouse>
  <profiles><default/><ada>${profile.join('')}</ada></profiles>
  <quotas><default/></quotas>
  <users>
    ${user('default', '<password></password><profile>default</profile>')}
    ${user('ada', ada)}
  </users>
</clickhouse>`;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rosi-role-'));
  statements = await statementsOfPage();
  const usersPath = join(dir, 'users.xml');
  await writeFile(usersPath, usersFile());
  const logFile = join(dir, 'server.log');
  const config = serverConfig({ logFile, memoryBytesMax: 2_000_000_000 });
  const withUsers = `<clickhouse><users_config>${usersPath}</users_config>`;
  const configFile = join(dir, 'server.xml');
  await writeFile(configFile, config.replace('<clickhouse>', withUsers));
  const port = (await probePort(0)) ?? 0;
  await mkdir(join(dir, 'data'));
  const library = findLibrary();
  const options = { library, dir: join(dir, 'data'), configFile, port, graceMs: 1_000 };
  server = startServerProcess({ ...options, logger: silent });
  if (!(await server.ready(60_000))) throw new Error(JSON.stringify(await server.exited));
  url = `http://127.0.0.1:${port}`;
  const warehouse = await connectWarehouse({ url });
  await warehouse.migrate({ timezone: 'UTC', logUuid: 'role', loadedBefore: false });
  await warehouse.close();
});
afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function ask(sql: string, user: 'ada' | 'default' = 'ada', password = 'secret') {
  const response = await fetch(`${url}/?database=rosi`, {
    method: 'POST',
    body: sql,
    headers: {
      'x-clickhouse-user': user,
      'x-clickhouse-key': user === 'ada' ? password : '',
      connection: 'close',
    },
  });
  return { ok: response.ok, text: await response.text() };
}

describe('the role of docs/connect-analysts.md', () => {
  it('is written in statements that ClickHouse understands', async () => {
    expect(statements).toHaveLength(6);
    for (const statement of statements) {
      expect(await ask(`EXPLAIN AST ${statement}`, 'default')).toMatchObject({ ok: true });
    }
  });

  it('asks for the password', async () => {
    expect((await ask('SELECT 1', 'ada', 'wrong')).text).toContain('AUTHENTICATION_FAILED');
    expect(await ask('SELECT currentUser()')).toEqual({ ok: true, text: 'ada\n' });
  });

  it.each(readQueries())('may ask question $number', async ({ sql }) => {
    expect(await ask(sql)).toMatchObject({ ok: true });
  });

  it('may change settings, as clients do', async () => {
    expect(await ask('SELECT 1 SETTINGS max_threads = 1')).toMatchObject({ ok: true });
  });

  it.each([
    "INSERT INTO rosi_meta VALUES ('', 'a', 'b', now64(6))",
    'TRUNCATE TABLE order_records',
    'ALTER TABLE order_records DELETE WHERE true',
    'DROP VIEW orders_current',
    'CREATE TABLE mine (a Int8) ENGINE = MergeTree ORDER BY a',
    'SELECT * FROM suppressions',
    'SELECT * FROM forgetting',
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
  ])('may not: %s', async (statement) => {
    expect((await ask(statement)).text).toMatch(/ACCESS_DENIED|READONLY/);
  });
});
