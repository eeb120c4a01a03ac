/** A secret that a command is given: by a variable, else by the standard input; never by a flag. */
import { text } from 'node:stream/consumers';
import type { Environment } from '../reading/instance.js';

/** Null: none was given. A terminal is not waited for: what is typed there is seen. */
export async function pipedSecret(env: Environment, variable: string): Promise<string | null> {
  const stated = env[variable]?.trim();
  if (stated !== undefined && stated !== '') return stated;
  if (process.stdin.isTTY) return null;
  const piped = (await text(process.stdin)).trim();
  return piped === '' ? null : piped;
}
