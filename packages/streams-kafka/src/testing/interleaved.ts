/**
 * Two transactional producers of somebody else's on the same partitions: what one writes is taken
 * back, what the other writes between it is committed.
 */
import { randomUUID } from 'node:crypto';
import type { Topic } from '@rosi/events';
import { partitionsOf } from '@rosi/streams';
import kafkajs, { type Transaction } from 'kafkajs';
import type { KafkaOptions } from '../connection.js';

const PIECES = 5;

export interface Sent<T> {
  readonly value: T;
  readonly timestamp: number;
}

export interface InterleavedProducers {
  /** Both in pieces, in turn; then one transaction is taken back and the other committed. */
  write<T>(topic: Topic<T>, kept: readonly Sent<T>[], takenBack: readonly Sent<T>[]): Promise<void>;
  close(): Promise<void>;
}

export async function openInterleaved(
  kafka: KafkaOptions,
  place: { readonly prefix: string; readonly partitions: number },
): Promise<InterleavedProducers> {
  const client = new kafkajs.Kafka({
    brokers: [...kafka.brokers],
    logLevel: 0,
    retry: { initialRetryTime: 5 },
  });
  const make = () =>
    client.producer({ transactionalId: `outside-${randomUUID()}`, maxInFlightRequests: 1 });
  const [keeper, aborter] = [make(), make()];
  await Promise.all([keeper.connect(), aborter.connect()]);
  let writes = 0;
  const send = async <T>(to: Transaction, topic: Topic<T>, records: readonly Sent<T>[]) => {
    if (records.length === 0) return;
    const messages = records.flatMap(({ value, timestamp }) =>
      partitionsOf(topic, value, place.partitions).map((partition) => ({
        key: topic.keyOf(value),
        value: topic.codec.encode(value),
        partition,
        timestamp: String(timestamp),
      })),
    );
    await to.send({ topic: `${place.prefix}${topic.name}`, messages });
  };
  return {
    async write(topic, kept, takenBack) {
      const [keeping, aborting] = [await keeper.transaction(), await aborter.transaction()];
      for (let piece = 0; piece < PIECES; piece += 1) {
        await send(aborting, topic, pieceOf(takenBack, piece));
        await send(keeping, topic, pieceOf(kept, piece));
      }
      writes += 1;
      // Which of the two ends first decides what a reader has to keep in mind.
      if (writes % 2 === 0) await aborting.abort();
      await keeping.commit();
      if (writes % 2 === 1) await aborting.abort();
    },
    async close() {
      await Promise.all([keeper.disconnect(), aborter.disconnect()]);
    },
  };
}

function pieceOf<T>(all: readonly T[], piece: number): readonly T[] {
  const size = Math.ceil(all.length / PIECES);
  return all.slice(piece * size, (piece + 1) * size);
}
