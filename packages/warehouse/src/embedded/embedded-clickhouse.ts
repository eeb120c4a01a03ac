/**
 * A real ClickHouse server for one machine: a supervised child process on loopback, without
 * authentication (so nothing but loopback is ever offered).
 *
 * Guarantees: resolves only once the server answers; restarts it with back-off when it dies
 * unexpectedly, on the same port; `stop` ends it cleanly; it never outlives this process.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import type { Logger } from '../logger.js';
import { findLibrary } from './find-library.js';
import { probePort } from './loopback-port.js';
import { memoryLimit, serverConfig } from './server-config.js';
import { type ServerExit, type ServerProcess, startServerProcess } from './server-process.js';

export interface EmbeddedClickHouse {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Of the running server; undefined between two runs. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
/**
 * A clean shutdown takes half a second, or 5 s while anybody holds a connection open. What was
 * answered is on disk, so that it may as well be killed.
 */
const GRACE_MS = 1_000;
/** A server whose parent was killed needs a moment to notice; its successor waits that long. */
const FOLDER_TIMEOUT_MS = GRACE_MS + 5_000;
const FOLDER_RETRY_MS = 200;
const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 10_000;
/** A run this long was healthy: the next restart is quick again. */
const HEALTHY_MS = 60_000;

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export async function startEmbeddedClickHouse(options: {
  readonly dir: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly logger: Logger;
}): Promise<EmbeddedClickHouse> {
  const { logger } = options;
  const dir = resolve(options.dir);
  const library = findLibrary();
  await mkdir(dir, { recursive: true });
  const configFile = join(dir, 'server.xml');
  const logFile = join(dir, 'server.log');
  const memoryBytesMax = memoryLimit(totalmem());
  await writeFile(configFile, serverConfig({ logFile, memoryBytesMax }));
  const spawn = (port: number) =>
    startServerProcess({ library, dir, configFile, port, graceMs: GRACE_MS, logger });
  const first = await startFirst(spawn, { port: options.port, dir, logFile });
  logger.info({ port: first.port, pid: first.server.pid }, 'embedded ClickHouse is up');
  return supervise(first.server, () => spawn(first.port), first.port, logger);
}

async function startFirst(
  spawn: (port: number) => ServerProcess,
  at: { readonly port: number; readonly dir: string; readonly logFile: string },
): Promise<{ server: ServerProcess; port: number }> {
  const until = Date.now() + FOLDER_TIMEOUT_MS;
  for (;;) {
    const port = await probePort(at.port);
    if (port !== undefined) {
      const server = spawn(port);
      if (await server.ready(READY_TIMEOUT_MS)) return { server, port };
      await server.stop();
      const exit = await server.exited;
      if (!holdsFolder(exit) || Date.now() > until) throw startError(exit, at);
    } else if (Date.now() > until) {
      throw new RosiError(
        'ROSI_ADDRESS_UNAVAILABLE',
        `port ${at.port} on 127.0.0.1 is taken: set ROSI_CLICKHOUSE_PORT to another one (0: any)`,
      );
    }
    await pause(FOLDER_RETRY_MS);
  }
}

const holdsFolder = (exit: ServerExit) => exit.output.includes('Cannot lock file');

function startError(exit: ServerExit, at: { dir: string; logFile: string }): RosiError {
  if (holdsFolder(exit)) {
    return new RosiError(
      'ROSI_DATA_DIR_LOCKED',
      `another process runs ClickHouse on ${at.dir}: stop it, or set ROSI_DATA_DIR to another folder`,
    );
  }
  const last = exit.output.split('\n').at(-1) ?? '';
  return new RosiError(
    'ROSI_START_FAILED',
    `the embedded ClickHouse did not start (${exit.signal ?? exit.code}): ${last}; see ${at.logFile}`,
  );
}

function supervise(
  first: ServerProcess,
  respawn: () => ServerProcess,
  port: number,
  logger: Logger,
): EmbeddedClickHouse {
  const stopping = new AbortController();
  let current = first;
  const ended = (async () => {
    let backoffMs = BACKOFF_MS_MIN;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const exit = await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > HEALTHY_MS) backoffMs = BACKOFF_MS_MIN;
      logger.error(
        { code: exit.code, signal: exit.signal, output: exit.output, backoffMs },
        'embedded ClickHouse died and is started again; see server.log in its folder',
      );
      await pauseUnless(stopping.signal, backoffMs);
      if (stopping.signal.aborted) return;
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX);
      current = respawn();
      if (await current.ready(READY_TIMEOUT_MS)) {
        logger.info({ port, pid: current.pid }, 'embedded ClickHouse is up again');
      } else if (!stopping.signal.aborted) {
        await current.stop();
      }
    }
  })();
  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => current.pid,
    async stop() {
      stopping.abort();
      await current.stop();
      await ended;
    },
  };
}

function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      done();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
