/**
 * The producer of one task. Opening it shuts out whoever had the same transactional id before, and
 * takes back what they had not committed. It never repeats a send: after any failure the producer is
 * thrown away, since what became of the transaction is unknown until a new one has been opened.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connectKafka, type KafkaConnection, type KafkaOptions } from './connection.js';
import { protocolType } from './errors.js';
import type { Broker, TopicPartitions } from './kafkajs-internals.js';
import { type OutgoingRecord, partsOf, type Share, sharesOf } from './outgoing.js';
import { produceRecords } from './produce-records.js';

const TRANSACTION_MS_MAX = 60_000;
const BUSY_MS = 2;
const BUSY_MS_MAX = 30_000;
/** The coordinator has not finished what was before; asking again has no effect of its own. */
const BUSY = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

export class TransactionalProducer {
  private readonly inTransaction = new Set<string>();
  private readonly sequences = new Map<string, number>();

  private constructor(
    private readonly connection: KafkaConnection,
    private readonly coordinator: Broker,
    private readonly transactionalId: string,
    private readonly id: { readonly producerId: string; readonly producerEpoch: number },
  ) {}

  /** Fences all older producers of this id. `topics`: all that it will ever write. */
  static async open(
    kafka: KafkaOptions,
    transactionalId: string,
    topics: readonly string[],
  ): Promise<TransactionalProducer> {
    const connection = await connectKafka(kafka);
    try {
      await connection.watch(topics);
      const coordinator = await connection.transactionCoordinator(transactionalId);
      const id = await whileBusy(() =>
        coordinator.initProducerId({ transactionalId, transactionTimeout: TRANSACTION_MS_MAX }),
      );
      return new TransactionalProducer(connection, coordinator, transactionalId, id);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * Adds records to the transaction, those of a partition in their order. Answers the offset of the
   * last record of each `topic/partition`.
   */
  async send(records: readonly OutgoingRecord[]): Promise<ReadonlyMap<string, number>> {
    const last = new Map<string, number>();
    await this.addPartitions(records);
    for (const part of partsOf(records)) {
      const byLeader = new Map<number, Share[]>();
      for (const share of sharesOf(part)) {
        const leader = this.connection.leaderId(share.topic, share.partition);
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), share]);
      }
      await Promise.all(
        [...byLeader].map(([leader, shares]) => this.produce(leader, shares, last)),
      );
    }
    return last;
  }

  async commit(): Promise<void> {
    const { coordinator, transactionalId, id } = this;
    await coordinator.endTxn({ transactionalId, ...id, transactionResult: true });
    this.inTransaction.clear();
  }

  /** Without ending a transaction that is under way: the next owner does that. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async addPartitions(records: readonly OutgoingRecord[]): Promise<void> {
    const added = new Map<string, Set<number>>();
    for (const { topic, partition } of records) {
      if (this.inTransaction.has(`${topic}/${partition}`)) continue;
      this.inTransaction.add(`${topic}/${partition}`);
      added.set(topic, (added.get(topic) ?? new Set()).add(partition));
    }
    if (added.size === 0) return;
    const topics: TopicPartitions<number>[] = [...added].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions],
    }));
    const { coordinator, transactionalId, id } = this;
    await whileBusy(() => coordinator.addPartitionsToTxn({ transactionalId, ...id, topics }));
  }

  private async produce(
    leader: number,
    shares: readonly Share[],
    last: Map<string, number>,
  ): Promise<void> {
    const broker = await this.connection.broker(leader);
    const { transactionalId, id } = this;
    const topicData = shares.map(({ topic, partition, messages }) => ({
      topic,
      partitions: [{ partition, messages, firstSequence: this.sequence(topic, partition) }],
    }));
    const answer = await produceRecords(broker, { topicData, transactionalId, ...id });
    for (const { topic, partition, messages } of shares) {
      const key = `${topic}/${partition}`;
      this.sequences.set(key, this.sequence(topic, partition) + messages.length);
      const base = answer.topics
        .filter(({ topicName }) => topicName === topic)
        .flatMap(({ partitions }) => partitions)
        .find((one) => one.partition === partition)?.baseOffset;
      last.set(key, Number(base) + messages.length - 1);
    }
  }

  private sequence(topic: string, partition: number): number {
    // A sequence has 31 bits; Kafka goes on at 0 after the largest.
    return (this.sequences.get(`${topic}/${partition}`) ?? 0) % 2 ** 31;
  }
}

async function whileBusy<T>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + BUSY_MS_MAX;
  for (let ms = BUSY_MS; ; ms = Math.min(ms * 2, 100)) {
    try {
      return await ask();
    } catch (error) {
      if (!BUSY.has(protocolType(error) ?? '') || Date.now() > end) throw error;
    }
    await delay(ms);
  }
}
