/**
 * Runs one batch of one task in memory, stricter than the runtimes on disk: each batch gets a new
 * instance of its processor (so that one which remembers anything outside its state shows it),
 * what is emitted is encoded at once, and values are frozen once they are handed over.
 */
import type { Topic } from '@rosi/events';
import type { Outcome, ProcessorContext, ProcessorDeclaration, StateStore } from './topology.js';
import { outputsOf } from './wiring.js';

/** A record on its way: what was emitted by a processor or came from outside. */
export interface Sent {
  readonly topic: Topic<unknown>;
  /** Frozen. */
  readonly value: unknown;
  readonly bytes: Buffer;
  readonly timestamp: number;
}

/** A record as a processor gets it. */
export interface Delivered {
  readonly topic: Topic<unknown>;
  /** Decoded and frozen. */
  readonly value: unknown;
  readonly timestamp: number;
}

/** Whose batch it is, and the only time that it knows. */
export interface BatchPlace {
  readonly declaration: ProcessorDeclaration;
  readonly partition: number;
  readonly state: StateStore;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a batch has done beside its state writes. */
export interface BatchResult {
  readonly emitted: readonly Sent[];
  readonly counted: readonly { readonly outcome: Outcome; readonly reason: string }[];
}

/** Throws what the processor throws; its state writes are then the caller's to undo. */
export function runBatch(place: BatchPlace, records: readonly Delivered[]): BatchResult {
  const result = { emitted: [], counted: [] };
  const processor = place.declaration.create(contextOf(place, result));
  for (const { topic, value, timestamp } of records)
    processor.process(topic.name, value, timestamp);
  processor.endBatch();
  return result;
}

function contextOf(
  { declaration, partition, state, now }: BatchPlace,
  result: { readonly emitted: Sent[]; readonly counted: { outcome: Outcome; reason: string }[] },
): ProcessorContext {
  const { name } = declaration;
  const outputs = outputsOf(declaration);
  return {
    state,
    partition,
    now: () => now,
    emit(topic, value, timestamp) {
      const known = topic as Topic<unknown>;
      if (!outputs.includes(known)) {
        throw new Error(`${name} does not declare output ${topic.name}`);
      }
      if (!Number.isSafeInteger(timestamp)) {
        throw new Error(`${name} emitted to ${topic.name} with timestamp ${timestamp}`);
      }
      const bytes = topic.codec.encode(value);
      result.emitted.push({ topic: known, value: deepFreeze(value), bytes, timestamp });
    },
    count: (outcome, reason) => result.counted.push({ outcome, reason }),
  };
}

/** Values may not change once handed over; here, whoever tries is told. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
