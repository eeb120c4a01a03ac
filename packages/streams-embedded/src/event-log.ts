/**
 * The log that producers write: `events.collected` in an environment of its own, so that accepting
 * never waits for stitching. One thread of one process appends; any thread of any process reads.
 *
 * Guarantees: one `append` is one atomic write; it resolves once the records are on disk; calls
 * made while a commit is under way share the next one, in the order they were made. Readers see durable
 * records only. Offsets are never reused, neither after retention nor after a restart.
 */
import { randomUUID } from 'node:crypto';
import type { Topic } from '@rosi/events';
import { partitionsOf, type TopicReader, type TopicWriter } from '@rosi/streams';
import {
  environmentExists,
  MissingStoreError,
  openEnvironment,
  openStore,
  type Store,
} from './environment.js';
import { EmbeddedError } from './errors.js';
import {
  type Ends,
  encodeEnds,
  encodeRecord,
  endsKey,
  openPartitionLog,
  type PartitionLog,
  placesOf,
  planCut,
  type Retention,
  readEnds,
  recordKey,
  recordSize,
} from './partition-log.js';
import { readingSide } from './reading-side.js';

const GROUP_BYTES_MAX = 16 * 1024 * 1024;
const CUT_RECORDS_MAX = 10_000;
const UUID = Buffer.from('uuid');
const PARTITIONS = Buffer.from('partitions');

export interface EventLog extends TopicReader, TopicWriter {
  /**
   * Retention: removes old records, at most 10,000 a call and partition, never from
   * `consumed(topic, partition)` on. Answers how many went; call again while it is not 0.
   */
  cut(consumed: (topic: string, partition: number) => number, now: number): Promise<number>;
  close(): Promise<void>;
}

export interface EventLogOptions {
  readonly dir: string;
  /** Default: as made; 1 for a new log. */
  readonly partitions?: number;
  readonly retention?: Retention;
  /** Reading only, from any thread or process; the log must have been made. */
  readonly readOnly?: boolean;
}

/** One caller's records, and how to answer it. */
interface Waiting {
  readonly records: readonly PreparedRecord[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

interface PreparedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
}

export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const readOnly = options.readOnly === true;
  if (readOnly && !environmentExists(options.dir)) throw missing(options.dir);
  const environment = openEnvironment(options.dir);
  try {
    const meta = openStore(environment, 'meta', { create: !readOnly });
    const log = openPartitionLog(environment, { create: !readOnly });
    if (!readOnly) await initialise(meta, options.partitions ?? 1);
    const identity = readIdentity(meta, options);
    const writer = createWriter(log, identity.partitions, options.retention ?? {});
    return {
      uuid: identity.uuid,
      partitions: () => identity.partitions,
      ...readingSide(log),
      append: readOnly ? refuse : writer.append,
      cut: readOnly ? refuse : writer.cut,
      async close() {
        await writer.idle();
        await environment.close();
      },
    };
  } catch (error) {
    await environment.close();
    throw readOnly && error instanceof MissingStoreError ? missing(options.dir) : error;
  }
}

function missing(dir: string): EmbeddedError {
  return new EmbeddedError(
    'ROSI_LOG_MISSING',
    `There is no event log in ${dir} yet; start the collector first, it makes the log`,
  );
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('The event log was opened for reading only'));
}

async function initialise(meta: Store, partitions: number): Promise<void> {
  if (meta.getBinary(UUID) !== undefined) return;
  await meta.batch(() => {
    meta.put(UUID, Buffer.from(randomUUID()));
    meta.put(PARTITIONS, Buffer.from(String(partitions)));
  });
  meta.resetReadTxn();
}

function readIdentity(
  meta: Store,
  options: EventLogOptions,
): { readonly uuid: string; readonly partitions: number } {
  const uuid = meta.getBinary(UUID);
  const partitions = Number(meta.getBinary(PARTITIONS)?.toString());
  if (uuid === undefined || !Number.isSafeInteger(partitions)) {
    throw missing(options.dir);
  }
  if (options.partitions !== undefined && options.partitions !== partitions) {
    throw new EmbeddedError(
      'ROSI_PARTITIONS_CHANGED',
      `The event log in ${options.dir} has ${partitions} partitions, not ${options.partitions}; ` +
        'a log keeps the number it was made with: configure that number, or begin an empty folder',
    );
  }
  return { uuid: uuid.toString(), partitions };
}

