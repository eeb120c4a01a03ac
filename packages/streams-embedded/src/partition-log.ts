/**
 * How records of topics lie in an LMDB environment, and reading them. Two stores: `records` has the
 * key (topic, partition, offset) and the value (timestamp, bytes); `ends` has one entry for each
 * topic and partition with its first offset, its end and the bytes between. `ends` survives when
 * every record was cut, so offsets are never given out twice.
 */
import { keyInteger, type LogRecord, stateKey } from '@rosi/streams';
import { type Environment, openStore, type Store } from './environment.js';
import { EmbeddedError } from './errors.js';

const TIMESTAMP_BYTES = 8;
const BYTES_PER_NUMBER = 8;

/** The extent of one partition. */
export interface Ends {
  /** The oldest offset there is. */
  readonly first: number;
  /** One past the newest. */
  readonly end: number;
  /** Of keys and values from first to end. */
  readonly bytes: number;
}

export interface PartitionLog {
  readonly records: Store;
  readonly ends: Store;
}

export function openPartitionLog(
  environment: Environment,
  options: { readonly create: boolean },
): PartitionLog {
  return {
    records: openStore(environment, 'records', options),
    ends: openStore(environment, 'ends', options),
  };
}

export function recordKey(topic: string, partition: number, offset: number): Buffer {
  return stateKey(topic, partition, offset);
}

export function endsKey(topic: string, partition: number): Buffer {
  return Buffer.from(`${topic}/${partition}`);
}

/** Every topic and partition that has ever had a record. */
export function placesOf(log: PartitionLog): { topic: string; partition: number }[] {
  return [...log.ends.getKeys()].map((key) => {
    const text = asBuffer(key as Uint8Array).toString();
    const slash = text.lastIndexOf('/');
    return { topic: text.slice(0, slash), partition: Number(text.slice(slash + 1)) };
  });
}

export function encodeRecord(timestamp: number, bytes: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(TIMESTAMP_BYTES + bytes.length);
  value.writeDoubleBE(timestamp, 0);
  value.set(bytes, TIMESTAMP_BYTES);
  return value;
}

/** What a stored record counts for in `Ends.bytes`. */
export function recordSize(value: Uint8Array): number {
  return value.length;
}

export function encodeEnds(ends: Ends): Buffer {
  const value = Buffer.allocUnsafe(3 * BYTES_PER_NUMBER);
  value.writeDoubleBE(ends.first, 0);
  value.writeDoubleBE(ends.end, BYTES_PER_NUMBER);
  value.writeDoubleBE(ends.bytes, 2 * BYTES_PER_NUMBER);
  return value;
}

export function readEnds(log: PartitionLog, topic: string, partition: number): Ends {
  const value = log.ends.getBinary(endsKey(topic, partition));
  if (value === undefined) return { first: 0, end: 0, bytes: 0 };
  const numbers = asBuffer(value);
  return {
    first: numbers.readDoubleBE(0),
    end: numbers.readDoubleBE(BYTES_PER_NUMBER),
    bytes: numbers.readDoubleBE(2 * BYTES_PER_NUMBER),
  };
}

/** Records from `from` (or the first that is left) on, in order, within the limits. */
export function readRecords(
  log: PartitionLog,
  topic: string,
  partition: number,
  from: number,
  limits: { readonly recordsMax: number; readonly bytesMax: number },
): LogRecord[] {
  const ends = readEnds(log, topic, partition);
  const start = Math.max(from, ends.first);
  const records: LogRecord[] = [];
  if (start >= ends.end || limits.recordsMax < 1) return records;
  let bytes = 0;
  const range = log.records.getRange({
    start: recordKey(topic, partition, start),
    end: recordKey(topic, partition, ends.end),
    limit: limits.recordsMax,
  });
  for (const { key, value } of range) {
    const offset = start + records.length;
    const stored = asBuffer(value);
    // What is whole before it is given; the next read begins with it, and throws.
    if (keyInteger(asBuffer(key as Uint8Array)) !== offset) break;
    if (stored.length < TIMESTAMP_BYTES) break;
    bytes += stored.length;
    if (records.length > 0 && bytes > limits.bytesMax) break;
    records.push({
      offset,
      timestamp: stored.readDoubleBE(0),
      value: stored.subarray(TIMESTAMP_BYTES),
    });
  }
  // There should be one: waiting would not bring it, and what follows must not take its offset.
  if (records.length === 0) throw damaged(topic, partition, start);
  return records;
}

/** Offsets are given out without gaps: a record that is not where it belongs was lost on the disk. */
function damaged(topic: string, partition: number, offset: number): EmbeddedError {
  return new EmbeddedError(
    'ROSI_LOG_DAMAGED',
    `Record ${offset} of ${topic}/${partition} is missing or damaged on disk, and nothing after it is ` +
      'read: restore the data folder from a backup (docs/operations.md, "Damaged log")',
  );
}

/** How much to keep; whatever is beyond either limit may go. */
export interface Retention {
  readonly ageMs?: number;
  readonly bytes?: number;
}

/** Offsets below `first` go; `bytes` is what is left. */
export interface Cut {
  readonly keys: readonly Buffer[];
  readonly ends: Ends;
}

/**
 * What retention takes from one partition: the oldest records that are too old or beyond the size,
 * never from `consumed` on, and at most `recordsMax` of them, so that one call's work is bounded.
 */
export function planCut(
  log: PartitionLog,
  place: { readonly topic: string; readonly partition: number },
  retention: Retention,
  limits: { readonly consumed: number; readonly now: number; readonly recordsMax: number },
): Cut {
  const { topic, partition } = place;
  const before = readEnds(log, topic, partition);
  const oldest = retention.ageMs === undefined ? -Infinity : limits.now - retention.ageMs;
  const bytesMax = retention.bytes ?? Infinity;
  const keys: Buffer[] = [];
  let { first, bytes } = before;
  const range = log.records.getRange({
    start: recordKey(topic, partition, first),
    end: recordKey(topic, partition, before.end),
    limit: limits.recordsMax,
  });
  for (const { value } of range) {
    if (first >= limits.consumed) break;
    if (bytes <= bytesMax && asBuffer(value).readDoubleBE(0) >= oldest) break;
    keys.push(recordKey(topic, partition, first));
    bytes -= recordSize(value);
    first += 1;
  }
  return { keys, ends: { ...before, first, bytes } };
}

/** lmdb answers a plain Uint8Array in some cases; the view costs nothing. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
