/**
 * The entry of the `rosi` command. Guarantees the exit codes of the contract: 0 clean, 1 fault,
 * 2 wrong use or configuration; and one clear message, never a stack trace, for a user's mistake.
 */
import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { withSecretFiles } from './secret-files.js';
import { processTerminal } from './terminal/terminal.js';

/** Sets the process's exit code; ends the process once output is written. */
export async function main(words: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  const exitCode = await run(words);
  await terminal.flushed();
  // Worker threads and sockets of a part that failed to stop must not keep the process alive.
  process.exit(exitCode);
}

async function run(words: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  try {
    let exitCode = 0;
    const program = createProgram({
      terminal,
      env: withSecretFiles(process.env),
      setExitCode: (code) => {
        exitCode = code;
      },
    });
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    return terminal.failure(thrown);
  }
}
