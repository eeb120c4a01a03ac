/**
 * Log and stitcher on Kafka. The stitcher starts first, since it makes the topics; how far it is, is
 * read from Kafka, as anybody outside could.
 */
import { join } from 'node:path';
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected } from '@rosi/events';
import { type LifecyclePart, startWorker, suppressionHash } from '@rosi/service-kit';
import { stitcherCopyFolder, stitcherGroup, stitcherTopology } from '@rosi/stitcher';
import { inputsOf } from '@rosi/streams';
import {
  type InputProgress,
  type KafkaCluster,
  type KafkaLogReader,
  type KafkaTopicWriter,
  type LocalOutcomes,
  openLocalOutcomes,
  openLogReader,
  openProgress,
  openTopicWriter,
  type Progress,
} from '@rosi/streams-kafka';
import { loadedTopicNames } from '@rosi/warehouse-loader';
import { continueReplay, type LogParts, type LogPartsContext } from './log-parts.js';
import { need } from './need.js';
import type { StitcherProgress } from './pipeline-status.js';

/** Status is asked often: it says so soon when Kafka is away. */
const patienceMs = 1000;
const oneRecord = { recordsMax: 1, bytesMax: 1 };

interface Started {
  writer?: KafkaTopicWriter;
  reader?: KafkaLogReader;
  progress?: Progress;
  outcomes?: LocalOutcomes;
  stitcher?: { stop(): Promise<void> };
}

export function kafkaLogParts(context: LogPartsContext, cluster: KafkaCluster): LogParts {
  const started: Started = {};
  return {
    parts: [stitcherPart(context, cluster, started), logPart(context, cluster, started)],
    upkeep: [],
    writer: () => need(started.writer),
    readers() {
      const reader = need(started.reader);
      const progress = need(started.progress);
      return {
        log: reader,
        state: reader,
        stitcher: async () => stitcherProgress(await progress.inputs(), reader),
        outcomes: () => need(started.outcomes).outcomes(),
      };
    },
    async isReady() {
      await need(started.reader).endOffset(eventsCollected.name, 0);
      return true;
    },
  };
}

function stitcherPart(
  context: LogPartsContext,
  cluster: KafkaCluster,
  started: Started,
): LifecyclePart {
  const { dataDir, logLevel, logRetention: ledgerRetention } = context.config;
  return {
    name: 'stitcher',
    async start() {
      const entry = new URL(import.meta.resolve('@rosi/stitcher/main'));
      const { partitions } = cluster;
      const suppressionKey = context.suppressionKey();
      const options = { dataDir, partitions, kafka: cluster, logLevel, ledgerRetention };
      const fault = (error: Error) => context.fault(error);
      started.stitcher = await startWorker(entry, { ...options, suppressionKey }, { fault });
      started.outcomes = openLocalOutcomes(join(dataDir, stitcherCopyFolder));
    },
    async stop() {
      await started.outcomes?.close();
      await started.stitcher?.stop();
    },
  };
}

function logPart(context: LogPartsContext, cluster: KafkaCluster, started: Started): LifecyclePart {
  const { kafka, prefix, partitions } = cluster;
  return {
    name: 'event log',
    async start() {
      const topology = stitcherTopology({
        attribution: defaultSettings,
        hash: suppressionHash(context.suppressionKey()),
      });
      const place = { kafka, prefix, partitions };
      const inputs = topology.processors.flatMap((one) => inputsOf(one).map(({ name }) => name));
      const topics = [...new Set([...inputs, ...loadedTopicNames])];
      try {
        started.reader = await openLogReader({ ...place, topics, patienceMs });
        started.progress = await openProgress({ ...place, topology, groupId: stitcherGroup });
        started.writer = openTopicWriter({ ...place, topics: [eventsCollected.name] });
        await continueReplay(started.writer, context.config.dataDir);
      } catch (error) {
        await closeLog(started);
        throw error;
      }
    },
    stop: () => closeLog(started),
  };
}

async function closeLog({ writer, progress, reader }: Started): Promise<void> {
  await writer?.close();
  await progress?.close();
  await reader?.close();
}

async function stitcherProgress(
  inputs: readonly InputProgress[],
  reader: KafkaLogReader,
): Promise<StitcherProgress> {
  const isOutside = ({ topic }: InputProgress) => topic === eventsCollected.name;
  const waiting = inputs.filter((one) => !isOutside(one) && one.position < one.end);
  let oldestQueued: number | null = null;
  for (const { topic, partition, position } of waiting) {
    // Records between processors are in the order of their causes, or nearly.
    const { records } = await reader.read(topic, partition, position, oneRecord);
    const timestamp = records[0]?.timestamp;
    if (timestamp !== undefined) oldestQueued = Math.min(oldestQueued ?? timestamp, timestamp);
  }
  const queued = waiting.reduce((sum, { position, end }) => sum + end - position, 0);
  return { positions: inputs.filter(isOutside), queued, oldestQueued };
}
