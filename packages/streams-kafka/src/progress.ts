/** Seen from outside, by whoever may read the topics: whether a topology has done all its work. */
import { inputsOf, type Topology, wire } from '@rosi/streams';
import { connectKafka, type KafkaConnection, type KafkaOptions } from './connection.js';
import { endOffsets, firstOffsets, offsetIn, type Place, placeKey } from './offsets.js';
import { TopicNames } from './task-spec.js';

export interface ProgressOptions {
  readonly kafka: KafkaOptions;
  readonly topology: Topology;
  readonly partitions: number;
  readonly prefix?: string;
  readonly groupId: string;
}

export interface Progress {
  /**
   * True: everything that was in the inputs when this was asked is handled and committed, and so is
   * everything that came of it. Positions are read first and ends after, markers and uncommitted
   * records included, so that work under way can't hide between the two.
   */
  isSettled(): Promise<boolean>;
  close(): Promise<void>;
}

export async function openProgress(options: ProgressOptions): Promise<Progress> {
  const names = new TopicNames(options.prefix ?? '');
  const inputs = new Set(
    wire(options.topology).processors.flatMap((one) => inputsOf(one).map(({ name }) => name)),
  );
  const topics = [...inputs].map((name) => names.of(name));
  const connection = await connectKafka(options.kafka);
  await connection.watch(topics);
  const places = topics.flatMap((topic) =>
    Array.from({ length: options.partitions }, (_, partition) => ({ topic, partition })),
  );
  const groupId = `${names.prefix}${options.groupId}`;
  return {
    async isSettled() {
      return isHandled(connection, groupId, places);
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
  const told = await reportedPositions(connection, groupId, places);
  const first = await firstOffsets(connection, places);
  const ends = await endOffsets(connection, places);
  return places.every((place) => {
    const position = told.get(placeKey(place)) ?? offsetIn(first, place);
    return position >= offsetIn(ends, place);
  });
}

async function reportedPositions(
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
