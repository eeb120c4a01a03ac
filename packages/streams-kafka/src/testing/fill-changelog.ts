/** A changelog as a task leaves it behind, without the work that would have filled it. */
import kafkajs from 'kafkajs';
import { documentKey, encodeDocument, stateEntryKey } from '../changelog.js';
import type { KafkaOptions } from '../connection.js';
import { TopicNames } from '../task-spec.js';

const ALL_REPLICAS = -1;
const ENTRIES_AT_ONCE = 5000;

export interface FilledChangelog {
  readonly prefix: string;
  readonly processor: string;
  readonly partition: number;
  readonly partitions: number;
  readonly stateVersion: number;
  /** By topic: where the task reads on. */
  readonly positions: Readonly<Record<string, number>>;
}

/** Appends the entries, then the document that says how far the task has come. */
export async function fillChangelog(
  kafka: KafkaOptions,
  changelog: FilledChangelog,
  entries: Iterable<readonly [key: Buffer, value: Buffer]>,
): Promise<void> {
  const { prefix, processor, partition, partitions, stateVersion, positions } = changelog;
  const topic = new TopicNames(prefix).changelogOf(processor);
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: 0 });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    let messages: kafkajs.Message[] = [];
    const send = async () => {
      await producer.send({ topic, acks: ALL_REPLICAS, messages });
      messages = [];
    };
    for (const [key, value] of entries) {
      messages.push({ key: stateEntryKey(key), value, partition });
      if (messages.length === ENTRIES_AT_ONCE) await send();
    }
    const document = { stateVersion, partitions, positions, outcomes: [], alone: null };
    messages.push({ key: documentKey, value: encodeDocument(document), partition });
    await send();
  } finally {
    await producer.disconnect();
  }
}
