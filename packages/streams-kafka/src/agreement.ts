/**
 * What all processes of an installation must have alike, as facts in a topic of their own: the first
 * process that states a fact decides it, and every later one learns what was decided.
 */
import { clientOf } from './admin.js';
import { connectKafka, type KafkaConnection, type KafkaOptions } from './connection.js';
import { readPartition } from './read-topic.js';
import { TopicNames } from './task-spec.js';

const ALL_REPLICAS = -1;

export type Facts = Readonly<Record<string, string>>;

export interface AgreementPlace {
  readonly kafka: KafkaOptions;
  readonly prefix: string;
}

/**
 * The facts as they were decided, those of others included; what nobody has stated before is decided
 * by this call. The topic must be there (`prepareTopics`).
 */
export async function agreeOn(place: AgreementPlace, stated: Facts): Promise<Facts> {
  const topic = new TopicNames(place.prefix).installation;
  const connection = await connectKafka(place.kafka);
  try {
    await connection.watch([topic]);
    const known = await readFacts(connection, topic);
    const news = Object.entries(stated).filter(([name]) => known[name] === undefined);
    if (news.length === 0) return known;
    await writeFacts(place.kafka, topic, news);
    // Two may have stated them at once: the one whose record came first has decided.
    return await readFacts(connection, topic);
  } finally {
    await connection.close();
  }
}

async function readFacts(connection: KafkaConnection, topic: string): Promise<Facts> {
  const facts: Record<string, string> = {};
  for (const { key, value } of await readPartition(connection, { topic, partition: 0 })) {
    if (key !== null && value !== null) facts[key.toString()] ??= value.toString();
  }
  return facts;
}

/** A record that kafkajs has sent twice says the same twice. */
async function writeFacts(
  kafka: KafkaOptions,
  topic: string,
  facts: readonly (readonly [string, string])[],
): Promise<void> {
  const producer = clientOf(kafka).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const messages = facts.map(([key, value]) => ({ key, value, partition: 0 }));
    await producer.send({ topic, acks: ALL_REPLICAS, messages });
  } finally {
    await producer.disconnect();
  }
}
