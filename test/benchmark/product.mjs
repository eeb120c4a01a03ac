/**
 * The product as its user runs it, for the benchmarks: `rosi start` as a child process on free
 * ports and a folder of its own. test/harness does the same for tests, but is TypeScript, and these
 * files run on plain Node. Nothing is left behind after `stop`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { watchProcesses } from './processes.mjs';

const command = fileURLToPath(new URL('../../packages/cli/bin/rosi.js', import.meta.url));
const unbundled = fileURLToPath(new URL('./unbundled.mjs', import.meta.url));
const threadNames = fileURLToPath(new URL('./thread-names.cjs', import.meta.url));
const readyMsMax = 60_000;
const stopMsMax = 60_000;
/** Asking costs the collector time: it looks for the oldest record that waits. */
const pollMs = 500;
export const secretKey = 'sk_benchmark_secret_0123456789';

/**
 * @param {{ dir: string, profileDir?: string | null, env?: Record<string, string> }} options `dir`: an
 *   empty folder; `env`: settings beside those of all benchmarks
 */
export async function startProduct({ dir, profileDir = null, env = {} }) {
  const dataDir = join(dir, 'data');
  const threadsFile = join(dir, 'threads');
  await mkdir(dataDir, { recursive: true });
  const run =
    profileDir === null ? [command] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, unbundled];
  const child = spawn(process.execPath, ['--require', threadNames, ...run, 'start'], {
    cwd: dir,
    env: {
      ...withoutSettings(process.env),
      ROSI_DATA_DIR: dataDir,
      ROSI_HTTP_PORT: '0',
      ROSI_CLICKHOUSE_PORT: '0',
      ROSI_SECRET_KEY: secretKey,
      ROSI_OWN_DOMAINS: 'shop.example',
      ROSI_BENCHMARK_THREADS: threadsFile,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-8_000);
    });
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    await ended;
    clearTimeout(late);
  };
  try {
    const { httpUrl, clickhouseUrl } = await addresses(child, dataDir, () => output);
    return {
      httpUrl,
      /** Reads CPU times and memory of its processes from now on. */
      watch: () => watchProcesses(child.pid, threadsFile),
      status: () => statusOf(httpUrl, () => output),
      sql: (query) => select(clickhouseUrl, query),
      clickhouseUrl,
      dataDir,
      /** The last that it wrote. */
      output: () => output,
      stop,
      remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function withoutSettings(environment) {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('ROSI_'));
  return Object.fromEntries(kept);
}

async function addresses(child, dataDir, output) {
  const deadline = Date.now() + readyMsMax;
  const file = join(dataDir, 'run.json');
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the product did not start\n${output()}`);
    if (existsSync(file)) {
      const found = parsed(readFileSync(file, 'utf8'));
      if (found !== null && (await isReady(found.httpUrl))) return found;
    }
    await wait(50);
  }
  throw new Error(`the product was not ready after ${readyMsMax} ms\n${output()}`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Being written.
  }
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

async function statusOf(httpUrl, output) {
  const headers = { authorization: `Bearer ${secretKey}` };
  const response = await fetch(`${httpUrl}/v1/status`, { headers });
  if (!response.ok) throw new Error(`status ${response.status}\n${output()}`);
  return response.json();
}

/** Resolves with the time at which everything accepted so far can be read. */
export async function untilSettled(product) {
  for (;;) {
    const { settled } = await product.status();
    if (settled === true) return Date.now();
    await wait(pollMs);
  }
}

/** Rows of a query in the database `rosi`; 64-bit integers as numbers, all here are below 2^53. */
export async function select(clickhouseUrl, query) {
  const settings = new URLSearchParams({
    database: 'rosi',
    default_format: 'JSONEachRow',
    output_format_json_quote_64bit_integers: '0',
    wait_end_of_query: '1',
  });
  const response = await fetch(`${clickhouseUrl}/?${settings}`, { method: 'POST', body: query });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse answered: ${text.slice(0, 1_000)}\n${query}`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
