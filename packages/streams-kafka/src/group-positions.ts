/**
 * Positions of a consumer that needs no group to share out its work, kept as a group's offsets all
 * the same: tools show its lag, and any process can read how far it is. The consumer's own record of
 * them is the truth; what is told here follows it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connectKafka, type KafkaOptions } from './connection.js';
import { namedFailure } from './failure.js';
import { type Place, placeKey } from './offsets.js';
import { reportedPositions } from './progress.js';
import { Signal } from './signal.js';
import { TopicNames } from './task-spec.js';

const EVERY_MS = 200;
/** Kafka forgets the offsets of a group without members after a while without news. */
const ALL_EVERY_MS = 60 * 60 * 1000;
const RETRY_MS = 1000;
/** Kafka's words for "no member of the group". */
const NO_GENERATION = -1;
const NO_MEMBER = '';

export interface TopicPosition {
  /** Without the cluster's prefix. */
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be read. */
  readonly position: number;
}

export interface GroupPlace {
  readonly kafka: KafkaOptions;
  readonly prefix: string;
  readonly groupId: string;
}

export interface PositionTeller {
  /** After a last report. */
  close(): Promise<void>;
}

/** Resolves once the present positions are told; what changes is told every little while. */
export async function tellPositions(
  { kafka, prefix, groupId }: GroupPlace,
  positions: () => readonly TopicPosition[],
  onTrouble: (error: unknown) => void,
): Promise<PositionTeller> {
  const names = new TopicNames(prefix);
  const group = `${prefix}${groupId}`;
  const connection = await connectKafka(kafka);
  const told = new Map<string, number>();
  const stopped = new Signal();
  let isStopping = false;
  let allAt = 0;

  async function report(): Promise<void> {
    if (Date.now() >= allAt) told.clear();
    // One moment's positions in one request: a reader never sees a mixture of two.
    const all = positions();
    const news = all.filter((one) => told.get(placeKey(one)) !== one.position);
    if (news.length === 0) return;
    const coordinator = await connection.groupCoordinator(group);
    await coordinator.offsetCommit({
      groupId: group,
      groupGenerationId: NO_GENERATION,
      memberId: NO_MEMBER,
      topics: news.map(({ topic, partition, position }) => ({
        topic: names.of(topic),
        partitions: [{ partition, offset: String(position) }],
      })),
    });
    if (told.size === 0) allAt = Date.now() + ALL_EVERY_MS;
    for (const one of news) told.set(placeKey(one), one.position);
  }
  async function run(): Promise<void> {
    while (!isStopping) {
      await stopped.wait(EVERY_MS);
      await report().catch(async (error: unknown) => {
        onTrouble(error);
        if (!isStopping) await delay(RETRY_MS);
      });
    }
  }
  try {
    await report();
  } catch (error) {
    await connection.close();
    throw namedFailure(kafka, error);
  }
  const running = run();
  return {
    async close() {
      isStopping = true;
      stopped.notify();
      await running;
      await connection.close();
    },
  };
}

export interface GroupPositions {
  /** Of partitions of which anything was told. */
  positions(): Promise<TopicPosition[]>;
  close(): Promise<void>;
}

export async function openGroupPositions(
  { kafka, prefix, groupId }: GroupPlace,
  topics: readonly string[],
  partitions: number,
): Promise<GroupPositions> {
  const names = new TopicNames(prefix);
  const connection = await connectKafka(kafka);
  const places: Place[] = topics.flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: names.of(topic), partition })),
  );
  return {
    async positions() {
      const told = await reportedPositions(connection, `${prefix}${groupId}`, places);
      return places.flatMap((place) => {
        const position = told.get(placeKey(place));
        const topic = place.topic.slice(prefix.length);
        return position === undefined ? [] : [{ topic, partition: place.partition, position }];
      });
    },
    close: () => connection.close(),
  };
}
