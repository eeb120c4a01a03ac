/**
 * Records of one partition that were fetched ahead for a reader that goes on from where it was. What
 * it has passed is dropped when it asks for more; what it may ask for again stays.
 */
import type { ReadRun } from '@rosi/streams';
import type { FetchedPartition } from './fetch-records.js';
import type { FetchSource } from './fetcher.js';
import type { KafkaRecord } from './record-batches.js';
import { type RunLimits, runOf } from './runs.js';

const BYTES_AHEAD_MAX = 4 * 1024 * 1024;

export class Tail implements FetchSource {
  /** The oldest offset that retention has left, as the broker told last. */
  firstOffset: number;
  /** Everything before it can be read, as the broker told last. */
  stableOffset: number;
  /** An error that waiting does not mend: the tail is of no use any more. */
  trouble: string | undefined;
  private records: KafkaRecord[];
  private start: number;
  private next: number;
  private bytes: number;

  constructor(
    readonly topic: string,
    readonly partition: number,
    from: number,
    fetched: FetchedPartition,
    private readonly onRoom: () => void,
  ) {
    this.start = from;
    this.records = [...fetched.records];
    this.next = fetched.nextOffset;
    this.bytes = bytesOf(fetched.records);
    this.firstOffset = fetched.firstOffset;
    this.stableOffset = fetched.lastStableOffset;
  }

  /** Up to where everything was fetched. */
  get reach(): number {
    return this.next;
  }

  from(): number | undefined {
    return this.bytes >= BYTES_AHEAD_MAX || this.trouble !== undefined ? undefined : this.next;
  }

  take(fetched: FetchedPartition): void {
    this.trouble = fetched.error;
    if (fetched.error !== undefined) return;
    this.firstOffset = fetched.firstOffset;
    this.stableOffset = fetched.lastStableOffset;
    for (const record of fetched.records) this.records.push(record);
    this.bytes += bytesOf(fetched.records);
    this.next = fetched.nextOffset;
  }

  /** Undefined: the tail does not reach there. */
  read(from: number, limits: RunLimits): ReadRun | undefined {
    if (from < this.start || from > this.next) return undefined;
    this.start = from;
    const passed = this.records.findIndex(({ offset }) => offset >= from);
    const gone = this.records.splice(0, passed < 0 ? this.records.length : passed);
    const wasFull = this.from() === undefined;
    this.bytes -= bytesOf(gone);
    if (wasFull && this.from() !== undefined) this.onRoom();
    return runOf(this, this.records, this.next, limits);
  }
}

function bytesOf(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}
