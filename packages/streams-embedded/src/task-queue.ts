/**
 * Records waiting for one task, first in, first out. They wait in memory as the very objects that
 * were emitted; what is left at the end of a cycle is written once, under growing numbers, and
 * removed when it is handled, so a restart finds the same records in the same order.
 */
import type { Topic } from '@rosi/events';
import type { Store } from './environment.js';
import { asBuffer } from './partition-log.js';

const SEQUENCE_BYTES = 6;
const TIMESTAMP_BYTES = 8;
const LENGTH_BYTES = 2;
/** Handled entries are dropped from the array when there are so many. */
const COMPACT_AT = 4096;

export interface QueuedRecord {
  readonly topic: Topic<unknown>;
  readonly value: unknown;
  readonly timestamp: number;
}

export class TaskQueue {
  private entries: QueuedRecord[] = [];
  private head = 0;
  /** So many entries from the head on are in the store too, numbered up to `sequence`. */
  private stored = 0;
  private sequence = 0;
  private taken: number[] = [];

  constructor(
    private readonly store: Store,
    private readonly prefix: Buffer,
  ) {}

  get size(): number {
    return this.entries.length - this.head;
  }

  push(record: QueuedRecord): void {
    this.entries.push(record);
  }

  take(recordsMax: number): QueuedRecord[] {
    const batch = this.entries.slice(this.head, this.head + recordsMax);
    this.head += batch.length;
    for (let left = Math.min(this.stored, batch.length); left > 0; left -= 1) {
      this.taken.push(this.sequence - this.stored);
      this.stored -= 1;
    }
    if (this.head === this.entries.length || this.head >= COMPACT_AT) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return batch;
  }

  /** The smallest timestamp of what waits. */
  oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (let at = this.head; at < this.entries.length; at += 1) {
      oldest = Math.min(oldest, (this.entries[at] as QueuedRecord).timestamp);
    }
    return oldest;
  }

  /** Writes what is new and removes what was handled; within the cycle's transaction. */
  persist(): void {
    for (const sequence of this.taken) void this.store.remove(this.keyOf(sequence));
    this.taken = [];
    for (let at = this.head + this.stored; at < this.entries.length; at += 1) {
      const record = this.entries[at] as QueuedRecord;
      void this.store.put(this.keyOf(this.sequence), encode(record));
      this.sequence += 1;
      this.stored += 1;
    }
  }

  /** What a former run left; throws when a record's topic is no longer known. */
  restore(topicOf: (name: string) => Topic<unknown>): void {
    const end = Buffer.concat([this.prefix, Buffer.alloc(SEQUENCE_BYTES + 1, 0xff)]);
    for (const { key, value } of this.store.getRange({ start: this.prefix, end })) {
      const bytes = asBuffer(key as Uint8Array);
      this.sequence = bytes.readUIntBE(this.prefix.length, SEQUENCE_BYTES) + 1;
      this.entries.push(decode(asBuffer(value), topicOf));
    }
    this.stored = this.entries.length;
  }

  private keyOf(sequence: number): Buffer {
    const key = Buffer.allocUnsafe(this.prefix.length + SEQUENCE_BYTES);
    key.set(this.prefix);
    key.writeUIntBE(sequence, this.prefix.length, SEQUENCE_BYTES);
    return key;
  }
}

function encode({ topic, value, timestamp }: QueuedRecord): Buffer {
  const name = Buffer.from(topic.name);
  const head = Buffer.allocUnsafe(LENGTH_BYTES + TIMESTAMP_BYTES);
  head.writeUInt16BE(name.length, 0);
  head.writeDoubleBE(timestamp, LENGTH_BYTES);
  return Buffer.concat([head, name, topic.codec.encode(value)]);
}

function decode(bytes: Buffer, topicOf: (name: string) => Topic<unknown>): QueuedRecord {
  const nameStart = LENGTH_BYTES + TIMESTAMP_BYTES;
  const valueStart = nameStart + bytes.readUInt16BE(0);
  const topic = topicOf(bytes.toString('utf8', nameStart, valueStart));
  const value = topic.codec.decode(bytes.subarray(valueStart));
  return { topic, value, timestamp: bytes.readDoubleBE(LENGTH_BYTES) };
}
