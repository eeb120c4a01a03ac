/** Where partitions begin and end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaConnection } from './connection.js';
import { KafkaError, remedyOf } from './errors.js';
import type { TopicPartitions } from './kafkajs-internals.js';

const EARLIEST = -2;
const LATEST = -1;
const READ_UNCOMMITTED = 0;
const CONSUMER = -1;
const RETRY_MS = 50;
/** A new topic, or one that changes leaders, is not ready everywhere for a moment. */
const RETRIES = 100;

type Asked = TopicPartitions<{ readonly partition: number; readonly timestamp: number }>;

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** By `topic/partition`. */
export type OffsetsByPlace = ReadonlyMap<string, number>;

export function placeKey({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}

/** The oldest offsets that retention has left. */
export function firstOffsets(
  connection: KafkaConnection,
  places: readonly Place[],
): Promise<OffsetsByPlace> {
  return listOffsets(connection, places, EARLIEST);
}

/** One past the newest records, committed or not, or markers. */
export function endOffsets(
  connection: KafkaConnection,
  places: readonly Place[],
): Promise<OffsetsByPlace> {
  return listOffsets(connection, places, LATEST);
}

export async function firstOffset(connection: KafkaConnection, place: Place): Promise<number> {
  return offsetIn(await firstOffsets(connection, [place]), place);
}

/** Throws when the place was not asked for. */
export function offsetIn(offsets: OffsetsByPlace, place: Place): number {
  const offset = offsets.get(placeKey(place));
  if (offset !== undefined) return offset;
  throw new KafkaError('ROSI_LOG_UNAVAILABLE', `Kafka told no offset of ${placeKey(place)}`);
}

async function listOffsets(
  connection: KafkaConnection,
  places: readonly Place[],
  timestamp: number,
): Promise<OffsetsByPlace> {
  for (let retries = RETRIES; ; retries -= 1) {
    try {
      return await askLeaders(connection, places, timestamp);
    } catch (error) {
      if (retries === 0 || remedyOf(error) !== 'reopen') throw error;
    }
    await delay(RETRY_MS);
    await connection.refresh();
  }
}

async function askLeaders(
  connection: KafkaConnection,
  places: readonly Place[],
  timestamp: number,
): Promise<OffsetsByPlace> {
  const byLeader = new Map<number, Asked[]>();
  for (const { topic, partition } of places) {
    const leader = connection.leaderId(topic, partition);
    const asked = { topic, partitions: [{ partition, timestamp }] };
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), asked]);
  }
  const offsets = new Map<string, number>();
  const ask = async (leader: number, topics: readonly Asked[]) => {
    const broker = await connection.broker(leader);
    const request = { replicaId: CONSUMER, isolationLevel: READ_UNCOMMITTED, topics };
    for (const { topic, partitions } of (await broker.listOffsets(request)).responses) {
      for (const { partition, offset } of partitions) {
        offsets.set(placeKey({ topic, partition }), Number(offset));
      }
    }
  };
  await Promise.all([...byLeader].map(([leader, topics]) => ask(leader, topics)));
  return offsets;
}
