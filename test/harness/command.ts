/**
 * A command of `rosi` to its end, with the environment of a running product: as its user runs it, a
 * child process, or here, for those who run it many times and ask for what it says alone.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createProgram } from '@rosi/cli';
import { writtenTerminal } from '@rosi/cli/testing';
import { hashKey, secretKey } from './product.js';

const command = fileURLToPath(new URL('../../packages/cli/bin/rosi.js', import.meta.url));
const commandMsMax = 120_000;

export interface CommandAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `dataDir` is the product's. */
export async function runCommand(
  dataDir: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandAnswer> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ROSI_'));
  const child = spawn(process.execPath, [command, ...words], {
    env: { ...Object.fromEntries(inherited), ...productEnv(dataDir), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: commandMsMax,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** The same in this process; throws where the child would tell a failure. */
export async function runCommandHere(
  dataDir: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandAnswer> {
  const written = { out: '', err: '' };
  let code = 0;
  const program = createProgram({
    env: { ...productEnv(dataDir), ...env },
    setExitCode: (set) => {
      code = set;
    },
    terminal: writtenTerminal(written),
  });
  await program.parseAsync([...words], { from: 'user' });
  return { code, stdout: written.out, stderr: written.err };
}

const productEnv = (dataDir: string) => ({
  ROSI_DATA_DIR: dataDir,
  ROSI_SECRET_KEY: secretKey,
  ROSI_HASH_KEY: hashKey,
});
