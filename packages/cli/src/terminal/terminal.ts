/** Where a command writes, and how a failure is told. Answers go to stdout, everything else to stderr. */

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A person is watching stderr: progress may be drawn. */
  readonly interactive: boolean;
  /** Of stdout, for tables. */
  readonly columns: number;
  /** Tells what was thrown; answers the exit code. */
  failure(thrown: unknown): 1 | 2;
  flushed(): Promise<void>;
}

const columnsWithoutTerminal = 160;

export function processTerminal(): Terminal {
  const err = (text: string) => void process.stderr.write(text);
  ignoreClosedPipe();
  return {
    out: (text) => void process.stdout.write(text),
    err,
    interactive: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? columnsWithoutTerminal,
    failure: (thrown) => {
      const { message, exitCode } = describeFailure(thrown);
      err(`rosi: ${message}\n`);
      return exitCode;
    },
    async flushed() {
      await Promise.all([written(process.stdout), written(process.stderr)]);
    },
  };
}

/**
 * Errors that carry a ROSI_ code were written for their reader: the message is enough. Others are
 * faults of ours, and whoever reports them needs the stack.
 */
export function describeFailure(thrown: unknown): { message: string; exitCode: 1 | 2 } {
  if (!(thrown instanceof Error)) return { message: String(thrown), exitCode: 1 };
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (!code.startsWith('ROSI_')) return { message: thrown.stack ?? thrown.message, exitCode: 1 };
  const exitCode = 'exitCode' in thrown && thrown.exitCode === 2 ? 2 : 1;
  return { message: thrown.message, exitCode };
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || !stream.writable) return Promise.resolve();
  return new Promise((resolve) => stream.write('', () => resolve()));
}

let ignoring = false;

/** `rosi query … | head` closes the pipe early: that is no fault. */
function ignoreClosedPipe(): void {
  if (ignoring) return;
  ignoring = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
