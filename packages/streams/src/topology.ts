/**
 * What a topology is made of. A processor is a pure function of (batch of records, state) to
 * (state writes, output records), with a step at the end of each batch; it can't tell which
 * runtime runs it. Time comes in by the context, and nothing else from outside does.
 */
import type { Topic } from '@rosi/events';

/** Sorted key-value state of one task; a task sees its own writes at once. */
export interface StateStore {
  get(key: Uint8Array): Buffer | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
  /**
   * Entries whose key begins with `prefix`, ascending by bytes (`reverse`: descending), from `from`
   * on (inclusive; with `reverse`: from there downwards, inclusive). The range is taken when it is
   * asked for: writes made while iterating do not change it.
   */
  range(options: {
    readonly prefix: Uint8Array;
    readonly from?: Uint8Array;
    readonly reverse?: boolean;
    readonly limit?: number;
  }): Iterable<readonly [key: Buffer, value: Buffer]>;
}

/** What became of a record; reasons are a closed list per processor. */
export type Outcome = 'ok' | 'drop' | 'deadLetter' | 'redirect';

export interface ProcessorContext {
  readonly state: StateStore;
  readonly partition: number;
  /** Milliseconds since 1970; the only clock a processor has, fixed for a batch. */
  now(): number;
  /**
   * Sends a record. `timestamp` is the received_at (ms) of the event that caused it, the oldest
   * when several did. Records to one partition keep their order. Values must not be changed
   * afterwards, by sender or receiver: a runtime may hand over the very object.
   */
  emit<T>(topic: Topic<T>, value: T, timestamp: number): void;
  /** Every record handled is counted exactly once. */
  count(outcome: Outcome, reason: string): void;
}

export interface Processor {
  /** One record of one of the declared inputs. */
  process(topic: string, value: unknown, timestamp: number): void;
  /** After the last record of a batch; outputs that depend on the whole batch belong here. */
  endBatch(): void;
}

export interface ProcessorDeclaration {
  /** Also names its state. */
  readonly name: string;
  /** Co-partitioned: equal keys of all inputs are in equal partitions, handled by one task. */
  readonly inputs: readonly Topic<never>[] | readonly Topic<unknown>[];
  readonly outputs: readonly Topic<never>[] | readonly Topic<unknown>[];
  /** Format of its state; a runtime upgrades older state, or refuses it by name. */
  readonly stateVersion: number;
  /** By version: brings one task's state from that version to the next one. */
  readonly upgrades?: Readonly<Record<number, (state: StateStore) => void>>;
  /** One instance per task (partition); it may keep nothing between batches but in state. */
  create(context: ProcessorContext): Processor;
}

export interface Topology {
  readonly processors: readonly ProcessorDeclaration[];
}

/** A stored record as readers of a topic see it. */
export interface LogRecord {
  readonly offset: number;
  /** received_at (ms) of the event that caused it. */
  readonly timestamp: number;
  readonly value: Buffer;
}

/** Reading side of stored topics; offsets of a partition grow by one and are never reused. */
export interface TopicReader {
  /** Made once with the log; a consumer that remembers positions remembers it too. */
  readonly uuid: string;
  partitions(topic: string): number;
  /** The oldest offset that retention has left (equals end when there is none). */
  firstOffset(topic: string, partition: number): number;
  /** One past the newest durable record. */
  endOffset(topic: string, partition: number): number;
  /** Records from `from` on, at most so many and so many bytes (at least one when there is one). */
  read(
    topic: string,
    partition: number,
    from: number,
    limits: { readonly recordsMax: number; readonly bytesMax: number },
  ): LogRecord[];
}

/** Writing side for producers. */
export interface TopicWriter {
  /** Resolves once the records are on disk (fsync); one call is one atomic write. Concurrent calls share a commit. */
  append<T>(
    topic: Topic<T>,
    records: readonly { readonly value: T; readonly timestamp: number }[],
  ): Promise<void>;
}
