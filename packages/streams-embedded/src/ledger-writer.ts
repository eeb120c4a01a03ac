/** Appends records of topics that no processor reads, within the cycle's transaction. */
import type { Topic } from '@rosi/events';
import { partitionsOf } from '@rosi/streams';
import {
  type Ends,
  encodeEnds,
  encodeRecord,
  endsKey,
  type PartitionLog,
  placesOf,
  planCut,
  type Retention,
  readEnds,
  recordKey,
  recordSize,
} from './partition-log.js';

export class LedgerWriter {
  /** Ends that the running cycle has moved. */
  private readonly moved = new Map<string, { topic: string; partition: number; ends: Ends }>();

  constructor(
    private readonly log: PartitionLog,
    private readonly partitions: number,
  ) {}

  append<T>(topic: Topic<T>, value: T, timestamp: number): void {
    const bytes = encodeRecord(timestamp, topic.codec.encode(value));
    for (const partition of partitionsOf(topic, value, this.partitions)) {
      const place = this.placeOf(topic.name, partition);
      const { ends } = place;
      void this.log.records.put(recordKey(topic.name, partition, ends.end), bytes);
      place.ends = { ...ends, end: ends.end + 1, bytes: ends.bytes + recordSize(bytes) };
    }
  }

  /** To be called at the end of the transaction. */
  persist(): void {
    for (const { topic, partition, ends } of this.moved.values()) {
      void this.log.ends.put(endsKey(topic, partition), encodeEnds(ends));
    }
    this.moved.clear();
  }

  /** Retention, within a transaction of its own; answers how many records went. */
  cut(
    consumed: (topic: string, partition: number) => number,
    retention: Retention,
    limits: { readonly now: number; readonly recordsMax: number },
  ): number {
    let count = 0;
    for (const { topic, partition } of placesOf(this.log)) {
      const { keys, ends } = planCut(this.log, { topic, partition }, retention, {
        consumed: consumed(topic, partition),
        now: limits.now,
        recordsMax: limits.recordsMax - count,
      });
      if (keys.length === 0) continue;
      for (const key of keys) void this.log.records.remove(key);
      void this.log.ends.put(endsKey(topic, partition), encodeEnds(ends));
      count += keys.length;
    }
    return count;
  }

  private placeOf(topic: string, partition: number): { ends: Ends } {
    const name = `${topic}/${partition}`;
    const known = this.moved.get(name);
    if (known !== undefined) return known;
    const place = { topic, partition, ends: readEnds(this.log, topic, partition) };
    this.moved.set(name, place);
    return place;
  }
}
