/**
 * Programs of others that tests run: Python with Confluent's client, and a schema registry (Apicurio,
 * from Maven Central, since it speaks Confluent's protocol and starts from a jar). Each is brought
 * once, into a cache beside the installed packages. What a machine lacks is a loud skip; in CI it is
 * a failure.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bringMsMax = 600_000;
const readyMsMax = 120_000;
const outputBytesMax = 256 * 1024 * 1024;

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const foreign = fileURLToPath(new URL('../foreign/', import.meta.url));
// The shell holds the pipe from us: when it closes, for whatever reason, the server goes.
const watched = 'java "$@" </dev/null & server=$!; cat >/dev/null; kill -$0 $server; wait $server';
const registryArtifact = 'io.apicurio:apicurio-registry-app:3.0.9:tar.gz:all';
const registryJar = 'apicurio-registry-app-3.0.9-runner.jar';

/** Null: the tests that need it are to be skipped. */
async function orSkip<T>(what: string, remedy: string, bring: () => Promise<T>): Promise<T | null> {
  try {
    return await bring();
  } catch (error) {
    if (process.env['CI']) throw error;
    const told = error instanceof Error ? error.message.split('\n')[0] : String(error);
    process.stderr.write(`\nSKIPPED: tests with ${what}. ${told}. Install ${remedy}.\n\n`);
    return null;
  }
}

/** Into a folder named after what was asked for, whole or not at all. */
async function broughtOnce(
  name: string,
  asked: string,
  bring: (folder: string) => Promise<void>,
): Promise<string> {
  const version = createHash('sha256').update(asked).digest('hex').slice(0, 12);
  const folder = join(cache, name, version);
  if (existsSync(folder)) return folder;
  mkdirSync(join(cache, name), { recursive: true });
  const fresh = `${folder}-${randomUUID()}`;
  await bring(fresh);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Somebody else was faster; theirs is the same.
    if (!existsSync(folder)) throw error;
    rmSync(fresh, { recursive: true });
  }
  return folder;
}

export interface ForeignReader {
  /** Every committed record of the topics, as the other program has understood it. */
  read(
    brokers: string,
    way: 'files' | 'registry',
    place: string,
    topics: readonly string[],
  ): Promise<ForeignRecord[]>;
}

export interface ForeignRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: unknown;
}

/** Python; null: it is not to be had here. */
export function foreignReader(): Promise<ForeignReader | null> {
  return orSkip("Confluent's client for Python", 'Python 3.9 or newer with venv', async () => {
    const requirements = join(foreign, 'requirements.txt');
    // Packages in a folder, not a venv: a venv can't be renamed.
    const packages = await broughtOnce(
      'rosi-python',
      readFileSync(requirements, 'utf8'),
      (folder) => pipInstall(requirements, folder),
    );
    return {
      async read(brokers, way, place, topics) {
        const { stdout } = await run(
          'python3',
          [join(foreign, 'read_topics.py'), brokers, way, place, ...topics],
          { env: { ...process.env, PYTHONPATH: packages }, maxBuffer: outputBytesMax },
        );
        const lines = stdout.split('\n').filter((line) => line !== '');
        return lines.map((line) => JSON.parse(line) as ForeignRecord);
      },
    };
  });
}

async function pipInstall(requirements: string, folder: string): Promise<void> {
  const wanted = ['-r', requirements, '--target', folder];
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted];
  await run('python3', args, { timeout: bringMsMax });
}

export interface SchemaRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/** ROSI_SCHEMA_REGISTRY_URL if set, else one of the test's own; null: it is not to be had here. */
export function startSchemaRegistry(): Promise<SchemaRegistry | null> {
  const given = process.env['ROSI_SCHEMA_REGISTRY_URL'];
  if (given !== undefined && given !== '') {
    return Promise.resolve({ url: given, close: async () => {} });
  }
  return orSkip('a schema registry', 'Java 17 and Maven', async () => {
    const folder = await broughtOnce('rosi-registry', registryArtifact, async (fresh) => {
      mkdirSync(fresh);
      const unpack = [`-Dartifact=${registryArtifact}`, `-DoutputDirectory=${fresh}`];
      await run('mvn', ['-q', '-B', 'dependency:copy', ...unpack], { timeout: bringMsMax });
      await run('tar', ['xzf', join(fresh, 'apicurio-registry-app-3.0.9-all.tar.gz'), '-C', fresh]);
    });
    return launchRegistry(folder);
  });
}

async function launchRegistry(folder: string): Promise<SchemaRegistry> {
  const port = await freePort();
  const address = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`];
  const memory = ['-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const server = [...memory, ...address, '-jar', registryJar];
  const child = spawn('sh', ['-c', watched, 'KILL', ...server], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const close = async () => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  try {
    await untilAnswers(`${url}/subjects`, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + readyMsMax;
  for (;;) {
    const answered = await fetch(url)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (answered) return;
    if (child.exitCode !== null || Date.now() > until) {
      throw new Error(`the schema registry does not answer at ${url}`);
    }
    await wait(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  server.close();
  await once(server, 'close');
  return address.port;
}
