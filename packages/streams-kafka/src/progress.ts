/** Seen from outside, by whoever may read the topics: whether a topology has done all its work. */
import { inputsOf, type Topology, wire } from '@rosi/streams';
import { connectWatching, type KafkaConnection, type KafkaOptions } from './connection.js';
import { endOffsets, firstOffsets, offsetIn, type Place, placeKey } from './offsets.js';
import { TopicNames } from './task-spec.js';

export interface ProgressOptions {
  readonly kafka: KafkaOptions;
  readonly topology: Topology;
  readonly partitions: number;
  readonly prefix?: string;
  readonly groupId: string;
}

/** How far an input is handled. */
export interface InputProgress {
  /** Without the cluster's prefix. */
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be handled. */
  readonly position: number;
  readonly end: number;
}

export interface Progress {
  /**
   * True: everything that was in the inputs when this was asked is handled and committed, and so is
   * everything that came of it. Positions are read first and ends after, markers and uncommitted
   * records included, so that work under way can't hide between the two.
   */
  isSettled(): Promise<boolean>;
  /** Of every partition of every input, in the same order: positions first. */
  inputs(): Promise<InputProgress[]>;
  close(): Promise<void>;
}

export async function openProgress(options: ProgressOptions): Promise<Progress> {
  const names = new TopicNames(options.prefix ?? '');
  const inputs = new Set(
    wire(options.topology).processors.flatMap((one) => inputsOf(one).map(({ name }) => name)),
  );
  const topics = [...inputs].map((name) => names.of(name));
  const connection = await connectWatching(options.kafka, topics);
  const places = [...inputs].flatMap((name) =>
    Array.from({ length: options.partitions }, (_, partition) => ({
      topic: names.of(name),
      partition,
    })),
  );
  const groupId = `${names.prefix}${options.groupId}`;
  return {
    isSettled: () => isHandled(connection, groupId, places),
    async inputs() {
      const found = await placesHandled(connection, groupId, places);
      return found.map((one) => ({ ...one, topic: one.topic.slice(names.prefix.length) }));
    },
    close: () => connection.close(),
  };
}

/** Whether everything that is in these places now is handled and committed. */
export async function isHandled(
  connection: KafkaConnection,
  groupId: string,
  places: readonly Place[],
): Promise<boolean> {
  const found = await placesHandled(connection, groupId, places);
  return found.every(({ position, end }) => position >= end);
}

async function placesHandled(
  connection: KafkaConnection,
  groupId: string,
  places: readonly Place[],
): Promise<InputProgress[]> {
  const told = await reportedPositions(connection, groupId, places);
  const first = await firstOffsets(connection, places);
  const ends = await endOffsets(connection, places);
  return places.map((place) => ({
    ...place,
    position: told.get(placeKey(place)) ?? offsetIn(first, place),
    end: offsetIn(ends, place),
  }));
}

/** What a group has told of these places; left out where it has told nothing. */
export async function reportedPositions(
  connection: KafkaConnection,
  groupId: string,
  places: readonly Place[],
): Promise<ReadonlyMap<string, number>> {
  const coordinator = await connection.groupCoordinator(groupId);
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: places.map(({ topic, partition }) => ({ topic, partitions: [{ partition }] })),
  });
  const positions = new Map<string, number>();
  for (const { topic, partitions } of responses) {
    for (const { partition, offset } of partitions) {
      // −1: nothing was told yet.
      if (Number(offset) >= 0) positions.set(placeKey({ topic, partition }), Number(offset));
    }
  }
  return positions;
}
