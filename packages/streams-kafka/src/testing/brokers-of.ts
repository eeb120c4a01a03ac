/** Which brokers do what, for tests that choose whom to kill; and whether all have everything. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { connectKafka, type KafkaOptions } from '../connection.js';

const ASK_AGAIN_MS = 200;

export interface Roles {
  /** Node ids. */
  readonly groupCoordinator: number;
  readonly transactionCoordinator: number;
}

export async function brokersOf(
  kafka: KafkaOptions,
  which: { readonly groupId: string; readonly transactionalId: string },
): Promise<Roles> {
  const connection = await connectKafka(kafka);
  try {
    const group = await connection.groupCoordinator(which.groupId);
    const transaction = await connection.transactionCoordinator(which.transactionalId);
    return {
      groupCoordinator: group.nodeId,
      transactionCoordinator: transaction.nodeId,
    };
  } finally {
    await connection.close();
  }
}

/** Resolves when every partition of every topic has all its copies again. */
export async function untilInSync(kafka: KafkaOptions): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    for (;;) {
      const { topics } = await admin.fetchTopicMetadata();
      const partitions = topics.flatMap((topic) => topic.partitions);
      if (partitions.every(({ isr, replicas }) => isr.length === replicas.length)) return;
      await delay(ASK_AGAIN_MS);
    }
  } finally {
    await admin.disconnect();
  }
}

/** A setting of a topic as it holds, set or by default. */
export async function topicSetting(
  kafka: KafkaOptions,
  topic: string,
  name: string,
): Promise<string | undefined> {
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const asked = { includeSynonyms: false, resources: [{ type, name: topic }] };
    const [found] = (await admin.describeConfigs(asked)).resources;
    return found?.configEntries.find(({ configName }) => configName === name)?.configValue;
  } finally {
    await admin.disconnect();
  }
}
