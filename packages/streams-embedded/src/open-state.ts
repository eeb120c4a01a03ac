/**
 * The reading side of the runtime's state, for the loader and for status, from any thread or
 * process. Everything it tells is durable: readers can't see a commit before it is on disk.
 */
import type { OutcomeCounts, TopicReader } from '@rosi/streams';
import { environmentExists, MissingStoreError } from './environment.js';
import { EmbeddedError } from './errors.js';
import { readingSide } from './reading-side.js';
import {
  openStateEnvironment,
  readDocument,
  type StateEnvironment,
  type StateIdentity,
  type StateProgress,
} from './state-store.js';

export interface StateReader extends TopicReader {
  progress(): StateProgress;
  outcomes(): readonly OutcomeCounts[];
  close(): Promise<void>;
}

const noProgress: StateProgress = {
  positions: [],
  isAlone: false,
  queued: 0,
  oldestQueued: null,
};

export async function openState(options: { readonly dir: string }): Promise<StateReader> {
  const { stores, identity } = await openExisting(options.dir);
  const { meta, environment, ledger } = stores;
  return {
    uuid: identity.uuid,
    partitions: () => identity.partitions,
    ...readingSide(ledger),
    progress() {
      meta.resetReadTxn();
      return readDocument(meta, 'progress') ?? noProgress;
    },
    outcomes() {
      meta.resetReadTxn();
      return readDocument(meta, 'outcomes') ?? [];
    },
    close: () => environment.close(),
  };
}

async function openExisting(
  dir: string,
): Promise<{ stores: StateEnvironment; identity: StateIdentity }> {
  if (!environmentExists(dir)) throw missing(dir);
  let stores: StateEnvironment;
  try {
    stores = openStateEnvironment(dir, { create: false });
  } catch (error) {
    // The runtime makes the stores one after the other; we came in between.
    if (error instanceof MissingStoreError) throw missing(dir);
    throw error;
  }
  const identity = readDocument(stores.meta, 'identity');
  if (identity !== undefined) return { stores, identity };
  await stores.environment.close();
  throw missing(dir);
}

function missing(dir: string): EmbeddedError {
  return new EmbeddedError(
    'ROSI_STATE_MISSING',
    `There is no state in ${dir} yet; start the stitcher first, it makes the state`,
  );
}
