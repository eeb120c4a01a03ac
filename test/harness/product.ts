/**
 * The whole product as its user runs it: `rosi start` as a child process on free ports and a
 * folder of its own, spoken to over HTTP only. Guarantees: nothing of it is left after `stop` or
 * `kill` (the child leads a process group, and exactly that group is signalled); a failure's
 * message carries what the child had written.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { acceptedOf, type EventsAccepted, type EventsAnswer, type Row, rowsOf } from './answers.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const command = join(repository, 'packages/cli/bin/rosi.js');

export const secretKey = 'sk_contract_examples_secret_0123456789';
export const writeKey = 'wk_contract_examples_write_0123456789';
export const hashKey = 'hk_contract_examples_hashing_0123456789';

const readyMsMax = 90_000;
const settleMsMax = 90_000;
const stopMsMax = 60_000;
const refusedMsMax = 60_000;
const refusedPauseMs = 500;
const goneMsMax = 3_000;
const pollMs = 50;
/** Of the child's output, in the message of a failure. */
const outputShownMax = 8_000;

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

export interface ProductOptions {
  /** What the process runs; absent: all parts. */
  readonly parts?: readonly string[];
  /** Environment on top of free ports, given keys and the folder; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The data folder; absent: a new one, removed again by `remove`. */
  readonly dataDir?: string;
}

export interface PostOptions {
  readonly key?: 'secret' | 'write';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Product {
  readonly pid: number;
  readonly dataDir: string;
  readonly httpUrl: string;
  readonly clickhouseUrl: string;
  output(): string;
  /** Resolves when the product's own process has ended, however it did. */
  readonly ended: Promise<Ended>;
  /** Sends events as a JSON array; throws unless the answer is a 202. */
  post(events: readonly unknown[], options?: PostOptions): Promise<EventsAccepted>;
  /** Any request to the product, once. */
  request(path: string, init?: RequestInit): Promise<EventsAnswer>;
  status(): Promise<Readonly<Record<string, unknown>>>;
  /** Waits until the product says that everything accepted can be queried. */
  settle(): Promise<void>;
  /** Runs a query in the database `rosi`. */
  sql(query: string): Promise<Row[]>;
  /** SIGTERM (or SIGINT) to the product's own process; how it ended. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<Ended>;
  /** SIGKILL to the product and every process of its group; resolves once they are gone. */
  kill(): Promise<void>;
}

export function makeDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rosi-contract-'));
}
export async function removeDataDir(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

function environment(options: ProductOptions, dataDir: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ROSI_'));
  const merged: Record<string, string | undefined> = {
    ...Object.fromEntries(inherited),
    ROSI_DATA_DIR: dataDir,
    ROSI_HTTP_PORT: '0',
    ROSI_CLICKHOUSE_PORT: '0',
    ROSI_SECRET_KEY: secretKey,
    ROSI_WRITE_KEY: writeKey,
    ROSI_HASH_KEY: hashKey,
    ...options.env,
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  output(): string;
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<Ended>;
}

function launch(options: ProductOptions, dataDir: string): Child {
  const child = spawn(process.execPath, [command, 'start', ...(options.parts ?? [])], {
    cwd: dataDir,
    env: environment(options, dataDir),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that `kill` reaches what the product started and nothing else.
    detached: true,
  });
  if (child.pid === undefined) throw new Error(`could not start ${command}`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => {
      // A grandchild may hold the pipes open; the product's own end is what counts.
      setTimeout(() => resolve({ code, signal, output }), pollMs);
    });
  });
  return { process: child, pid: child.pid, output: () => output, ended };
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false; // The group is gone, which is what the callers want.
  }
}

/** Ends whatever of the group is left and waits until nothing is. */
async function endGroup(pid: number): Promise<void> {
  const deadline = Date.now() + goneMsMax;
  // The bound is for machines whose first process never collects the dead: those can't hurt.
  while (signalGroup(pid, 'SIGKILL') && Date.now() < deadline) await wait(pollMs);
}

/** Runs the product to its end: for starts that must be refused. Killed after the time given. */
export async function runToEnd(
  options: ProductOptions & { dataDir: string },
  msMax = readyMsMax,
): Promise<Ended> {
  const child = launch(options, options.dataDir);
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), msMax);
  const ended = await child.ended;
  clearTimeout(timer);
  await endGroup(child.pid);
  return ended;
}

interface Addresses {
  readonly pid: number;
  readonly httpUrl: string;
  readonly clickhouseUrl: string;
}

