/**
 * Kafka's stored records (format 2) as a read_committed reader may see them. kafkajs's own filter
 * lets records of aborted transactions through when the transactions of several producers lie
 * interleaved; this one does what Java's client does, and skips whole batches without decoding them.
 */
import { gunzipSync } from 'node:zlib';
import { ByteReader } from './byte-reader.js';
import { KafkaError } from './errors.js';

/** Offset and length of a batch come before what the length counts. */
const HEAD_BYTES = 12;
const MAGIC = 2;
const CODEC_MASK = 0x07;
const GZIP = 1;
const APPEND_TIME_FLAG = 0x08;
const TRANSACTIONAL_FLAG = 0x10;
const CONTROL_FLAG = 0x20;
const ABORT_MARKER = 0;

export interface KafkaRecord {
  readonly offset: number;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
}

/** A transaction of which at least one record in reach was taken back. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface ReadRecords {
  readonly records: readonly KafkaRecord[];
  /** Where to read on: past markers, aborted records and what compaction has removed. */
  readonly nextOffset: number;
}

interface Batch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
  readonly body: Buffer;
}

/**
 * The records from `from` on in a fetched record set, the last batch of which may be cut off.
 * `aborted` is what the broker says about the same range, in any order.
 */
export function readCommitted(
  recordSet: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
): ReadRecords {
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  const records: KafkaRecord[] = [];
  let nextOffset = from;
  for (const batch of batchesOf(recordSet)) {
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.lastOffset) {
      open.add(waiting[0].producerId);
      waiting.shift();
    }
    if ((batch.attributes & CONTROL_FLAG) !== 0) {
      if (isAbortMarker(batch)) open.delete(batch.producerId);
      continue;
    }
    if ((batch.attributes & TRANSACTIONAL_FLAG) !== 0 && open.has(batch.producerId)) continue;
    decodeRecords(batch, from, records);
  }
  return { records, nextOffset };
}

function* batchesOf(recordSet: Buffer): Generator<Batch> {
  const reader = new ByteReader(recordSet);
  while (reader.left >= HEAD_BYTES) {
    const baseOffset = reader.int64();
    const length = reader.int32();
    if (reader.left < length) return;
    yield batchOf(baseOffset, new ByteReader(reader.slice(length)));
  }
}

function batchOf(baseOffset: number, reader: ByteReader): Batch {
  reader.int32(); // the leader's epoch
  if (reader.int8() !== MAGIC) {
    throw new KafkaError('ROSI_TOPIC_UNFIT', 'A record of a format before Kafka 0.11 was found');
  }
  reader.int32(); // the checksum, which TCP and the broker have looked after
  const attributes = reader.int16();
  const lastOffset = baseOffset + reader.int32();
  const baseTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.id64();
  reader.int16(); // the producer's epoch
  reader.int32(); // the first sequence number
  const count = reader.int32();
  const body = reader.slice(reader.left);
  return {
    ...{ baseOffset, lastOffset, attributes, baseTimestamp, maxTimestamp, producerId, count },
    body,
  };
}

function isAbortMarker(batch: Batch): boolean {
  const [marker] = decodeRecords(batch, 0, []);
  // A control record's key: a version, then which kind of marker it is.
  return marker?.key?.readInt16BE(2) === ABORT_MARKER;
}

function decodeRecords(batch: Batch, from: number, into: KafkaRecord[]): KafkaRecord[] {
  const reader = new ByteReader(uncompressed(batch));
  const isAppendTime = (batch.attributes & APPEND_TIME_FLAG) !== 0;
  for (let left = batch.count; left > 0; left -= 1) {
    const end = reader.varint() + reader.at;
    reader.int8(); // attributes, of which there are none
    const timestampDelta = reader.varint();
    const offset = batch.baseOffset + reader.varint();
    const key = reader.varBytes();
    const value = reader.varBytes();
    reader.at = end; // headers are not ours
    if (offset < from) continue;
    const timestamp = isAppendTime ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta;
    into.push({ offset, timestamp, key, value });
  }
  return into;
}

function uncompressed(batch: Batch): Buffer {
  const codec = batch.attributes & CODEC_MASK;
  if (codec === 0) return batch.body;
  if (codec === GZIP) return gunzipSync(batch.body);
  throw new KafkaError(
    'ROSI_TOPIC_UNFIT',
    `Records at offset ${batch.baseOffset} are compressed by codec ${codec}, which is not read ` +
      'here; let producers send none or gzip, and set the topic to compression.type=producer',
  );
}
