/**
 * Random sets of events on a real Kafka, many at once: each set is a workspace of its own, since
 * nothing crosses workspaces, and is judged as if it had been alone.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { eventsCollected, ledgerOrders, type Topic } from '@rosi/events';
import {
  type InputProgress,
  KafkaError,
  type KafkaOptions,
  type KafkaTopicWriter,
  openProgress,
  openTopicWriter,
} from '@rosi/streams-kafka';
import { readValues } from '@rosi/streams-kafka/testing';
import { generate, injectDuplicates, Random, shuffle } from '../generator/index.js';
import type { OracleInput } from '../oracle/index.js';
import { ledgerTables } from '../property/ledger-tables.js';
import { problemsOf } from '../property/problems-of.js';
import { collect, testedTopology, unbalancedCells } from '../property/run-topology.js';

export interface KafkaPlace {
  readonly kafka: KafkaOptions;
  readonly prefix: string;
  readonly partitions: number;
}

export interface RandomSet {
  readonly seed: number;
  readonly input: OracleInput;
  readonly accepted: boolean[];
  readonly records: ReturnType<typeof collect>;
}

export const GROUP = 'stitcher';
const SETTLED_EVERY_MS = 50;
/** Well below what the tests give themselves, so that they tell why. */
const SETTLED_MS_MAX = 120_000;

/** The sets of these seeds, shuffled and with repeats. */
export function randomSets(seeds: readonly number[]): RandomSet[] {
  return seeds.map((seed) => {
    const { events: ordered, settings } = generate({ seed });
    const events = shuffle(injectDuplicates(ordered, seed), seed);
    const accepted: boolean[] = [];
    const records = collect(events, settings, accepted).map(({ value, timestamp }) => ({
      value: { ...value, workspace: workspaceOf(seed) },
      timestamp,
    }));
    return { seed, input: { events, settings }, accepted, records };
  });
}

export type CollectedRecord = RandomSet['records'][number];

export interface WritingOptions {
  readonly batches: number;
  /** Runs after each batch, told which part is written. */
  readonly between?: (part: number) => Promise<void>;
  /** Default: as the collector writes. */
  readonly append?: (records: readonly CollectedRecord[]) => Promise<void>;
}

/** Writes the sets interleaved, in batches. */
export async function writeSets(
  place: KafkaPlace,
  sets: readonly RandomSet[],
  options: WritingOptions,
): Promise<void> {
  const random = new Random(sets[0]?.seed ?? 1);
  const waiting = sets.map(({ records }) => [...records]);
  const total = waiting.reduce((sum, { length }) => sum + length, 0);
  const mixed: (typeof waiting)[number] = [];
  while (mixed.length < total) {
    const open = waiting.filter(({ length }) => length > 0);
    const next = open[random.integer(0, open.length - 1)]?.shift();
    if (next !== undefined) mixed.push(next);
  }
  const size = Math.ceil(total / options.batches);
  const writer = openTopicWriter({ ...place, topics: [eventsCollected.name] });
  const { append = (records) => untilWritten(writer, records) } = options;
  try {
    for (let at = 0; at < total; at += size) {
      await append(mixed.slice(at, at + size));
      await options.between?.((at + size) / total);
    }
  } finally {
    await writer.close();
  }
}

/** As a producer outside does it that is answered 503: again, until it is accepted. */
async function untilWritten(writer: KafkaTopicWriter, records: readonly CollectedRecord[]) {
  for (;;) {
    try {
      return await writer.append(eventsCollected, records);
    } catch (error) {
      if (!(error instanceof KafkaError) || !error.retryable) throw error;
    }
    await delay(SETTLED_EVERY_MS);
  }
}

/**
 * Waits until everything written is stitched; throws what `fault` answers meanwhile. What is left after
 * a while is answered: records that go round for ever are to be told, not waited for.
 */
export async function untilSettled(
  place: KafkaPlace,
  fault: () => Error | undefined,
): Promise<string[]> {
  const topology = testedTopology();
  const progress = await openProgress({ ...place, topology, groupId: GROUP });
  const until = Date.now() + SETTLED_MS_MAX;
  try {
    for (;;) {
      // While a broker is away the question has no answer; it is asked again.
      const inputs = await progress.inputs().catch(() => null);
      const left = inputs?.filter(({ position, end }) => position < end);
      if (left?.length === 0) return [];
      const error = fault();
      if (error !== undefined) throw error;
      if (left !== undefined && Date.now() > until) return left.map(toldAsLeft);
      await delay(SETTLED_EVERY_MS);
    }
  } finally {
    await progress.close();
  }
}

function toldAsLeft({ topic, partition, position, end }: InputProgress): string {
  return `not settled: ${topic}/${partition} is handled up to ${position} of ${end}`;
}

/** What is wrong with the ledger, by the oracle; empty: nothing. */
export async function judge(place: KafkaPlace, sets: readonly RandomSet[]): Promise<string[]> {
  const values = new Map<string, readonly { readonly workspace: string }[]>();
  // Every ledger record names its workspace.
  const read = async (topic: Topic<{ readonly workspace: string }>) => {
    values.set(
      topic.name,
      await readValues<{ readonly workspace: string }>(place.kafka, topic, place),
    );
  };
  for (const topic of ledgerTopics()) await read(topic);
  return sets.flatMap(({ seed, input, accepted }) => {
    const own = workspaceOf(seed);
    // The type is that of the topic's own codec, which has decoded the values.
    const output = <T>(topic: Topic<T>): T[] =>
      (values.get(topic.name) ?? [])
        .filter(({ workspace }) => workspace === own)
        .map((value) => ({ ...value, workspace: 'default' }) as T);
    const unbalanced = unbalancedCells(output(ledgerOrders));
    const run = { tables: ledgerTables(output), accepted, unbalanced };
    return problemsOf(run, input).map((problem) => `seed ${seed}: ${problem}`);
  });
}

function ledgerTopics(): Topic<never>[] {
  const outputs = testedTopology().processors.flatMap(
    ({ outputs: all }) => all as readonly Topic<never>[],
  );
  return [...new Set(outputs)].filter(({ name }) => name.startsWith('ledger.'));
}

function workspaceOf(seed: number): string {
  return `set-${seed}`;
}
