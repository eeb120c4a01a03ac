/**
 * Writes records from outside into Kafka, for the collector: acks=all, idempotent. Calls that come
 * while a write is under way share the next one. A write whose outcome is unknown is repeated under
 * the same sequence numbers, which the broker takes once; when Kafka does not answer in time the
 * call is refused, and nothing is kept in memory for later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@rosi/events';
import { partitionsOf, type TopicWriter } from '@rosi/streams';
import { connectKafka, type KafkaConnection, type KafkaOptions } from './connection.js';
import { KafkaError, protocolType, remedyOf } from './errors.js';
import { Framing, type SchemaIds } from './framing.js';
import { type OutgoingRecord, partsOf, type Share, sharesOf } from './outgoing.js';
import { produceRecords } from './produce-records.js';
import { TopicNames } from './task-spec.js';

const ANSWER_MS_MAX = 5000;
const RETRY_MS = 50;
/** Far more than any write; what comes beyond it is refused at once. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

export interface KafkaTopicWriterOptions {
  readonly kafka: KafkaOptions;
  readonly partitions: number;
  readonly prefix?: string;
  /** All topics that will be written. */
  readonly topics: readonly string[];
  readonly schemaIds?: SchemaIds;
  /** After which a call is refused; default 5 s. */
  readonly answerMsMax?: number;
}

export interface KafkaTopicWriter extends TopicWriter {
  /** After the writes under way. */
  close(): Promise<void>;
}

/** A call that waits for its records to be written. */
interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly until: number;
  resolve(): void;
  reject(error: Error): void;
}

interface Session {
  readonly connection: KafkaConnection;
  readonly id: { readonly producerId: string; readonly producerEpoch: number };
  readonly sequences: Map<string, number>;
  /** Partitions may be led by others than known. */
  isStale: boolean;
}

interface Failure {
  readonly share: Share;
  readonly reason: unknown;
}

/** Opens without waiting for Kafka: until it answers, calls are refused. */
export function openTopicWriter(options: KafkaTopicWriterOptions): KafkaTopicWriter {
  return new Writer(options);
}

class Writer implements KafkaTopicWriter {
  private waiting: Waiting[] = [];
  private bytes = 0;
  private session: Session | undefined;
  private writing: Promise<void> | undefined;
  private readonly names: TopicNames;
  private readonly framing: Framing;

  constructor(private readonly options: KafkaTopicWriterOptions) {
    this.names = new TopicNames(options.prefix ?? '');
    this.framing = new Framing(options.schemaIds);
  }

  append<T>(
    topic: Topic<T>,
    records: readonly { readonly value: T; readonly timestamp: number }[],
  ): Promise<void> {
    const outgoing = records.flatMap(({ value, timestamp }) =>
      this.encode(topic, value, timestamp),
    );
    const bytes = outgoing.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    if (this.bytes > 0 && this.bytes + bytes > WAITING_BYTES_MAX) {
      return Promise.reject(new KafkaError('ROSI_LOG_UNAVAILABLE', 'Too much waits for Kafka'));
    }
    const until = Date.now() + (this.options.answerMsMax ?? ANSWER_MS_MAX);
    this.bytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ records: outgoing, bytes, until, resolve, reject });
      this.writing ??= this.writeAll();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.session?.connection.close();
  }

  private encode<T>(topic: Topic<T>, value: T, timestamp: number): OutgoingRecord[] {
    const key = Buffer.from(topic.keyOf(value));
    const bytes = this.framing.encode(topic, value);
    return partitionsOf(topic, value, this.options.partitions).map((partition) => ({
      ...{ topic: this.names.of(topic.name), partition, key, value: bytes, timestamp },
    }));
  }

  private async writeAll(): Promise<void> {
    for (;;) {
      const calls = this.waiting;
      if (calls.length === 0) {
        // In the same turn as the look, or a call that comes in between would wait for ever.
        this.writing = undefined;
        return;
      }
      this.waiting = [];
      const failure = await this.write(calls);
      for (const call of calls) {
        this.bytes -= call.bytes;
        if (failure === undefined) call.resolve();
        else call.reject(failure);
      }
    }
  }

  /** Undefined: every record is where it belongs, on all replicas that are in step. */
  private async write(calls: readonly Waiting[]): Promise<Error | undefined> {
    const until = Math.min(...calls.map((call) => call.until));
    try {
      for (const part of partsOf(calls.flatMap(({ records }) => records))) {
        await this.writePart(sharesOf(part), until);
      }
      return undefined;
    } catch (cause) {
      // The next write begins with a new producer: what this one has left is unknown.
      // Whoever waits for an answer need not wait for the connection, which waits for the broker.
      this.session?.connection.close().catch(() => {});
      this.session = undefined;
      return new KafkaError('ROSI_LOG_UNAVAILABLE', 'Kafka does not take records now', { cause });
    }
  }

  private async writePart(shares: readonly Share[], until: number): Promise<void> {
    for (let left = shares; left.length > 0; ) {
      const failures = await this.tryShares(left, until);
      const [final] = failures.filter(({ reason }) => remedyOf(reason) !== 'reopen');
      if (final !== undefined) throw final.reason;
      if (failures[0] !== undefined && Date.now() > until) throw failures[0].reason;
      left = failures.map(({ share }) => share);
      if (left.length > 0) await delay(RETRY_MS);
    }
  }

  /** The shares that were not taken, and why. */
  private async tryShares(shares: readonly Share[], until: number): Promise<Failure[]> {
    try {
      const session = await before(until, this.openSession());
      if (session.isStale) await before(until, session.connection.refresh());
      const tried = shares.map((share) => produce(session, share));
      const results = await before(until, Promise.allSettled(tried));
      const failures = shares.flatMap((share, index) => {
        const result = results[index];
        return result?.status === 'rejected' ? [{ share, reason: result.reason }] : [];
      });
      session.isStale = failures.length > 0;
      return failures;
    } catch (reason) {
      return shares.map((share) => ({ share, reason }));
    }
  }

  private async openSession(): Promise<Session> {
    if (this.session !== undefined) return this.session;
    const connection = await connectKafka(this.options.kafka);
    try {
      await connection.watch(this.options.topics.map((topic) => this.names.of(topic)));
      const broker = await connection.anyBroker();
      const id = await broker.initProducerId({ transactionalId: undefined, transactionTimeout: 0 });
      this.session = { connection, id, sequences: new Map(), isStale: false };
      return this.session;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}

async function produce(session: Session, share: Share): Promise<void> {
  const { topic, partition, messages } = share;
  const place = `${topic}/${partition}`;
  const firstSequence = session.sequences.get(place) ?? 0;
  const broker = await session.connection.leader(topic, partition);
  const topicData = [{ topic, partitions: [{ partition, messages, firstSequence }] }];
  try {
    await produceRecords(broker, { topicData, ...session.id });
  } catch (error) {
    // An earlier try of the very same records was taken after all.
    if (protocolType(error) !== 'DUPLICATE_SEQUENCE_NUMBER') throw error;
  }
  session.sequences.set(place, (firstSequence + messages.length) % 2 ** 31);
}

/** What the promise gives, unless the time is over before. */
async function before<T>(until: number, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(Math.max(0, until - Date.now()), undefined, { signal: stop.signal }).then(
    () => {
      throw new KafkaError('ROSI_LOG_UNAVAILABLE', 'Kafka did not answer in time');
    },
  );
  // Whichever loses has nobody who listens.
  late.catch(() => {});
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
