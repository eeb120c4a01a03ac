/**
 * The topics that a topology needs, from one declaration: made when they are missing, otherwise
 * compared. What is there is never altered: a topic that does not fit is an error that says how.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inputsOf, type Wiring } from '@rosi/streams';
import kafkajs, { type Admin } from 'kafkajs';
import { withAdmin } from './admin.js';
import type { KafkaOptions } from './connection.js';
import { KafkaError, remedyOf } from './errors.js';
import type { TopicNames } from './task-spec.js';

const { ConfigResourceTypes } = kafkajs;

const DAY_MS = 24 * 60 * 60 * 1000;
const RECORD_BYTES_MAX = 8 * 1024 * 1024;
/** Twice the age of a copy of state that is still trusted (`restore.ts`). */
const REMOVALS_KEPT_MS = 7 * DAY_MS;
const FOR_EVER = -1;
const INT64_MAX = 2n ** 63n - 1n;
/** A new topic is known to all brokers within a moment. */
const LEADER_RETRIES = 300;
const LEADER_RETRY_MS = 100;

export interface TopicSettings {
  readonly partitions: number;
  readonly replicas: number;
  /** Of topics that come from outside or are read there; −1: for ever. */
  readonly retentionMs: number;
}

export interface DeclaredTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  /** What is set when it is made. */
  readonly settings: Readonly<Record<string, string>>;
  /** Those of the settings that must hold; the others are the operator's. */
  readonly fixed: readonly string[];
  /** Those of the settings, numbers, of which more is as good. */
  readonly least: readonly string[];
}

export function declareTopics(
  wiring: Wiring,
  names: TopicNames,
  settings: TopicSettings,
): DeclaredTopic[] {
  const { partitions, replicas, retentionMs } = settings;
  const ends = new Set([...wiring.sources, ...wiring.sinks].map(({ name }) => name));
  const common = { partitions, replicas };
  const withCopies = (kind: TopicKind): TopicKind => ({
    ...kind,
    settings: { ...kind.settings, ...copySettings(replicas) },
  });
  const logs = [...wiring.topics.keys()].map((name) => ({
    ...common,
    topic: names.of(name),
    ...withCopies(ends.has(name) ? endSettings(retentionMs) : internalSettings),
  }));
  const changelogs = wiring.processors.map(({ name }) => ({
    ...common,
    topic: names.changelogOf(name),
    ...withCopies(changelogSettings),
  }));
  const single = { ...common, partitions: 1, ...withCopies(internalSettings) };
  const shared = [names.barriers, names.installation].map((topic) => ({ ...single, topic }));
  return [...logs, ...changelogs, ...shared];
}

type TopicKind = Pick<DeclaredTopic, 'settings' | 'fixed' | 'least'>;

/**
 * Of three copies two must have a record before it is answered: Kafka's own default is one, which
 * may be the one that is lost. Two copies can't both be asked for, or none may ever be away.
 */
function copySettings(replicas: number): Readonly<Record<string, string>> {
  return replicas < 3 ? {} : { 'min.insync.replicas': String(replicas - 1) };
}

const recordSettings = {
  'max.message.bytes': String(RECORD_BYTES_MAX),
  // A record's time is the received_at of its cause, not when it was written.
  'message.timestamp.type': 'CreateTime',
  // An event must not be refused because two clocks differ, or because its cause is old.
  'message.timestamp.after.max.ms': String(INT64_MAX),
  'message.timestamp.before.max.ms': String(INT64_MAX),
};
/** One record that does not fit would be refused to its sender, or hold a task up, for ever. */
const least = ['max.message.bytes'];

function endSettings(retentionMs: number): TopicKind {
  return {
    settings: {
      ...recordSettings,
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionMs),
    },
    fixed: ['cleanup.policy', 'message.timestamp.type'],
    least,
  };
}

/** Records between processors carry old times, so no age may remove what is not yet handled. */
const internalSettings: TopicKind = {
  settings: {
    ...recordSettings,
    'cleanup.policy': 'delete',
    'retention.ms': String(FOR_EVER),
    'retention.bytes': String(FOR_EVER),
  },
  fixed: ['cleanup.policy', 'message.timestamp.type', 'retention.ms', 'retention.bytes'],
  least,
};

const changelogSettings: TopicKind = {
  settings: {
    ...recordSettings,
    'cleanup.policy': 'compact',
    'delete.retention.ms': String(REMOVALS_KEPT_MS),
  },
  fixed: ['cleanup.policy', 'delete.retention.ms'],
  least,
};

