/**
 * The body of a produce request (version 7), written at once into one buffer of the right size.
 * kafkajs's own encoder makes several objects and copies of each record, which is most of what a
 * task's writes cost; the bytes are the same.
 */
import { crc32c } from './crc32c.js';
import type { ProducedMessage, TopicPartitions } from './kafkajs-internals.js';

const ALL_REPLICAS = -1;
const TIMEOUT_MS = 30_000;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
const VARINT_BASE = 128;
/** Offset and length of a batch come before what the length counts. */
const BATCH_HEAD_BYTES = 12;
/** From the leader's epoch to the number of records. */
const BATCH_FIXED_BYTES = 49;
/** From the batch's begin to what the checksum counts. */
const CHECKED_AT = 21;
/** Epoch, magic and checksum come before it within the batch. */
const CHECKSUM_AT = 17;

export interface ProducedPartition {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly ProducedMessage[];
}

export interface ProduceRequest {
  readonly topicData: readonly TopicPartitions<ProducedPartition>[];
  readonly transactionalId?: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface SizedPartition extends ProducedPartition {
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  /** Of each record, without the length that precedes it. */
  readonly recordBytes: readonly number[];
  /** Of the batch as a whole. */
  readonly bytes: number;
}

export function encodeProduce(request: ProduceRequest): Buffer {
  const { transactionalId, topicData } = request;
  const sized = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(sizeOf),
  }));
  let bytes = stringBytes(transactionalId) + 2 + 4 + 4;
  for (const { topic, partitions } of sized) {
    bytes += stringBytes(topic) + 4;
    for (const one of partitions) bytes += 4 + 4 + one.bytes;
  }
  const writer = new ByteWriter(Buffer.allocUnsafe(bytes));
  writer.string(transactionalId);
  writer.int16(ALL_REPLICAS);
  writer.int32(TIMEOUT_MS);
  writer.int32(sized.length);
  for (const { topic, partitions } of sized) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const one of partitions) {
      writer.int32(one.partition);
      writer.int32(one.bytes);
      writeBatch(writer, one, request);
    }
  }
  return writer.bytes;
}

function sizeOf(data: ProducedPartition): SizedPartition {
  const { messages } = data;
  let firstTimestamp = Number.POSITIVE_INFINITY;
  let maxTimestamp = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of messages) {
    firstTimestamp = Math.min(firstTimestamp, timestamp);
    maxTimestamp = Math.max(maxTimestamp, timestamp);
  }
  let bytes = BATCH_HEAD_BYTES + BATCH_FIXED_BYTES;
  const recordBytes = messages.map(({ key, value, timestamp }, index) => {
    const size =
      1 + // attributes
      varintBytes(timestamp - firstTimestamp) +
      varintBytes(index) +
      varBytesBytes(key) +
      varBytesBytes(value) +
      1; // the number of headers, none
    bytes += varintBytes(size) + size;
    return size;
  });
  return { ...data, firstTimestamp, maxTimestamp, recordBytes, bytes };
}

function writeBatch(
  writer: ByteWriter,
  { messages, recordBytes, firstTimestamp, maxTimestamp, firstSequence, bytes }: SizedPartition,
  { transactionalId, producerId, producerEpoch }: ProduceRequest,
): void {
  const begin = writer.at;
  writer.int64(0); // the first offset, which the broker gives
  writer.int32(bytes - BATCH_HEAD_BYTES);
  writer.int32(0); // the leader's epoch, which the broker sets
  writer.int8(MAGIC);
  writer.int32(0); // the checksum follows when the rest is written
  writer.int16(transactionalId === undefined ? 0 : TRANSACTIONAL);
  writer.int32(messages.length - 1);
  writer.int64(firstTimestamp);
  writer.int64(maxTimestamp);
  writer.id64(producerId);
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  for (const [index, { key, value, timestamp }] of messages.entries()) {
    writer.varint(recordBytes[index] ?? 0);
    writer.int8(0);
    writer.varint(timestamp - firstTimestamp);
    writer.varint(index);
    writer.varBytes(key);
    writer.varBytes(value);
    writer.varint(0);
  }
  const checked = writer.bytes.subarray(begin + CHECKED_AT, writer.at);
  writer.bytes.writeUInt32BE(crc32c(checked), begin + CHECKSUM_AT);
}

class ByteWriter {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  int8(value: number): void {
    this.at = this.bytes.writeInt8(value, this.at);
  }

  int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: number): void {
    this.at = this.bytes.writeBigInt64BE(BigInt(value), this.at);
  }

  id64(value: string): void {
    this.at = this.bytes.writeBigInt64BE(BigInt(value), this.at);
  }

  string(value: string | undefined): void {
    const length = value === undefined ? -1 : this.bytes.write(value, this.at + 2);
    this.int16(length);
    this.at += Math.max(length, 0);
  }

  /** Of a number from 0 on: zigzag doubles it. */
  varint(value: number): void {
    let rest = value * 2;
    for (; rest >= VARINT_BASE; rest = Math.floor(rest / VARINT_BASE)) {
      this.bytes[this.at] = (rest % VARINT_BASE) + VARINT_BASE;
      this.at += 1;
    }
    this.bytes[this.at] = rest;
    this.at += 1;
  }

  /** By length; null has length −1, which zigzag makes 1. */
  varBytes(value: Uint8Array | null): void {
    if (value === null) {
      this.bytes[this.at] = 1;
      this.at += 1;
      return;
    }
    this.varint(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }
}

function stringBytes(value: string | undefined): number {
  return 2 + (value === undefined ? 0 : Buffer.byteLength(value));
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= VARINT_BASE; rest /= VARINT_BASE) bytes += 1;
  return bytes;
}

function varBytesBytes(value: Uint8Array | null): number {
  return value === null ? 1 : varintBytes(value.length) + value.length;
}
