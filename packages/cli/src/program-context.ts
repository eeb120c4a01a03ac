/** What all commands share: where they write, what they read, the flags that find the product. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Environment } from './reading/instance.js';
import type { Terminal } from './terminal/terminal.js';

export interface ProgramContext {
  readonly terminal: Terminal;
  readonly env: Environment;
  setExitCode(code: number): void;
}

export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** The flags by which a command finds the running product. */
export function withInstance(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'data folder of the running product (ROSI_DATA_DIR)')
    .option('--url <url>', 'address of the running product, when it is on another machine');
}

const secondsMax = 86_400;

/** The value of a flag that takes seconds. */
export function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && value <= secondsMax) return value;
  throw new InvalidArgumentError(`It takes seconds, at most ${secondsMax}.`);
}
