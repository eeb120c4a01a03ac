/** What belongs to one instance of the cluster, and what the brokers know of a task. */
import { createMemoryState, type MemoryState } from '../memory-state.js';
import type { StateStore } from '../topology.js';
import type { CommittedBatch } from './model.js';
import { type Positions, startOf, type Task } from './tasks.js';

/** One transaction's part of a task's changelog; null: the key is deleted. */
export interface Change {
  readonly writes: ReadonlyMap<string, readonly [key: Buffer, value: Buffer | null]>;
  readonly positions: Positions;
}

/** The brokers' side of a task: its changelog, and who may commit. */
export class TaskLog {
  readonly task: Task;
  readonly changes: Change[] = [];
  /** Grows with every producer that is opened for the task; an older one can't commit. */
  epoch = 0;
  /** The instance that the task is assigned to. */
  owner = 0;

  constructor(task: Task) {
    this.task = task;
  }

  /** The input position of truth. */
  get positions(): Positions {
    return this.changes.at(-1)?.positions ?? startOf(this.task);
  }
}

/** State on an instance's disk, as of so many changes of the task's changelog. */
export interface LocalState {
  readonly state: MemoryState;
  readonly changes: number;
}

/**
 * Where an owner stands with its task; each is a place to crash at.
 * assigned: it has not opened its producer yet, so that the owner before it can still commit.
 * restoring: it catches up with the changelog.
 * ready: restored, nothing done yet.
 * processed: a batch is done, and nothing of it can be seen.
 * committed: its outputs, changes and positions can be seen; the local state is a batch behind.
 * written: the local state has been written as well.
 */
export type Phase = 'assigned' | 'restoring' | 'ready' | 'processed' | 'committed' | 'written';

/** An instance that owns a task, or believes so. */
export class Owner {
  readonly instance: Instance;
  readonly log: TaskLog;
  phase: Phase = 'assigned';
  epoch = 0;
  local: LocalState = emptyState();
  positions: Positions;
  /** The task has been given to another one, and this one doesn't know. */
  isZombie = false;
  open: {
    readonly batch: CommittedBatch;
    readonly change: Change;
    readonly state: MemoryState;
  } | null = null;

  constructor(instance: Instance, log: TaskLog) {
    this.instance = instance;
    this.log = log;
    this.positions = startOf(log.task);
  }
}

export class Instance {
  readonly id: number;
  isUp = true;
  readonly owners = new Map<TaskLog, Owner>();
  readonly disk = new Map<TaskLog, LocalState>();

  constructor(id: number) {
    this.id = id;
  }
}

export function emptyState(): LocalState {
  return { state: createMemoryState(), changes: 0 };
}

/** Brings a copy of a local state up to so many changes of the changelog. */
export function catchUp(local: LocalState, log: TaskLog, until: number): LocalState {
  const state = local.state.snapshot();
  for (const { writes } of log.changes.slice(local.changes, until)) {
    for (const [key, value] of writes.values()) {
      if (value === null) state.delete(key);
      else state.put(key, value);
    }
  }
  return { state, changes: until };
}

/** The state, with everything that is written to it noted in `writes`. */
export function recording(
  state: StateStore,
  writes: Map<string, readonly [Buffer, Buffer | null]>,
): StateStore {
  const note = (key: Uint8Array, value: Buffer | null) => {
    const own = Buffer.from(key);
    writes.set(own.toString('latin1'), [own, value]);
  };
  return {
    get: (key) => state.get(key),
    range: (options) => state.range(options),
    put(key, value) {
      state.put(key, value);
      note(key, Buffer.from(value));
    },
    delete(key) {
      state.delete(key);
      note(key, null);
    },
  };
}
