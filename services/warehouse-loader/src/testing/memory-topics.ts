/** Topics in memory, for tests: what a stored log looks like to its readers. */
import type { Topic } from '@rosi/events';
import type { LogRecord, TopicReader } from '@rosi/streams';

export interface MemoryTopics extends TopicReader {
  append<T>(topic: Topic<T>, values: readonly T[]): void;
  /** Retention: nothing before the offset is left. */
  cut(topic: Topic<unknown>, before: number): void;
}

export function memoryTopics(uuid: string): MemoryTopics {
  const records = new Map<string, LogRecord[]>();
  const firsts = new Map<string, number>();
  const of = (topic: string) => {
    const found = records.get(topic) ?? [];
    records.set(topic, found);
    return found;
  };
  const first = (topic: string) => firsts.get(topic) ?? 0;
  return {
    uuid,
    partitions: () => 1,
    firstOffset: first,
    endOffset: (topic) => of(topic).length,
    read(topic, _partition, from, { recordsMax, bytesMax }) {
      const start = Math.max(from, first(topic));
      let bytes = 0;
      const taken: LogRecord[] = [];
      for (const record of of(topic).slice(start, start + recordsMax)) {
        bytes += record.value.length;
        if (taken.length > 0 && bytes > bytesMax) break;
        taken.push(record);
      }
      return taken;
    },
    append(topic, values) {
      const stored = of(topic.name);
      for (const value of values) {
        stored.push({ offset: stored.length, timestamp: 0, value: topic.codec.encode(value) });
      }
    },
    cut(topic, before) {
      firsts.set(topic.name, before);
    },
  };
}
