/**
 * Everything that the runtime's state holds, entry by entry, for whoever carries it to another
 * runtime. The runtime must have been stopped, with nothing left between processors.
 */
import type { OutcomeCounts } from '@rosi/streams';
import { ChangedState } from './changed-state.js';
import { type Environment, openStore, type Store } from './environment.js';
import { EmbeddedError } from './errors.js';
import { asBuffer } from './partition-log.js';
import { openStateEnvironment, readDocument, type StateProgress } from './state-store.js';
import { taskPrefix } from './task-state.js';

export interface MovableProcessor {
  readonly name: string;
  readonly stateVersion: number;
  /** Of all partitions, in the order of their keys within each. */
  entries(): Iterable<readonly [key: Buffer, value: Buffer]>;
}

export interface StateToMove {
  readonly uuid: string;
  readonly progress: StateProgress;
  readonly outcomes: readonly OutcomeCounts[];
  readonly processors: readonly MovableProcessor[];
  close(): Promise<void>;
}

const WORKED_IN_MAX = 20_000;

/** What a stop has left beside the tree goes into it, so that the tree is the whole state. */
function workInAll(environment: Environment, tree: Store): void {
  const changes = openStore(environment, 'changes', { create: true });
  const state = new ChangedState(tree, changes);
  while (state.size > 0) {
    environment.transactionSync(() => {
      state.workIn(WORKED_IN_MAX);
      state.persist();
    });
  }
}

export async function openStateToMove(options: { readonly dir: string }): Promise<StateToMove> {
  const { environment, state, meta } = openStateEnvironment(options.dir, { create: false });
  const identity = readDocument(meta, 'identity');
  const progress = readDocument(meta, 'progress');
  if (identity === undefined || progress === undefined || progress.queued > 0) {
    await environment.close();
    throw new EmbeddedError(
      'ROSI_STATE_MISSING',
      `The state in ${options.dir} is not at rest; run it until everything is settled`,
    );
  }
  workInAll(environment, state);
  function* entriesOf(number: number): Generator<readonly [Buffer, Buffer]> {
    const start = taskPrefix(number, 0);
    // Partitions are the two bytes after the processor's.
    const end = Buffer.from([number, 0xff, 0xff, 0xff]);
    for (const { key, value } of state.getRange({ start, end })) {
      yield [asBuffer(key as Uint8Array).subarray(start.length), asBuffer(value)];
    }
  }
  return {
    uuid: identity.uuid,
    progress,
    outcomes: readDocument(meta, 'outcomes') ?? [],
    processors: identity.processors.map(({ name, stateVersion }, number) => ({
      name,
      stateVersion,
      entries: () => entriesOf(number),
    })),
    close: () => environment.close(),
  };
}
