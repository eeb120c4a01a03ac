/**
 * strace on a running process: what its threads ask of the kernel, and killing it at one of those
 * calls. Guarantees: attached before it resolves; everything of the trace is read once it has ended.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Whether this machine has strace and lets it attach to a process. */
export function straceWorks(): boolean {
  const target = spawn('sleep', ['30'], { stdio: 'ignore' });
  try {
    const traced = spawnSync('timeout', ['-s', 'INT', '1', 'strace', '-p', String(target.pid)], {
      encoding: 'utf8',
    });
    return traced.stderr?.includes('attached') === true;
  } finally {
    target.kill('SIGKILL');
  }
}

export interface Trace {
  /** Lines so far, oldest first, as strace writes them. */
  lines(): readonly string[];
  /** Resolves once the traced process is gone, or `detach` was called. */
  readonly ended: Promise<void>;
  detach(): Promise<void>;
}

const attachMsMax = 30_000;

/** Attaches to all threads of the process, with strace's own expressions for what to follow. */
export async function attach(pid: number, expressions: readonly string[]): Promise<Trace> {
  // -y: paths of descriptors; -s: enough of what is written to know it again.
  const words = ['-f', '-y', '-s', '64', '-p', String(pid), ...expressions];
  const child = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const ended = once(child, 'close').then(() => undefined);
  await attached(child, () => text);
  return {
    lines: () => text.split('\n'),
    ended,
    async detach() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

async function attached(child: ChildProcess, text: () => string): Promise<void> {
  const deadline = Date.now() + attachMsMax;
  while (!text().includes(' attached')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`strace did not attach: ${text()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
