/**
 * Reading stored topics where an answer may have to be waited for, as from another machine. Offsets
 * of a partition grow and are never reused, but there may be gaps: a log may use some for itself.
 */
import type { LogRecord, TopicReader } from './topology.js';

/** What was read from an offset on. */
export interface ReadRun {
  readonly records: readonly LogRecord[];
  /** Where to read on: one past the last record, or past what can't be read after it. */
  readonly next: number;
}

/** As {@link TopicReader}; methods may reject while the log does not answer. */
export interface LogReader {
  readonly uuid: string;
  /** The offset that the first record ever had; default 0. */
  readonly start?: number;
  partitions(topic: string): number;
  /** The oldest offset that retention has left. */
  firstOffset(topic: string, partition: number): number | Promise<number>;
  /**
   * Past everything that was written by now, also what is not committed yet. Reading from `next` to
   * `next` comes there.
   */
  endOffset(topic: string, partition: number): number | Promise<number>;
  read(
    topic: string,
    partition: number,
    from: number,
    limits: { readonly recordsMax: number; readonly bytesMax: number },
  ): ReadRun | Promise<ReadRun>;
}

/** A reader that never has to wait, as one that may. */
export function logReader(reader: TopicReader): LogReader {
  return {
    get uuid() {
      return reader.uuid;
    },
    partitions: (topic) => reader.partitions(topic),
    firstOffset: (topic, partition) => reader.firstOffset(topic, partition),
    endOffset: (topic, partition) => reader.endOffset(topic, partition),
    read(topic, partition, from, limits) {
      const records = reader.read(topic, partition, from, limits);
      return { records, next: (records.at(-1)?.offset ?? from - 1) + 1 };
    },
  };
}

/** The same records at offsets that begin with `start`: of a log that continues another one. */
export function shiftedReader(reader: LogReader, start: number): LogReader {
  return {
    get uuid() {
      return reader.uuid;
    },
    start,
    partitions: (topic) => reader.partitions(topic),
    firstOffset: async (topic, partition) => start + (await reader.firstOffset(topic, partition)),
    endOffset: async (topic, partition) => start + (await reader.endOffset(topic, partition)),
    async read(topic, partition, from, limits) {
      const run = await reader.read(topic, partition, Math.max(0, from - start), limits);
      const records = run.records.map((one) => ({ ...one, offset: one.offset + start }));
      return { records, next: run.next + start };
    },
  };
}
