/** Records of one input of one task that were fetched and wait to be handled. */
import type { Topic } from '@rosi/events';
import type { FetchedPartition } from './fetch-records.js';
import type { FetchSource } from './fetcher.js';
import type { KafkaRecord } from './record-batches.js';

/** Handled records are dropped from the array when there are so many. */
const COMPACT_AT = 4096;

export class TaskInput implements FetchSource {
  /** An error that the task has to look into. */
  trouble: string | undefined;
  private records: KafkaRecord[] = [];
  private head = 0;

  constructor(
    readonly declared: Topic<unknown>,
    readonly topic: string,
    readonly partition: number,
    private next: number,
    private readonly recordsMax: number,
    private readonly onRecords: () => void,
  ) {}

  get size(): number {
    return this.records.length - this.head;
  }

  /** The offset up to which everything was taken. */
  get position(): number {
    return this.records[this.head]?.offset ?? this.next;
  }

  from(): number | undefined {
    return this.size >= this.recordsMax || this.trouble !== undefined ? undefined : this.next;
  }

  take(fetched: FetchedPartition): void {
    this.trouble = fetched.error;
    for (const record of fetched.records) this.records.push(record);
    this.next = fetched.nextOffset;
    if (fetched.records.length > 0 || fetched.error !== undefined) this.onRecords();
  }

  shift(recordsMax: number): KafkaRecord[] {
    const taken = this.records.slice(this.head, this.head + recordsMax);
    this.head += taken.length;
    if (this.head === this.records.length || this.head >= COMPACT_AT) {
      this.records = this.records.slice(this.head);
      this.head = 0;
    }
    return taken;
  }
}
