/**
 * One broker as a process: its folder, its properties, its life. It ends with the process that
 * started it, also when that one is killed, and by its own pid alone.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectKafka, type KafkaOptions } from '../connection.js';
import { brokerFolder, brokerJars } from './broker-jars.js';

const run = promisify(execFile);
const READY_MS_MAX = 120_000;
const LOG_CHARACTERS_KEPT = 8000;
// The shell holds the pipe from us: when it closes, for whatever reason, the broker goes, and with it
// a folder that nobody keeps. What the shell says of the end would have nobody left to read it.
const WATCHED =
  'java "$@" </dev/null & broker=$!; cat >/dev/null; exec 2>/dev/null; ' +
  'kill -$0 $broker; wait $broker; test -z "$PASSING_FOLDER" || rm -rf "$PASSING_FOLDER"';

export interface BrokerOptions {
  readonly dir: string;
  /** Of the cluster: 22 characters of base64. Only the first start in a folder uses it. */
  readonly clusterId: string;
  /** What replaces the names in braces of `infra/kafka/server.properties`. */
  readonly ports: { readonly port: number; readonly controllerPort: number };
  /** Properties that differ from the file's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How it is ended: TERM closes a folder that is kept in order. */
  readonly signal: 'KILL' | 'TERM';
  /** The folder goes with it. */
  readonly isPassing?: boolean;
}

export interface BrokerProcess {
  /** Why it has ended, or what it has said last; undefined: it runs. */
  hasEnded(): string | undefined;
  said(): string;
  stop(): Promise<void>;
}

/** Formats the folder if it is new, and starts the broker; it is not ready yet. */
export async function startBroker(options: BrokerOptions): Promise<BrokerProcess> {
  const { dir, clusterId, signal, isPassing = false } = options;
  const classPath = ['-cp', join(await brokerJars(), '*')];
  const properties = writeProperties(options);
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    // In one argument: an id may begin with a hyphen.
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`];
    await run('java', [...classPath, ...format, '-c', properties]);
  }
  const server = ['-Xmx512m', '-XX:+UseSerialGC', ...classPath, 'kafka.Kafka', properties];
  const child = spawn('sh', ['-c', WATCHED, signal, ...server], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PASSING_FOLDER: isPassing ? dir : '' },
  });
  const said = tailOf(child);
  return {
    said,
    hasEnded: () => (child.exitCode === null ? undefined : `exit code ${child.exitCode}`),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function writeProperties({ dir, ports, settings = {} }: BrokerOptions): string {
  const values = { ...ports, dataDir: join(dir, 'data') };
  mkdirSync(dir, { recursive: true });
  let text = readFileSync(join(brokerFolder(), 'server.properties'), 'utf8');
  for (const [name, value] of Object.entries(values)) {
    text = text.replaceAll(`{${name}}`, `${value}`);
  }
  // Of a property that is there twice the last counts.
  for (const [name, value] of Object.entries(settings)) text += `${name}=${value}\n`;
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
export async function untilReady(
  address: string,
  broker: BrokerProcess,
  login: Pick<KafkaOptions, 'sasl'> = {},
): Promise<void> {
  const end = Date.now() + READY_MS_MAX;
  for (;;) {
    const ended = broker.hasEnded();
    if (ended !== undefined) throw new Error(`Kafka did not start: ${ended}\n${broker.said()}`);
    try {
      const connection = await connectKafka({
        ...{ brokers: [address], clientId: 'rosi-ready' },
        ...login,
      });
      try {
        await connection.groupCoordinator('rosi-ready');
        await connection.transactionCoordinator('rosi-ready');
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > end) {
        throw new Error(`Kafka is not ready:\n${broker.said()}`, { cause: error });
      }
    }
    await delay(100);
  }
}
