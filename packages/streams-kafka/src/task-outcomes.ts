/**
 * What became of records, of all tasks of a topology and for whoever may read its changelogs: the
 * newest document of each task says it, wherever the task is at work. What has not changed since it
 * was asked last is not read again.
 */
import {
  createOutcomeTally,
  type OutcomeCounts,
  type OutcomeTally,
  type Topology,
  wire,
} from '@rosi/streams';
import { decodeDocument, documentKey } from './changelog.js';
import { connectWatching, type KafkaConnection, type KafkaOptions } from './connection.js';
import { endOffsets, firstOffset, offsetIn, type Place, placeKey } from './offsets.js';
import { readPartition } from './read-topic.js';
import { TopicNames } from './task-spec.js';

/** A task's document is the last entry of each of its transactions. */
const LOOK_BACK = 32;

export interface TaskOutcomes {
  /** As of each task's last commit. */
  outcomes(): Promise<OutcomeCounts[]>;
  close(): Promise<void>;
}

export interface TaskOutcomesOptions {
  readonly kafka: KafkaOptions;
  readonly topology: Topology;
  readonly partitions: number;
  readonly prefix?: string;
}

interface Known {
  readonly end: number;
  readonly outcomes: readonly OutcomeCounts[];
}

/** The changelogs must be there. */
export async function openTaskOutcomes(options: TaskOutcomesOptions): Promise<TaskOutcomes> {
  const names = new TopicNames(options.prefix ?? '');
  const topics = wire(options.topology).processors.map(({ name }) => names.changelogOf(name));
  const connection = await connectWatching(options.kafka, topics);
  const places: Place[] = topics.flatMap((topic) =>
    Array.from({ length: options.partitions }, (_, partition) => ({ topic, partition })),
  );
  const known = new Map<string, Known>();
  return {
    async outcomes() {
      const ends = await endOffsets(connection, places);
      const changed = places.filter(
        (place) => known.get(placeKey(place))?.end !== offsetIn(ends, place),
      );
      const renew = async (place: Place) => {
        const end = offsetIn(ends, place);
        known.set(placeKey(place), { end, outcomes: await newestOutcomes(connection, place, end) });
      };
      await Promise.all(changed.map(renew));
      const tally: OutcomeTally = createOutcomeTally();
      for (const { outcomes } of known.values()) {
        for (const { processor, outcome, reason, count } of outcomes) {
          tally.add(processor, outcome, reason, count);
        }
      }
      return tally.list();
    },
    close: () => connection.close(),
  };
}

async function newestOutcomes(
  connection: KafkaConnection,
  place: Place,
  end: number,
): Promise<readonly OutcomeCounts[]> {
  const first = await firstOffset(connection, place);
  for (let back = LOOK_BACK; ; back *= 8) {
    const from = Math.max(first, end - back);
    const records = await readPartition(connection, place, from);
    const newest = records.findLast(({ key }) => key?.equals(documentKey) === true);
    if (newest?.value) return decodeDocument(newest.value).outcomes;
    if (from === first) return [];
  }
}