interface Writer {
  append: TopicWriter['append'];
  cut: EventLog['cut'];
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

function createWriter(log: PartitionLog, partitions: number, retention: Retention): Writer {
  const waiting: Waiting[] = [];
  // Commits and cuts one after the other: both change the ends.
  let last: Promise<unknown> = Promise.resolve();
  let committing = false;

  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const commitGroup = async () => {
    const group = takeGroup(waiting);
    try {
      await commit(log, group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      hearCause(error);
      for (const { reject } of group) reject(error);
    }
    committing = waiting.length > 0;
    // A turn for each group, so that retention gets its turn under any load.
    if (committing) void inTurn(commitGroup);
  };

  return {
    append(topic, records) {
      return new Promise<void>((resolve, reject) => {
        const prepared = prepare(topic, records, partitions);
        const bytes = prepared.reduce((sum, { value }) => sum + value.length, 0);
        waiting.push({ records: prepared, bytes, resolve, reject });
        if (committing) return;
        committing = true;
        // The rest of this turn of the event loop joins the commit.
        setImmediate(() => void inTurn(commitGroup));
      });
    },
    cut: (consumed, now) => inTurn(() => cutAll(log, retention, consumed, now)),
    async idle() {
      while (committing) {
        await new Promise((resolve) => setImmediate(resolve));
        await last;
      }
      await last;
    },
  };
}

function prepare<T>(
  topic: Topic<T>,
  records: readonly { readonly value: T; readonly timestamp: number }[],
  partitions: number,
): PreparedRecord[] {
  return records.flatMap(({ value, timestamp }) => {
    const bytes = encodeRecord(timestamp, topic.codec.encode(value));
    return partitionsOf(topic, value, partitions).map((partition) => ({
      topic: topic.name,
      partition,
      value: bytes,
    }));
  });
}

/** Callers that share the next commit, the longest waiting first. */
function takeGroup(waiting: Waiting[]): Waiting[] {
  let bytes = 0;
  const end = waiting.findIndex((one, index) => {
    bytes += one.bytes;
    return index > 0 && bytes > GROUP_BYTES_MAX;
  });
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

/** Ends are read from what is committed, so a failed commit leaves nothing to be undone. */
async function commit(log: PartitionLog, group: readonly Waiting[]): Promise<void> {
  log.ends.resetReadTxn();
  const changed = new Map<string, { topic: string; partition: number; ends: Ends }>();
  await log.records.batch(() => {
    for (const { records } of group) {
      for (const { topic, partition, value } of records) {
        const place = `${topic}/${partition}`;
        const known = changed.get(place)?.ends ?? readEnds(log, topic, partition);
        partOfBatch(log.records.put(recordKey(topic, partition, known.end), value));
        const ends = { ...known, end: known.end + 1, bytes: known.bytes + recordSize(value) };
        changed.set(place, { topic, partition, ends });
      }
    }
    for (const { topic, partition, ends } of changed.values()) {
      partOfBatch(log.ends.put(endsKey(topic, partition), encodeEnds(ends)));
    }
  });
}

/**
 * A batch that can't be committed (a full disk, say) rejects as a whole, which its caller hears; the
 * promise of each write in it rejects as well, and unheard would end the process.
 */
function partOfBatch(write: Promise<boolean>): void {
  write.catch(() => undefined);
}

/** lmdb tells why a commit failed by a promise of its own: unheard, it would end the process too. */
function hearCause(error: unknown): void {
  if (!(error instanceof Error) || !('commitError' in error)) return;
  if (error.commitError instanceof Promise) error.commitError.catch(() => undefined);
}

async function cutAll(
  log: PartitionLog,
  retention: Retention,
  consumed: (topic: string, partition: number) => number,
  now: number,
): Promise<number> {
  if (retention.ageMs === undefined && retention.bytes === undefined) return 0;
  log.ends.resetReadTxn();
  let count = 0;
  for (const { topic, partition } of placesOf(log)) {
    const limits = { consumed: consumed(topic, partition), now, recordsMax: CUT_RECORDS_MAX };
    const { keys, ends } = planCut(log, { topic, partition }, retention, limits);
    if (keys.length === 0) continue;
    await log.records.batch(() => {
      for (const key of keys) partOfBatch(log.records.remove(key));
      partOfBatch(log.ends.put(endsKey(topic, partition), encodeEnds(ends)));
    });
    count += keys.length;
  }
  return count;
}
