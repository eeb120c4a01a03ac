/**
 * Three transactional producers of somebody else's on the same partitions: what two of them write is
 * taken back, what the third writes between it is committed.
 */
import { randomUUID } from 'node:crypto';
import type { Topic } from '@rosi/events';
import { partitionsOf } from '@rosi/streams';
import kafkajs, { type Transaction } from 'kafkajs';
import type { KafkaOptions } from '../connection.js';
import { Framing } from '../framing.js';

const framing = new Framing();

const PIECES = 5;

export interface Sent<T> {
  readonly value: T;
  readonly timestamp: number;
}

export interface InterleavedProducers {
  /** All in pieces, in turn; then two transactions are taken back and the third committed. */
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
  const [keeper, first, second] = [make(), make(), make()];
  await Promise.all([keeper, first, second].map((producer) => producer.connect()));
  let writes = 0;
  const send = async <T>(to: Transaction, topic: Topic<T>, records: readonly Sent<T>[]) => {
    if (records.length === 0) return;
    const messages = records.flatMap(({ value, timestamp }) =>
      partitionsOf(topic, value, place.partitions).map((partition) => ({
        key: topic.keyOf(value),
        value: framing.encode(topic, value),
        partition,
        timestamp: String(timestamp),
      })),
    );
    await to.send({ topic: `${place.prefix}${topic.name}`, messages });
  };
  return {
    async write(topic, kept, takenBack) {
      const keeping = await keeper.transaction();
      const aborting = [await first.transaction(), await second.transaction()];
      for (let piece = 0; piece < PIECES * aborting.length; piece += 1) {
        const turn = aborting[piece % aborting.length] ?? keeping;
        await send(turn, topic, pieceOf(takenBack, piece, PIECES * aborting.length));
        if (piece % aborting.length === 0) {
          await send(keeping, topic, pieceOf(kept, piece / aborting.length, PIECES));
        }
      }
      writes += 1;
      // Which of them ends first decides what a reader has to keep in mind.
      const isFirst = writes % 2 === 0;
      if (isFirst) for (const one of aborting) await one.abort();
      await keeping.commit();
      if (!isFirst) for (const one of aborting) await one.abort();
    },
    async close() {
      await Promise.all([keeper, first, second].map((producer) => producer.disconnect()));
    },
  };
}

function pieceOf<T>(all: readonly T[], piece: number, pieces: number): readonly T[] {
  const size = Math.ceil(all.length / pieces);
  return all.slice(piece * size, (piece + 1) * size);
}
