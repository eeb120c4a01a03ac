/** Copies of LMDB environments while their writer goes on. */
import { mkdirSync } from 'node:fs';
import { environmentExists, MissingStoreError, openEnvironment } from './environment.js';

/**
 * Copies the environment of one folder into another, new one: a snapshot of one moment, whole. May
 * run beside the writer, in any process; pages that the snapshot still needs are not used again
 * meanwhile, so a long copy makes the original grow.
 */
export async function copyEnvironment(from: string, to: string): Promise<void> {
  if (!environmentExists(from)) throw new MissingStoreError(`There is no environment in ${from}`);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const environment = openEnvironment(from);
  try {
    await environment.backup(to, false);
  } finally {
    await environment.close();
  }
}
