/**
 * A real ClickHouse with the accounts of the compose file: `infra/clickhouse/users.d` as it is,
 * beside the users file that the official image brings, and access rights as strict as there.
 * Guarantees: an answer of `ask` says which account got it; nothing is left after `stop`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findLibrary } from '../../packages/warehouse/src/embedded/find-library.js';
import { probePort } from '../../packages/warehouse/src/embedded/loopback-port.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const script = join(repository, 'packages/warehouse/bin/clickhouse-server.mjs');
const readyMsMax = 30_000;
const pollMs = 100;
const graceMs = 2_000;

/** What the image's own users.xml has: an administrator without a password. */
const imageUsers = `<clickhouse>
  <profiles><default/></profiles>
  <users><default><password></password><networks><ip>::/0</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default/></quotas>
</clickhouse>`;

/** The image's config.xml grants no system table unasked, either. */
const serverXml = (dir: string) => `<clickhouse>
  <logger><log>${dir}/server.log</log></logger>
  <users_config>${dir}/users.xml</users_config>
  <access_control_improvements>
    <select_from_system_db_requires_grant>true</select_from_system_db_requires_grant>
    <select_from_information_schema_requires_grant>true</select_from_information_schema_requires_grant>
    <settings_constraints_replace_previous>true</settings_constraints_replace_previous>
  </access_control_improvements>
</clickhouse>`;

export type Account = 'default' | 'rosi_loader' | 'rosi_analyst';

/** Letters and digits, as .env.example asks: ClickHouse reads from_env as XML, the loader a URL. */
const passwords: Readonly<Record<Account, string>> = {
  default: '',
  rosi_loader: 'b1946ac92492d2347c6235b4d2611184',
  rosi_analyst: '591785b794601e212b260e25925636fd',
};

export interface ServerWithAccounts {
  /** For ROSI_CLICKHOUSE_URL. */
  readonly loaderUrl: string;
  /** The answer's text; throws with ClickHouse's words when it refuses. */
  ask(account: Account, sql: string, settings?: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

export async function startServerWithAccounts(): Promise<ServerWithAccounts> {
  const dir = await mkdtemp(join(tmpdir(), 'rosi-accounts-'));
  await writeFile(join(dir, 'users.xml'), imageUsers);
  await cp(join(repository, 'infra/clickhouse/users.d'), join(dir, 'users.d'), { recursive: true });
  const configFile = join(dir, 'server.xml');
  await writeFile(configFile, serverXml(dir));
  const port = (await probePort(0)) ?? 0;
  const setting = { library: findLibrary(), dir, configFile, port, graceMs };
  const child = fork(script, [JSON.stringify(setting)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ROSI_CLICKHOUSE_LOADER_PASSWORD: passwords.rosi_loader,
      ROSI_CLICKHOUSE_ANALYST_PASSWORD: passwords.rosi_analyst,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(`${url}/ping`, child);
  return {
    loaderUrl: `http://rosi_loader:${passwords.rosi_loader}@127.0.0.1:${port}`,
    ask: (account, sql, settings = {}) => ask(url, account, sql, settings),
    async stop() {
      await ended(child);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyMsMax;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await wait(pollMs);
  }
  await ended(child);
  throw new Error('ClickHouse with the accounts of infra/clickhouse/users.d did not start');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function ask(
  url: string,
  account: Account,
  sql: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(`${url}/?${new URLSearchParams(settings)}`, {
    method: 'POST',
    body: sql,
    headers: { 'x-clickhouse-user': account, 'x-clickhouse-key': passwords[account] },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${account}: ${text.slice(0, 1_000)}`);
  return text.trim();
}
