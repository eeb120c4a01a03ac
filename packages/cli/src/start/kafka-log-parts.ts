/**
 * Log and stitcher on Kafka. Whichever parts a process has, the topics are made and checked first,
 * and the keys held against those of the installation; how far stitcher and loader are is read from
 * Kafka, wherever they run.
 */
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected } from '@rosi/events';
import { type LifecyclePart, startWorker, suppressionHash } from '@rosi/service-kit';
import { stitcherAtWork, stitcherGroup, stitcherTopology } from '@rosi/stitcher';
import { inputsOf, type Topology } from '@rosi/streams';
import {
  type GroupPositions,
  type InputProgress,
  type KafkaCluster,
  type KafkaLogReader,
  type KafkaTopicWriter,
  namedFailure,
  openGroupPositions,
  openLogReader,
  openProgress,
  openTaking,
  openTaskOutcomes,
  openTopicWriter,
  type Progress,
  prepareTopics,
  registerSchemas,
  type Taking,
  type TaskOutcomes,
  untilHandedOver,
} from '@rosi/streams-kafka';
import { loadedTopicNames, loaderGroup } from '@rosi/warehouse-loader';
import { assertMoved, firstTableOffsetFact } from './installation-facts.js';
import { agreeOnKeys } from './key-agreement.js';
import { continueReplay, type LogParts, type LogPartsContext } from './log-parts.js';
import { need } from './need.js';
import type { StitcherProgress } from './pipeline-status.js';

/** Status is asked often: it says so soon when Kafka is away. */
const patienceMs = 1000;
const oneRecord = { recordsMax: 1, bytesMax: 1 };

interface Started {
  /** With what the installation and the schema registry have told. */
  cluster?: KafkaCluster;
  writer?: KafkaTopicWriter;
  reader?: KafkaLogReader;
  taking?: Taking;
  /** The question that is under way; one after another is enough, however many ask. */
  asked?: Promise<boolean>;
  progress?: Progress;
  outcomes?: TaskOutcomes;
  loader?: GroupPositions;
  stitcher?: { stop(): Promise<void> };
  /** It has come to work once; what it has been given since is lag and no question of readiness. */
  isStitching?: boolean;
}

export function kafkaLogParts(context: LogPartsContext, cluster: KafkaCluster): LogParts {
  const started: Started = {};
  const { parts } = context.config;
  return {
    parts: [
      installationPart(context, cluster, started),
      ...(parts.has('stitcher') ? [stitcherPart(context, cluster, started)] : []),
      logPart(context, cluster, started),
    ],
    upkeep: [],
    writer: () => need(started.writer),
    cluster: () => need(started.cluster),
    readers() {
      const reader = need(started.reader);
      const progress = need(started.progress);
      return {
        log: reader,
        state: reader,
        stitcher: async () => stitcherProgress(await progress.inputs(), reader),
        outcomes: () => need(started.outcomes).outcomes(),
        loader: () => need(started.loader).positions(),
      };
    },
    isReady() {
      started.asked ??= need(started.taking)
        .isTaking()
        .finally(() => {
          delete started.asked;
        });
      return started.asked;
    },
    isStitching: () => started.isStitching === true,
  };
}

/** The topology as far as topics and names go, which no key changes. */
export function topologyShape(): Topology {
  return stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('') });
}

function installationPart(
  context: LogPartsContext,
  cluster: KafkaCluster,
  started: Started,
): LifecyclePart {
  const { kafka, prefix, partitions, replicas } = cluster;
  const { parts, logRetention } = context.config;
  return {
    name: 'Kafka',
    async start() {
      const topics = { kafka, prefix, partitions, replicas, retentionMs: logRetention.ageMs };
      try {
        await prepareTopics({ ...topics, topology: topologyShape() });
        const agree = () => agreeOnKeys({ kafka, prefix }, context.keys(), parts);
        const facts = await untilHandedOver(kafka, agree);
        assertMoved(facts, prefix);
        const schemaIds = await registeredIds(cluster);
        const firstTableOffset = Number(facts[firstTableOffsetFact] ?? 0);
        started.cluster = { ...cluster, ...schemaIds, firstTableOffset };
      } catch (error) {
        throw namedFailure(kafka, error);
      }
    },
    stop: () => undefined,
  };
}

/** Asks the schema registry, where there is one. */
export async function registeredIds({
  registryUrl: url,
  prefix,
}: KafkaCluster): Promise<Pick<KafkaCluster, 'schemaIds'>> {
  if (url === null) return {};
  return { schemaIds: await registerSchemas({ url, topology: topologyShape(), prefix }) };
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
      const { suppressionKey } = context.keys().keys;
      const kafka = need(started.cluster);
      const options = { dataDir, partitions, kafka, logLevel, ledgerRetention };
      started.stitcher = await startWorker(
        entry,
        { ...options, suppressionKey },
        {
          fault: (error) => context.fault(error),
          observed(name, value) {
            if (name !== stitcherAtWork) context.observe(name, value);
            else if (value === 1) started.isStitching = true;
          },
        },
      );
    },
    stop: () => started.stitcher?.stop(),
  };
}

function logPart(context: LogPartsContext, cluster: KafkaCluster, started: Started): LifecyclePart {
  const { kafka } = cluster;
  const { parts, dataDir } = context.config;
  return {
    name: 'event log',
    async start() {
      try {
        await untilHandedOver(kafka, () => openLog(cluster, started));
        if (parts.has('loader')) await continueReplay(need(started.writer), dataDir);
      } catch (error) {
        await closeLog(started);
        throw namedFailure(kafka, error);
      }
    },
    stop: () => closeLog(started),
  };
}

async function openLog(cluster: KafkaCluster, started: Started): Promise<void> {
  await closeLog(started); // What a failed attempt has opened.
  const { kafka, prefix, partitions } = cluster;
  const topology = topologyShape();
  const place = { kafka, prefix, partitions };
  const inputs = topology.processors.flatMap((one) => inputsOf(one).map(({ name }) => name));
  const topics = [...new Set([...inputs, ...loadedTopicNames])];
  started.reader = await openLogReader({ ...place, topics, patienceMs });
  started.taking = await openTaking(kafka, `${prefix}${eventsCollected.name}`);
  started.progress = await openProgress({ ...place, topology, groupId: stitcherGroup });
  started.outcomes = await openTaskOutcomes({ ...place, topology });
  const group = { kafka, prefix, groupId: loaderGroup };
  started.loader = await openGroupPositions(group, loadedTopicNames, partitions);
  const topicsWritten = [eventsCollected.name];
  started.writer = openTopicWriter({ ...need(started.cluster), topics: topicsWritten });
}

const opened = ['writer', 'loader', 'outcomes', 'progress', 'taking', 'reader'] as const;

async function closeLog(started: Started): Promise<void> {
  for (const name of opened) {
    await started[name]?.close();
    delete started[name];
  }
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
