/**
 * The log that `rosi check` holds the tables against, read beside the running product: that of the
 * data folder, or the topics in Kafka that its loader loads from.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LogReader, logReader, shiftedReader } from '@rosi/streams';
import { openEventLog, openState } from '@rosi/streams-embedded';
import { agreeOn, type KafkaCluster, openLogReader } from '@rosi/streams-kafka';
import { loadedTopicNames } from '@rosi/warehouse-loader';
import { firstTableOffsetFact } from '../start/installation-facts.js';

export interface CheckedLogs {
  /** Has events.collected. */
  readonly events: LogReader;
  /** Has the ledger topics. */
  readonly ledger: LogReader;
  close(): Promise<void>;
}

export interface LogPlace {
  readonly dataDir: string;
  /** As the environment says; null: it names no Kafka. */
  readonly kafka: KafkaCluster | null;
}

/** Null: the loader's folder is not here, or nothing says where its log is. */
export async function openCheckedLogs({ dataDir, kafka }: LogPlace): Promise<CheckedLogs | null> {
  const has = (name: string) => existsSync(join(dataDir, name, 'data.mdb'));
  if (!has('loader')) return null;
  if (has('events') && has('state')) return openEmbedded(dataDir);
  return kafka === null ? null : openTopics(kafka);
}

async function openEmbedded(dataDir: string): Promise<CheckedLogs> {
  const events = await openEventLog({ dir: join(dataDir, 'events'), readOnly: true });
  const state = await openState({ dir: join(dataDir, 'state') });
  return {
    events: logReader(events),
    ledger: logReader(state),
    async close() {
      await state.close();
      await events.close();
    },
  };
}

/** At the offsets that ClickHouse knows, which of a log that was moved to Kafka are not Kafka's. */
async function openTopics({ kafka, prefix, partitions }: KafkaCluster): Promise<CheckedLogs> {
  const reader = await openLogReader({ kafka, prefix, partitions, topics: loadedTopicNames });
  try {
    const facts = await agreeOn({ kafka, prefix }, {});
    const log = shiftedReader(reader, Number(facts[firstTableOffsetFact] ?? 0));
    return { events: log, ledger: log, close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}
