/**
 * Opening LMDB environments, all alike. `overlappingSync` is off: a commit writes its pages, syncs
 * them, and writes the new root with O_DSYNC before any reader can see it. So whatever a reader in
 * any thread or process sees is on disk, and a commit that has answered is durable.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePages } from '@rosi/streams';
import { type Database, open, type RootDatabase } from 'lmdb';

export type Store = Database<Buffer, Buffer>;
export type Environment = RootDatabase<Buffer, Buffer>;

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** Whether the folder holds an environment already. */
export function environmentExists(dir: string): boolean {
  return existsSync(join(dir, 'data.mdb'));
}

/**
 * Opens an environment. Threads of one process share it under the flags of whoever was first, so
 * nobody opens it read-only (a reader that came first would lock the writer out); readers only
 * promise not to write.
 */
export function openEnvironment(dir: string): Environment {
  mkdirSync(dir, { recursive: true });
  return open<Buffer, Buffer>(dir, {
    ...binary,
    // The folder's name may contain a dot, which lmdb would take for a file's extension.
    noSubdir: false,
    overlappingSync: false,
    // Writes that belong together are batched by us. On its own, lmdb would hold a promise of each turn's
    // writes that nobody can catch, so that a commit that fails (a full disk) ends the process.
    eventTurnBatching: false,
    maxDbs: 8,
    ...freePages,
    maxReaders: 250,
  });
}

/** A store that is to be read was not made yet. */
export class MissingStoreError extends Error {}

/** Opens a store of the environment; without `create` a missing one throws. */
export function openStore(
  environment: Environment,
  name: string,
  options: { readonly create: boolean },
): Store {
  // The library's types know neither the option nor that a missing store is undefined.
  const create: object = { create: options.create };
  const store: Store | undefined = environment.openDB<Buffer, Buffer>(name, {
    ...binary,
    ...create,
  });
  if (store === undefined) throw new MissingStoreError(`Store ${name} is not made yet`);
  return store;
}
