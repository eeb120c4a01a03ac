/**
 * Barriers over all instances: what the tasks that read from outside have told one another, in the
 * one order of a topic of one partition. Of the barriers that are not done, the one whose record is
 * the oldest is the one that counts.
 *
 * A task that meets a barrier announces it, with a fence for each partition that comes from outside:
 * where it ended at that time. Every such task goes on to its fence, commits, tells that it holds,
 * and waits. When all hold and nothing is left between processors, the task that met the barrier
 * handles it alone; when nothing is left of what came of it, it tells that the barrier is done.
 */
import type { FetchedPartition } from './fetch-records.js';
import type { FetchSource } from './fetcher.js';
import type { KafkaRecord } from './record-batches.js';

export type BarrierNote =
  | {
      readonly kind: 'met';
      readonly id: string;
      /** The task that has met it, and will handle it. */
      readonly task: string;
      /** The record's timestamp. */
      readonly at: number;
      /** By `topic/partition`: what is before has to be handled first. */
      readonly fences: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'held'; readonly id: string; readonly task: string }
  | { readonly kind: 'done'; readonly id: string };

export interface OpenBarrier {
  readonly id: string;
  readonly task: string;
  readonly at: number;
  readonly fences: Readonly<Record<string, number>>;
  /** Tasks that have come to their fences and wait. */
  readonly held: ReadonlySet<string>;
}

export class BarrierBoard implements FetchSource {
  readonly partition = 0;
  private readonly open: (OpenBarrier & { readonly held: Set<string> })[] = [];
  private readonly done = new Set<string>();
  private next = 0;

  constructor(
    readonly topic: string,
    private readonly onChange: () => void,
  ) {}

  /** Everything before this offset is on the board. */
  get position(): number {
    return this.next;
  }

  /** The barrier that everybody heeds now. */
  active(): OpenBarrier | undefined {
    return this.open[0];
  }

  isKnown(id: string): boolean {
    return this.done.has(id) || this.open.some((one) => one.id === id);
  }

  from(): number {
    return this.next;
  }

  take(fetched: FetchedPartition): void {
    for (const record of fetched.records) this.apply(decodeNote(record));
    this.next = fetched.nextOffset;
    this.onChange();
  }

  private apply(note: BarrierNote): void {
    if (this.done.has(note.id)) return;
    const at = this.open.findIndex(({ id }) => id === note.id);
    if (note.kind === 'met') {
      if (at < 0) this.open.push({ ...note, held: new Set() });
      // A task announces what it has met before it tells that it holds for another, so that no
      // younger barrier can be under way when an older one comes in.
      this.open.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    } else if (note.kind === 'held') {
      this.open[at]?.held.add(note.task);
    } else {
      this.open.splice(at, 1);
      this.done.add(note.id);
    }
  }
}

export function encodeNote(note: BarrierNote): Buffer {
  return Buffer.from(JSON.stringify(note));
}

function decodeNote({ value }: KafkaRecord): BarrierNote {
  // Only `encodeNote` writes to the topic.
  return JSON.parse(String(value)) as BarrierNote;
}
