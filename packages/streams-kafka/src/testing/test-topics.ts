/** What tests do to topics: write as a producer outside, read as a consumer outside, clear away. */
import type { Topic } from '@rosi/events';
import { partitionsOf, type Topology, wire } from '@rosi/streams';
import kafkajs from 'kafkajs';
import { connectKafka, type KafkaOptions } from '../connection.js';
import { decodeRecord, Framing } from '../framing.js';
import { endOffsets, offsetIn, type Place } from '../offsets.js';
import { readPartition } from '../read-topic.js';
import type { KafkaRecord } from '../record-batches.js';
import { TopicNames } from '../task-spec.js';
import { declareTopics, ensureTopics } from '../topics.js';

const { Kafka } = kafkajs;
const ALL_REPLICAS = -1;
const MESSAGES_AT_ONCE = 500;

/** Makes the topics of a topology, for tests that write before anything runs. */
export function makeTopics(
  kafka: KafkaOptions,
  topology: Topology,
  options: { readonly prefix: string; readonly partitions: number; readonly replicas?: number },
): Promise<void> {
  const { partitions, replicas = 1 } = options;
  const settings = { partitions, replicas, retentionMs: -1 };
  const names = new TopicNames(options.prefix);
  return ensureTopics(kafka, declareTopics(wire(topology), names, settings));
}

/** Appends values, each to the partition of its key, those of a partition in their order. */
export async function writeTopic<T>(
  kafka: KafkaOptions,
  topic: Topic<T>,
  options: {
    readonly prefix: string;
    readonly partitions: number;
    /** False: as no build of ROSI writes; default true. */
    readonly framed?: boolean;
  },
  values: readonly { readonly value: T; readonly timestamp: number }[],
): Promise<void> {
  const name = `${options.prefix}${topic.name}`;
  const framing = new Framing();
  const isFramed = options.framed !== false;
  const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).producer({
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  try {
    for (let at = 0; at < values.length; at += MESSAGES_AT_ONCE) {
      const messages = values.slice(at, at + MESSAGES_AT_ONCE).flatMap(({ value, timestamp }) =>
        partitionsOf(topic, value, options.partitions).map((partition) => ({
          key: topic.keyOf(value),
          value: isFramed ? framing.encode(topic, value) : topic.codec.encode(value),
          partition,
          timestamp: String(timestamp),
        })),
      );
      await producer.send({ topic: name, acks: ALL_REPLICAS, messages });
    }
  } finally {
    await producer.disconnect();
  }
}

/** All committed records of a topic, partition by partition. */
export async function readTopic(
  kafka: KafkaOptions,
  topic: string,
  partitions: number,
): Promise<KafkaRecord[]> {
  const connection = await connectKafka(kafka);
  try {
    await connection.watch([topic]);
    const records: KafkaRecord[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      // One by one: more than a call may have as arguments.
      for (const record of await readPartition(connection, { topic, partition })) {
        records.push(record);
      }
    }
    return records;
  } finally {
    await connection.close();
  }
}

/** All committed values of a topic, partition by partition. */
export async function readValues<T>(
  kafka: KafkaOptions,
  topic: Topic<T>,
  { prefix, partitions }: { readonly prefix: string; readonly partitions: number },
): Promise<T[]> {
  const records = await readTopic(kafka, `${prefix}${topic.name}`, partitions);
  return records.map(({ value }) => decodeRecord(topic, value ?? Buffer.alloc(0)));
}

/** Removes every topic whose name begins so. */
export async function removeTopics(kafka: KafkaOptions, prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

/** As retention does it: the records of a partition that come before an offset are gone. */
export async function removeRecords(
  kafka: KafkaOptions,
  place: Place,
  before: number | 'end',
): Promise<void> {
  const connection = await connectKafka(kafka);
  try {
    await connection.watch([place.topic]);
    const upTo = before === 'end' ? offsetIn(await endOffsets(connection, [place]), place) : before;
    const broker = await connection.leader(place.topic, place.partition);
    const { topic, partition } = place;
    const partitions = [{ partition, offset: String(upTo) }];
    await broker.deleteRecords({ topics: [{ topic, partitions }] });
  } finally {
    await connection.close();
  }
}

/** How many offsets the topics with this prefix have given out, by topic, markers included. */
export async function offsetsGiven(
  kafka: KafkaOptions,
  prefix: string,
): Promise<ReadonlyMap<string, number>> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    const counts = topics.map(async (topic): Promise<[string, number]> => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return [topic, partitions.reduce((sum, { high }) => sum + Number(high), 0)];
    });
    return new Map(await Promise.all(counts));
  } finally {
    await admin.disconnect();
  }
}

/** Sets of a topic what is named, and resets the rest, as `kafka-configs.sh` would. */
export async function setTopic(
  kafka: KafkaOptions,
  topic: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const resources = [{ type, name: topic, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
  } finally {
    await admin.disconnect();
  }
}

/** Topics of somebody else's, as the broker makes them; kept for ever. */
export async function makePlainTopics(
  kafka: KafkaOptions,
  topics: readonly string[],
  partitions: number,
): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  await admin.connect();
  try {
    await admin.createTopics({
      topics: topics.map((topic) => ({ topic, numPartitions: partitions, configEntries })),
    });
  } finally {
    await admin.disconnect();
  }
}
