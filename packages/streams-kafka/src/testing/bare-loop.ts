/**
 * What anybody would write with kafkajs alone: consume, change, produce, each batch one transaction
 * that holds the consumer's offsets. The benchmark's measure of what the client itself can do.
 */
import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { KafkaOptions } from '../connection.js';

const { Kafka } = kafkajs;
const KEY_BYTES = 16;
const MESSAGES_AT_ONCE = 2000;

export interface BareLoopOptions {
  readonly kafka: KafkaOptions;
  readonly from: string;
  readonly to: string;
  readonly partitions: number;
  /** It ends after so many. */
  readonly messages: number;
}

/** Resolves when the last transaction is committed. */
export async function runBareLoop(options: BareLoopOptions): Promise<void> {
  const { kafka, from, to, messages: total, partitions } = options;
  const client = new Kafka({
    brokers: [...kafka.brokers],
    logLevel: 0,
    // The default of 300 ms would be waited for in nearly every commit.
    retry: { initialRetryTime: 5 },
  });
  const groupId = `loop-${to}`;
  const consumer = client.consumer({ groupId, readUncommitted: false });
  // A transactional producer has one transaction at a time, and partitions are handled at once.
  const producers = Array.from({ length: partitions }, (_, partition) =>
    client.producer({
      transactionalId: `${groupId}-${partition}`,
      maxInFlightRequests: 1,
      idempotent: true,
    }),
  );
  await Promise.all(producers.map((producer) => producer.connect()));
  await consumer.connect();
  await consumer.subscribe({ topics: [from], fromBeginning: true });
  let moved = 0;
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    const running = consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: partitions,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, resolveOffset }) {
        const { partition, messages } = batch;
        const transaction = await producers[partition]?.transaction();
        if (transaction === undefined) throw new RangeError(`No producer for ${partition}`);
        await transaction.send({ topic: to, messages: messages.map(changed(partition)) });
        const offset = String(Number(batch.lastOffset()) + 1);
        await transaction.sendOffsets({
          consumerGroupId: groupId,
          topics: [{ topic: from, partitions: [{ partition, offset }] }],
        });
        await transaction.commit();
        resolveOffset(batch.lastOffset());
        moved += messages.length;
        if (moved >= total) resolve();
      },
    });
    running.catch(reject);
  });
  await consumer.disconnect();
  await Promise.all(producers.map((producer) => producer.disconnect()));
}

/** A new value of the same size. */
function changed(partition: number) {
  return ({ key, value, timestamp }: kafkajs.KafkaMessage): kafkajs.Message => {
    const fresh = Buffer.from(value ?? Buffer.alloc(0));
    if (fresh.length > 0) fresh[fresh.length - 1] = (fresh[fresh.length - 1] ?? 0) ^ 1;
    return { key, value: fresh, timestamp, partition };
  };
}

/** Appends messages of so many bytes, key included, evenly over the partitions. */
export async function fillTopic(
  kafka: KafkaOptions,
  topic: string,
  options: { readonly partitions: number; readonly messages: number; readonly bytes: number },
): Promise<void> {
  // Idempotent: right after a topic was made some partitions refuse, and kafkajs sends all again.
  const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  });
  const value = randomBytes(Math.max(1, options.bytes - KEY_BYTES));
  await producer.connect();
  try {
    for (let at = 0; at < options.messages; at += MESSAGES_AT_ONCE) {
      const length = Math.min(MESSAGES_AT_ONCE, options.messages - at);
      const messages = Array.from({ length }, (_, n) => ({
        key: String(at + n).padStart(KEY_BYTES, '0'),
        value,
        partition: (at + n) % options.partitions,
      }));
      await producer.send({ topic, messages });
    }
  } finally {
    await producer.disconnect();
  }
}
