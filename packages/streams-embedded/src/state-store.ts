/**
 * What the `state/` environment holds and how its parts are named: the tasks' state, what was left
 * of internal queues, the ledger topics, and three small documents that tell whose state it is, how
 * far it has come, and what became of records. All of it changes in the same transactions.
 */
import type { OutcomeCounts } from '@rosi/streams';
import { type Environment, openEnvironment, openStore, type Store } from './environment.js';
import { openPartitionLog, type PartitionLog } from './partition-log.js';

export interface StateEnvironment {
  readonly environment: Environment;
  readonly state: Store;
  readonly queues: Store;
  readonly ledger: PartitionLog;
  readonly meta: Store;
}

/** Whose state this is. */
export interface StateIdentity {
  /** The uuid that readers of the ledger remember. */
  readonly uuid: string;
  readonly inputUuid: string;
  readonly partitions: number;
  /** The index of a processor is its number in keys; one that is gone keeps its place. */
  readonly processors: readonly { readonly name: string; readonly stateVersion: number }[];
}

/** How far the state has come. */
export interface StateProgress {
  readonly positions: readonly InputPosition[];
  /** What is queued comes of a barrier, and is handled to its end before anything else is read. */
  readonly isAlone: boolean;
  /** Records between processors that wait for the next cycle. */
  readonly queued: number;
  /** The smallest timestamp among them. */
  readonly oldestQueued: number | null;
}

export interface InputPosition {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be read. */
  readonly position: number;
}

export function openStateEnvironment(
  dir: string,
  options: { readonly create: boolean },
): StateEnvironment {
  const environment = openEnvironment(dir);
  try {
    return {
      environment,
      state: openStore(environment, 'state', options),
      queues: openStore(environment, 'queues', options),
      ledger: openPartitionLog(environment, options),
      meta: openStore(environment, 'meta', options),
    };
  } catch (error) {
    void environment.close();
    throw error;
  }
}

/** The documents by name; each is JSON, so that a later build can add fields. */
export interface StateDocuments {
  identity: StateIdentity;
  progress: StateProgress;
  outcomes: readonly OutcomeCounts[];
}

export function readDocument<N extends keyof StateDocuments>(
  meta: Store,
  name: N,
): StateDocuments[N] | undefined {
  const bytes = meta.getBinary(Buffer.from(name));
  // Only `writeDocument` writes these keys, with the same types.
  return bytes === undefined
    ? undefined
    : (JSON.parse(Buffer.from(bytes).toString()) as StateDocuments[N]);
}

/** Only within a transaction. */
export function writeDocument<N extends keyof StateDocuments>(
  meta: Store,
  name: N,
  document: StateDocuments[N],
): void {
  void meta.put(Buffer.from(name), Buffer.from(JSON.stringify(document)));
}
