/**
 * A real Kafka broker on loopback without Docker, for tests and for a person. It ends with the
 * process that started it, also when that one is killed, and by its own pid alone.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectKafka } from '../connection.js';
import { brokerFolder, brokerJars } from './broker-jars.js';

const run = promisify(execFile);
const READY_MS_MAX = 120_000;
const LOG_CHARACTERS_KEPT = 8000;
// The shell holds the pipe from us: when it closes, for whatever reason, the broker goes.
// A folder that is kept is closed in order.
const WATCHED = 'java "$@" </dev/null & broker=$!; cat >/dev/null; kill -$0 $broker; wait $broker';

export interface LocalBroker {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface LocalBrokerOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Kept when the broker is closed; default: a new folder that is removed. */
  readonly dir?: string;
}

/** Resolves once the broker answers for topics, groups and transactions. */
export async function startLocalBroker(options: LocalBrokerOptions = {}): Promise<LocalBroker> {
  const jars = await brokerJars();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'rosi-kafka-'));
  const port = options.port || (await freePort());
  const classPath = ['-cp', join(jars, '*')];
  const properties = writeProperties(dir, port, await freePort());
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    const id = randomBytes(16).toString('base64url');
    // In one argument: an id may begin with a hyphen.
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', properties];
    await run('java', [...classPath, ...format]);
  }
  const server = ['-Xmx512m', '-XX:+UseSerialGC', ...classPath, 'kafka.Kafka', properties];
  const child = spawn(
    'sh',
    ['-c', WATCHED, options.dir === undefined ? 'KILL' : 'TERM', ...server],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const address = `127.0.0.1:${port}`;
  const close = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await untilReady(address, child, tailOf(child));
  } catch (error) {
    await close();
    throw error;
  }
  return { address, close };
}

function writeProperties(dir: string, port: number, controllerPort: number): string {
  const values = { port, controllerPort, dataDir: join(dir, 'data') };
  mkdirSync(dir, { recursive: true });
  let text = readFileSync(join(brokerFolder(), 'server.properties'), 'utf8');
  for (const [name, value] of Object.entries(values))
    text = text.replaceAll(`{${name}}`, `${value}`);
  const file = join(dir, 'server.properties');
  writeFileSync(file, text);
  return file;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  server.close();
  await once(server, 'close');
  return address.port;
}

/** The newest of what the broker says, for when it does not come up. */
function tailOf(child: ChildProcess): () => string {
  let tail = '';
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-LOG_CHARACTERS_KEPT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => tail;
}

/** An open port is not enough: the coordinators load for a while after it. */
async function untilReady(address: string, child: ChildProcess, tail: () => string): Promise<void> {
  const end = Date.now() + READY_MS_MAX;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Kafka did not start:\n${tail()}`);
    try {
      const connection = await connectKafka({ brokers: [address], clientId: 'rosi-ready' });
      try {
        await connection.groupCoordinator('rosi-ready');
        await connection.transactionCoordinator('rosi-ready');
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > end) throw new Error(`Kafka is not ready:\n${tail()}`, { cause: error });
    }
    await delay(100);
  }
}
