/**
 * Fills the topics of a topology from elsewhere, before anything has run there: records of a log,
 * tasks' state, and last the documents that say from where each task goes on. Writing the same again
 * after an interruption changes nothing that counts: a changelog keeps the newest of each key.
 */
import type { Topic } from '@rosi/events';
import { type OutcomeCounts, partitionsOf, type Topology, wire } from '@rosi/streams';
import type { Producer } from 'kafkajs';
import { clientOf } from './admin.js';
import { documentKey, encodeDocument, stateEntryKey } from './changelog.js';
import { connectKafka, type KafkaOptions } from './connection.js';
import { Framing, type SchemaIds } from './framing.js';
import { endOffsets, offsetIn, type Place, placeKey } from './offsets.js';
import { TopicNames } from './task-spec.js';

const ALL_REPLICAS = -1;
const BATCH_BYTES = 500_000;
const ENTRY_OVERHEAD_BYTES = 100;

export interface MoveInOptions {
  readonly kafka: KafkaOptions;
  readonly topology: Topology;
  readonly partitions: number;
  readonly prefix: string;
  readonly schemaIds?: SchemaIds;
}

/** An entry of a processor's state, and the partitions whose tasks are to have it. */
export interface PlacedEntry {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly partitions: readonly number[];
}

export interface FinishedProcessor {
  readonly name: string;
  readonly stateVersion: number;
  readonly outcomes: readonly OutcomeCounts[];
}

export interface MoveIn {
  /** Whether no topic has had a record yet. */
  isEmpty(): Promise<boolean>;
  /** Appends records in their order, each to the partition of its key. */
  copy<T>(
    topic: Topic<T>,
    records: AsyncIterable<{ readonly value: T; readonly timestamp: number }>,
  ): Promise<void>;
  /** One past the last record of each partition. */
  ends(topic: string): Promise<readonly number[]>;
  putState(processor: string, entries: Iterable<PlacedEntry>): Promise<void>;
  /** Every task goes on from these positions (by topic, the same for none that is not named). */
  finish(
    processor: FinishedProcessor,
    positions: ReadonlyMap<string, readonly number[]>,
  ): Promise<void>;
  close(): Promise<void>;
}

interface Message {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly partition: number;
  readonly timestamp: string;
}

/** The topics must be there (`prepareTopics`). */
export async function openMoveIn(options: MoveInOptions): Promise<MoveIn> {
  const { kafka, partitions } = options;
  const names = new TopicNames(options.prefix);
  const wiring = wire(options.topology);
  const topics = [
    ...[...wiring.topics.keys()].map((name) => names.of(name)),
    ...wiring.processors.map(({ name }) => names.changelogOf(name)),
  ];
  const connection = await connectKafka(kafka);
  const producer = clientOf(kafka).producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  try {
    await connection.watch(topics);
    await producer.connect();
  } catch (error) {
    await connection.close();
    throw error;
  }
  const every = Array.from({ length: partitions }, (_, partition) => partition);
  const placesOf = (topic: string): Place[] => every.map((partition) => ({ topic, partition }));
  const endsOf = async (topic: string) => {
    const places = placesOf(topic);
    const ends = await endOffsets(connection, places);
    return places.map((place) => offsetIn(ends, place));
  };
  const framing = new Framing(options.schemaIds);
  return {
    async isEmpty() {
      const places = topics.flatMap(placesOf);
      const ends = await endOffsets(connection, places);
      return places.every((place) => ends.get(placeKey(place)) === 0);
    },
    async copy(topic, records) {
      const batch = new Batch(producer, names.of(topic.name));
      for await (const { value, timestamp } of records) {
        const key = Buffer.from(topic.keyOf(value));
        const bytes = framing.encode(topic, value);
        for (const partition of partitionsOf(topic, value, partitions)) {
          await batch.add({ key, value: bytes, partition, timestamp: String(timestamp) });
        }
      }
      await batch.send();
    },
    ends: (topic) => endsOf(names.of(topic)),
    async putState(processor, entries) {
      const batch = new Batch(producer, names.changelogOf(processor));
      const timestamp = String(Date.now());
      for (const { key, value, partitions: places } of entries) {
        for (const partition of places) {
          await batch.add({ key: stateEntryKey(key), value, partition, timestamp });
        }
      }
      await batch.send();
    },
    async finish({ name, stateVersion, outcomes }, positions) {
      const batch = new Batch(producer, names.changelogOf(name));
      for (const partition of every) {
        const document = {
          stateVersion,
          partitions,
          positions: Object.fromEntries(
            [...positions].map(([topic, ends]) => [topic, ends[partition] ?? 0]),
          ),
          // They are sums over all tasks.
          outcomes: partition === 0 ? outcomes : [],
          alone: null,
        };
        const timestamp = String(Date.now());
        await batch.add({
          key: documentKey,
          value: encodeDocument(document),
          partition,
          timestamp,
        });
      }
      await batch.send();
    },
    async close() {
      await producer.disconnect();
      await connection.close();
    },
  };
}

/** Messages of one topic on their way, sent when there are enough. */
class Batch {
  private messages: Message[] = [];
  private bytes = 0;

  constructor(
    private readonly producer: Producer,
    private readonly topic: string,
  ) {}

  async add(message: Message): Promise<void> {
    this.messages.push(message);
    this.bytes += message.key.length + message.value.length + ENTRY_OVERHEAD_BYTES;
    if (this.bytes >= BATCH_BYTES) await this.send();
  }

  async send(): Promise<void> {
    const { messages, topic } = this;
    this.messages = [];
    this.bytes = 0;
    if (messages.length > 0) await this.producer.send({ topic, acks: ALL_REPLICAS, messages });
  }
}