/** Makes what is missing and checks the rest. Throws ROSI_TOPIC_UNFIT or ROSI_PARTITIONS_CHANGED. */
export async function ensureTopics(
  kafka: KafkaOptions,
  declared: readonly DeclaredTopic[],
): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    const known = new Set(await admin.listTopics());
    // Before any is made: made with another number of partitions it could not be taken back.
    const there = declared.filter(({ topic }) => known.has(topic));
    await checkTopics(admin, there);
    const missing = declared.filter(({ topic }) => !known.has(topic));
    if (missing.length === 0) return;
    await makeTopics(admin, missing);
    await checkTopics(admin, missing);
  });
}

async function makeTopics(admin: Admin, missing: readonly DeclaredTopic[]): Promise<void> {
  // False when somebody else was faster, as when several instances start; the check follows.
  await admin.createTopics({
    // kafkajs gives up when a broker has not heard of the topic yet; `partitionCounts` waits.
    waitForLeaders: false,
    topics: missing.map(({ topic, partitions, replicas, settings }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
    })),
  });
}

/** By topic, once every partition has a leader. */
async function partitionCounts(
  admin: Admin,
  declared: readonly DeclaredTopic[],
): Promise<ReadonlyMap<string, number>> {
  const names = declared.map(({ topic }) => topic);
  for (let retries = LEADER_RETRIES; ; retries -= 1) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      const isLed = topics.every((one) => one.partitions.every(({ leader }) => leader >= 0));
      if (isLed) return new Map(topics.map((one) => [one.name, one.partitions.length]));
      if (retries === 0) throw new KafkaError('ROSI_LOG_UNAVAILABLE', 'Topics have no leaders');
    } catch (error) {
      if (retries === 0 || remedyOf(error) !== 'reopen') throw error;
    }
    await delay(LEADER_RETRY_MS);
  }
}

async function checkTopics(admin: Admin, declared: readonly DeclaredTopic[]): Promise<void> {
  if (declared.length === 0) return;
  checkPartitions(declared, await partitionCounts(admin, declared));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: declared.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic })),
  });
  for (const { topic, settings, fixed, least: leastOf } of declared) {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries;
    for (const name of [...fixed, ...leastOf]) {
      const value = entries?.find(({ configName }) => configName === name)?.configValue;
      const isEnough = leastOf.includes(name) && Number(value) >= Number(settings[name]);
      if (isEnough || value === settings[name]) continue;
      throw new KafkaError(
        'ROSI_TOPIC_UNFIT',
        `Topic ${topic} has ${name}=${value}, but ROSI needs ${settings[name]}; ROSI does not ` +
          'alter topics: set it with kafka-configs.sh, or use a new prefix',
      );
    }
  }
}

/** Where most have another number the configuration is wrong; otherwise somebody has added some. */
function checkPartitions(
  declared: readonly DeclaredTopic[],
  counts: ReadonlyMap<string, number>,
): void {
  const odd = declared.filter(({ topic, partitions }) => counts.get(topic) !== partitions);
  const [first] = odd;
  if (first === undefined) return;
  const { topic, partitions } = first;
  const actual = counts.get(topic) ?? 0;
  const alike = declared.filter((one) => one.partitions === partitions).length;
  const told =
    odd.length * 2 > alike
      ? `${partitions} are configured; set ROSI_KAFKA_PARTITIONS to ${actual}`
      : `the others have ${partitions}; Kafka can't take partitions back that were added: restore ` +
        'the topic, or begin anew with another ROSI_KAFKA_PREFIX';
  throw new KafkaError(
    'ROSI_PARTITIONS_CHANGED',
    `Topic ${topic} has ${actual} partitions, but ${told}, since keys would move to other ` +
      'partitions than their state',
  );
}

/** Topics that processors must read together, as lists of processors' names. */
export function processorGroups(wiring: Wiring): string[][] {
  const groups: { readonly names: string[]; readonly topics: Set<string> }[] = [];
  for (const declaration of wiring.processors) {
    const topics = new Set(inputsOf(declaration).map(({ name }) => name));
    const joined = groups.filter((group) => [...topics].some((topic) => group.topics.has(topic)));
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push({
      names: [...joined.flatMap(({ names }) => names), declaration.name],
      topics: new Set([...joined.flatMap((group) => [...group.topics]), ...topics]),
    });
  }
  return groups.map(({ names }) => names);
}
