/**
 * One run of the embedded server's child process: spawned, observed until it answers, stopped.
 * The supervisor above decides what an end means.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../logger.js';

export interface ServerProcessOptions {
  readonly library: string;
  readonly dir: string;
  readonly configFile: string;
  readonly port: number;
  readonly graceMs: number;
  readonly logger: Logger;
}

/** How the process ended; `output` is the end of what it wrote to stderr. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface ServerProcess {
  readonly pid: number | undefined;
  readonly exited: Promise<ServerExit>;
  /** True once the server answers, false when the process ended before or time ran out. */
  ready(timeoutMs: number): Promise<boolean>;
  /** SIGTERM, a clean shutdown within the grace period, else SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
}

const OUTPUT_CHARACTERS_MAX = 4_000;
const POLL_MS = 25;
const SCRIPT = fileURLToPath(new URL('../../bin/clickhouse-server.mjs', import.meta.url));

export function startServerProcess(options: ServerProcessOptions): ServerProcess {
  const { library, dir, configFile, port, graceMs } = options;
  const child = fork(SCRIPT, [JSON.stringify({ library, dir, configFile, port, graceMs })], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    // Its own process group: Ctrl-C in a terminal must reach the parent alone, which drains first.
    detached: true,
  });
  const exited = watchExit(child);
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  return {
    pid: child.pid,
    exited,
    async ready(timeoutMs) {
      const until = Date.now() + timeoutMs;
      while (!gone && Date.now() < until) {
        if (await answersPing(port)) return !gone;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      return false;
    },
    async stop() {
      if (gone) return;
      child.kill('SIGTERM');
      // The child kills itself after the grace period; this is for one that can't even do that.
      const last = setTimeout(() => child.kill('SIGKILL'), graceMs + 1_000);
      await exited;
      clearTimeout(last);
    },
  };
}

function watchExit(child: ChildProcess): Promise<ServerExit> {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, output: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, output: output.trim() }));
  });
}

async function answersPing(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/ping`, {
      signal: AbortSignal.timeout(2_000),
      // A connection kept alive would make the server wait for it when it stops.
      headers: { connection: 'close' },
    });
    return response.ok && (await response.text()).trim() === 'Ok.';
  } catch {
    return false;
  }
}
