/** Records of one input of one task that were fetched and wait to be handled. */
import type { Topic } from '@rosi/events';
import { KafkaError } from './errors.js';
import type { FetchedPartition } from './fetch-records.js';
import type { FetchSource } from './fetcher.js';
import { decodeRecord } from './framing.js';
import type { KafkaRecord } from './record-batches.js';

/** Handled records are dropped from the array when there are so many. */
const COMPACT_AT = 4096;

/** A record as a processor gets it. */
export interface TakenRecord {
  readonly offset: number;
  readonly value: unknown;
  readonly timestamp: number;
}

export class TaskInput implements FetchSource {
  /** An error that the task has to look into. */
  trouble: string | undefined;
  private records: KafkaRecord[] = [];
  private head = 0;
  private peeked: TakenRecord | undefined;

  constructor(
    readonly declared: Topic<unknown>,
    readonly topic: string,
    readonly partition: number,
    private next: number,
    private readonly recordsMax: number,
    private readonly onRecords: () => void,
  ) {}

  /** The offset up to which everything was taken. */
  get position(): number {
    return this.records[this.head]?.offset ?? this.next;
  }

  from(): number | undefined {
    const size = this.records.length - this.head;
    return size >= this.recordsMax || this.trouble !== undefined ? undefined : this.next;
  }

  take(fetched: FetchedPartition): void {
    const hasMoved = fetched.nextOffset > this.next;
    this.trouble = fetched.error;
    for (const record of fetched.records) this.records.push(record);
    this.next = fetched.nextOffset;
    if (hasMoved || fetched.error !== undefined) this.onRecords();
  }

  /** Whether there is a record before the fence that may be handled with others. */
  isReady(fence: number): boolean {
    const first = this.records[this.head];
    return first !== undefined && first.offset < fence && this.barrier() === undefined;
  }

  /** The next record, when it is one that has to be handled alone. */
  barrier(): TakenRecord | undefined {
    const { isBarrier } = this.declared;
    const first = this.records[this.head];
    if (isBarrier === undefined || first === undefined) return undefined;
    if (this.peeked?.offset !== first.offset) this.peeked = this.decode(first);
    return isBarrier(this.peeked.value) ? this.peeked : undefined;
  }

  /** The next records before the fence and before any barrier. */
  shift(recordsMax: number, fence: number): TakenRecord[] {
    const taken: TakenRecord[] = [];
    while (taken.length < recordsMax && this.isReady(fence)) taken.push(this.shiftOne());
    return taken;
  }

  /** The next record, whatever it is. */
  shiftOne(): TakenRecord {
    const record = this.records[this.head];
    if (record === undefined) throw new RangeError(`No record of ${this.topic} waits`);
    const taken = this.peeked?.offset === record.offset ? this.peeked : this.decode(record);
    this.peeked = undefined;
    this.head += 1;
    if (this.head === this.records.length || this.head >= COMPACT_AT) {
      this.records = this.records.slice(this.head);
      this.head = 0;
    }
    return taken;
  }

  private decode({ offset, value, timestamp }: KafkaRecord): TakenRecord {
    const place = `${this.topic} partition ${this.partition}`;
    if (value === null) {
      throw new KafkaError(
        'ROSI_TOPIC_UNFIT',
        `${place} has an empty record at ${offset}; something that is not ROSI writes to it`,
      );
    }
    try {
      return { offset, value: decodeRecord(this.declared, value), timestamp };
    } catch (cause) {
      if (!(cause instanceof KafkaError)) throw cause;
      throw new KafkaError(cause.code, `${place} at ${offset}: ${cause.message}`, { cause });
    }
  }
}
