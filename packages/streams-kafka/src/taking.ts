/**
 * Whether a topic takes records now, by what the brokers say of it: every partition has a leader, and
 * as many copies in step as a write asks for. Where a partition ends is told also while none is taken.
 */
import kafkajs from 'kafkajs';
import { withAdmin } from './admin.js';
import { connectWatching, type KafkaOptions } from './connection.js';

const { ConfigResourceTypes } = kafkajs;
const COPIES_SETTING = 'min.insync.replicas';

export interface Taking {
  /** Rejects while no broker answers. */
  isTaking(): Promise<boolean>;
  close(): Promise<void>;
}

/** The topic must be there. What is set of it is read once. */
export async function openTaking(kafka: KafkaOptions, topic: string): Promise<Taking> {
  const copiesMin = await copiesAskedFor(kafka, topic);
  const connection = await connectWatching(kafka, [topic]);
  return {
    async isTaking() {
      await connection.refresh();
      // Kafka asks for no more copies than there are.
      return connection
        .copies(topic)
        .every(({ inStep, all }) => inStep >= Math.min(copiesMin, all));
    },
    close: () => connection.close(),
  };
}

function copiesAskedFor(kafka: KafkaOptions, topic: string): Promise<number> {
  const asked = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [COPIES_SETTING] }];
  return withAdmin(kafka, async (admin) => {
    const told = await admin.describeConfigs({ includeSynonyms: false, resources: asked });
    const entries = told.resources.flatMap(({ configEntries }) => configEntries);
    return Number(
      entries.find(({ configName }) => configName === COPIES_SETTING)?.configValue ?? 1,
    );
  });
}
