/** Records on their way to Kafka, cut into requests and shared out by partition, in their order. */
import type { ProducedMessage } from './kafkajs-internals.js';

const REQUEST_BYTES_MAX = 900_000;
const RECORD_OVERHEAD_BYTES = 32;

export interface OutgoingRecord extends ProducedMessage {
  readonly topic: string;
  readonly partition: number;
}

/** What one partition gets of a request. */
export interface Share {
  readonly topic: string;
  readonly partition: number;
  readonly messages: ProducedMessage[];
}

/** Runs of records that fit a request, in their order. */
export function* partsOf(records: readonly OutgoingRecord[]): Generator<OutgoingRecord[]> {
  let part: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.key.length + (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (part.length > 0 && bytes + size > REQUEST_BYTES_MAX) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** By partition. */
export function sharesOf(records: readonly OutgoingRecord[]): Share[] {
  const shares = new Map<string, Share>();
  for (const { topic, partition, key, value, timestamp } of records) {
    const name = `${topic}/${partition}`;
    const share = shares.get(name) ?? { topic, partition, messages: [] };
    share.messages.push({ key, value, timestamp });
    shares.set(name, share);
  }
  return [...shares.values()];
}
