/**
 * The batch that is being gathered from a partition, and when it is time to insert it. Each insert
 * costs ClickHouse the same again however few rows it has, in making parts and in merging them, so
 * that a small batch waits for more as long as more keeps coming.
 */
import { eventsCollected } from '@rosi/events';
import type { LogRecord } from '@rosi/streams';
import type { LoaderLimits, PartitionLoaderOptions } from './loader-options.js';
import { readRun } from './read-run.js';

export interface Gathering {
  readonly records: readonly LogRecord[];
  /** One past the last record, or past what can't be read after it. */
  readonly next: number;
  /** When the log was last seen to grow. */
  readonly grownAt: number;
  /** Nothing more goes into it. */
  readonly isFull: boolean;
  readonly bytes: number;
}

export const nothingGathered = (position: number): Gathering => ({
  records: [],
  next: position,
  grownAt: Number.NEGATIVE_INFINITY,
  isFull: false,
  bytes: 0,
});

/** The same, and what has come since. */
export async function gatherMore(
  options: PartitionLoaderOptions,
  gathered: Gathering,
): Promise<Gathering> {
  const { loaded, limits } = options;
  if (gathered.isFull) return gathered;
  const { records, next } = await readRun(options, gathered.next, {
    recordsMax: limits.batchRecordsMax - gathered.records.length,
    bytesMax: limits.batchBytesMax - gathered.bytes,
  });
  const last = records.at(-1);
  if (last === undefined) return next === gathered.next ? gathered : { ...gathered, next };
  const all = [...gathered.records, ...records];
  const bytes = records.reduce((sum, { value }) => sum + value.length, gathered.bytes);
  // An event's time is that of its record; what is made of events may be late already.
  const grownAt = loaded.topic === eventsCollected.name ? last.timestamp : Date.now();
  const isFull = all.length >= limits.batchRecordsMax || bytes >= limits.batchBytesMax;
  return { records: all, next, grownAt, isFull, bytes };
}

/** An insert of the partition. */
export interface InsertTimes {
  readonly beganAt: number;
  readonly tookMs: number;
}

export const notInserted: InsertTimes = { beganAt: Number.NEGATIVE_INFINITY, tookMs: 0 };

/** A partition's inserts take at most one part in so many of the time, unless they are full. */
const SHARE_OF_TIME = 2;
/** A batch waits no longer than so much of the time by which it is late already. */
const SHARE_OF_LATENESS = 10;

/** How long the batch should wait for more; 0 or less: it is to be inserted. */
export function waitMs(
  { records: [first], grownAt, isFull }: Gathering,
  last: InsertTimes,
  limits: LoaderLimits,
  now: number,
): number {
  if (isFull || first === undefined) return 0;
  const { insertIntervalMs, lateIntervalMs } = limits;
  const lateMs = now - first.timestamp;
  const wanted = Math.max(lateMs / SHARE_OF_LATENESS, last.tookMs * SHARE_OF_TIME);
  const soonest = last.beganAt + insertIntervalMs;
  const latest = last.beganAt + Math.min(wanted, lateIntervalMs);
  return Math.max(soonest, Math.min(latest, grownAt + limits.restMs)) - now;
}