/** The running instance's addresses; null until this very process has written them. */
function addresses(dataDir: string, pid: number): Addresses | null {
  const path = join(dataDir, 'run.json');
  if (!existsSync(path)) return null;
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Addresses;
    return found.pid === pid ? found : null; // A killed instance leaves its own behind.
  } catch {
    return null; // Being written.
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** The product's own process ended before it was ready. */
export class EndedEarly extends Error {
  constructor(readonly ended: Ended) {
    super(`the product ended before it was ready\n${ended.output}`);
  }
}

async function waitReady(child: Child, dataDir: string): Promise<Addresses> {
  let over: Ended | null = null;
  child.ended.then((ended) => {
    over = ended;
  });
  const deadline = Date.now() + readyMsMax;
  while (Date.now() < deadline) {
    if (over !== null) throw new EndedEarly(over);
    const found = addresses(dataDir, child.pid);
    if (found !== null && (await isReady(found.httpUrl))) return found;
    await wait(pollMs);
  }
  throw new Error(`the product was not ready after ${readyMsMax} ms\n${child.output()}`);
}

/** Starts the product and waits until it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDir = options.dataDir ?? (await makeDataDir());
  const child = launch(options, dataDir);
  try {
    const found = await waitReady(child, dataDir);
    return productOf(child, dataDir, found);
  } catch (error) {
    await endGroup(child.pid);
    throw error;
  }
}

function productOf(child: Child, dataDir: string, found: Addresses): Product {
  const { httpUrl, clickhouseUrl } = found;
  const request = async (path: string, init: RequestInit = {}): Promise<EventsAnswer> => {
    const response = await fetch(`${httpUrl}${path}`, init).catch((cause: unknown) => {
      const told = child.output().slice(-outputShownMax);
      throw new Error(`no answer from the product to ${path}\n${told}`, { cause });
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  // What is refused for now is asked again, as clients do: a slow Kafka may answer late.
  const taken = async (path: string, init: RequestInit): Promise<EventsAnswer> => {
    const deadline = Date.now() + refusedMsMax;
    for (;;) {
      const answer = await request(path, init);
      if (answer.status !== 503 || Date.now() > deadline) return answer;
      await wait(refusedPauseMs);
    }
  };
  const status = async (): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { authorization: `Bearer ${secretKey}` };
    const answer = await taken('/v1/status', { headers });
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as Record<string, unknown>;
  };
  return {
    pid: child.pid,
    dataDir,
    httpUrl,
    clickhouseUrl,
    output: child.output,
    ended: child.ended,
    request,
    status,
    post: async (events, { key = 'secret', headers = {} } = {}) => {
      const answer = await taken('/v1/events', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key === 'secret' ? secretKey : writeKey}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(events),
      });
      return acceptedOf(answer);
    },
    settle: () => settled(status, child),
    // Read anew: a ClickHouse that was started again may listen elsewhere.
    sql: (query) => select(addresses(dataDir, child.pid)?.clickhouseUrl ?? clickhouseUrl, query),
    stop: (signal = 'SIGTERM') => stopped(child, signal),
    kill: async () => {
      await endGroup(child.pid);
      await child.ended;
    },
  };
}

async function settled(status: Product['status'], child: Child): Promise<void> {
  const deadline = Date.now() + settleMsMax;
  let last: unknown = null;
  while (Date.now() < deadline) {
    const found = await status();
    if (found['settled'] === true) return;
    last = found;
    await wait(pollMs);
  }
  const told = JSON.stringify(last);
  throw new Error(
    `not settled after ${settleMsMax} ms: ${told}\n${child.output().slice(-outputShownMax)}`,
  );
}

async function select(clickhouseUrl: string, query: string): Promise<Row[]> {
  const settings = new URLSearchParams({
    database: 'rosi',
    default_format: 'JSONCompactEachRowWithNamesAndTypes',
    output_format_json_quote_64bit_integers: '1',
    // An error after the first rows must be an error, not half an answer.
    wait_end_of_query: '1',
  });
  const response = await fetch(`${clickhouseUrl}/?${settings}`, { method: 'POST', body: query });
  const text = await response.text();
  if (!response.ok) throw new Error(`ClickHouse answered: ${text.slice(0, 1_000)}\n${query}`);
  return rowsOf(text);
}

async function stopped(child: Child, signal: 'SIGTERM' | 'SIGINT'): Promise<Ended> {
  child.process.kill(signal);
  const late = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopMsMax);
  const ended = await child.ended;
  clearTimeout(late);
  await endGroup(child.pid);
  return ended;
}
