/**
 * Stored topics in memory: partitions of records that are only ever appended to or, when a crash
 * takes back what was not yet durable, cut at their end.
 */
import type { Topic } from '@rosi/events';
import { type Delivered, deepFreeze, type Sent } from './batch.js';
import { partitionsOf } from './partition.js';
import type { TopicReader } from './topology.js';

/** A stored record; its value is decoded when it is first asked for. */
export class StoredRecord implements Delivered {
  readonly topic: Topic<unknown>;
  readonly timestamp: number;
  readonly bytes: Buffer;
  /** Tells the order across all topics and partitions. */
  readonly sequence: number;
  #value: unknown;

  constructor({ topic, timestamp, bytes }: Sent, sequence: number) {
    this.topic = topic;
    this.timestamp = timestamp;
    this.bytes = bytes;
    this.sequence = sequence;
  }

  /** Decoded from the bytes, so that what the encoding loses is lost here as well. */
  get value(): unknown {
    this.#value ??= deepFreeze(this.topic.codec.decode(this.bytes));
    return this.#value;
  }
}

/** One partition; the offset of a record is its place. */
export type LogPartition = StoredRecord[];

export class MemoryLog {
  readonly #partitions: number;
  readonly #topics = new Map<string, readonly LogPartition[]>();
  #sequence = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** All partitions of a topic. */
  topic(name: string): readonly LogPartition[] {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = Array.from({ length: this.#partitions }, () => []);
      this.#topics.set(name, topic);
    }
    return topic;
  }

  partition(name: string, partition: number): LogPartition {
    const found = this.topic(name)[partition];
    if (found === undefined) throw new RangeError(`${name} has no partition ${partition}`);
    return found;
  }

  /** Stores a record in its partitions, and returns them. */
  append(sent: Sent): readonly LogPartition[] {
    const topic = this.topic(sent.topic.name);
    const places = partitionsOf(sent.topic, sent.value, this.#partitions);
    return places.map((place) => {
      const partition = topic[place] as LogPartition;
      partition.push(new StoredRecord(sent, this.#sequence));
      this.#sequence += 1;
      return partition;
    });
  }

  /** The values of a topic in the order stored, frozen. */
  output<T>(topic: Topic<T>): T[] {
    const records = this.topic(topic.name).flat();
    records.sort((a, b) => a.sequence - b.sequence);
    return records.map(({ value }) => value as T);
  }

  reader(): TopicReader {
    return {
      uuid: 'memory',
      partitions: () => this.#partitions,
      firstOffset: () => 0,
      endOffset: (topic, partition) => this.partition(topic, partition).length,
      read: (topic, partition, from, { recordsMax, bytesMax }) => {
        let bytesLeft = bytesMax;
        const records = this.partition(topic, partition).slice(from, from + recordsMax);
        const end = records.findIndex(({ bytes }, index) => {
          bytesLeft -= bytes.length;
          return index > 0 && bytesLeft < 0;
        });
        return (end < 0 ? records : records.slice(0, end)).map(({ timestamp, bytes }, index) => ({
          offset: from + index,
          timestamp,
          value: bytes,
        }));
      },
    };
  }
}
