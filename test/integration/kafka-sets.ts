/**
 * Random sets of events on a real Kafka, many at once: each set is a workspace of its own, since
 * nothing crosses workspaces, and is judged as if it had been alone.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { eventsCollected, ledgerOrders, type Topic } from '@rosi/events';
import { type KafkaOptions, openProgress } from '@rosi/streams-kafka';
import { readValues, writeTopic } from '@rosi/streams-kafka/testing';
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

interface RandomSet {
  readonly seed: number;
  readonly input: OracleInput;
  readonly accepted: boolean[];
  readonly records: ReturnType<typeof collect>;
}

export const GROUP = 'stitcher';
const SETTLED_EVERY_MS = 50;

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

/** Writes the sets interleaved, in batches; `between` runs after each, told which part is written. */
export async function writeSets(
  place: KafkaPlace,
  sets: readonly RandomSet[],
  options: { readonly batches: number; readonly between?: (part: number) => Promise<void> },
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
  for (let at = 0; at < total; at += size) {
    await writeTopic(place.kafka, eventsCollected, place, mixed.slice(at, at + size));
    await options.between?.((at + size) / total);
  }
}

/** Waits until everything written is stitched; throws what `fault` answers meanwhile. */
export async function untilSettled(
  place: KafkaPlace,
  fault: () => Error | undefined,
): Promise<void> {
  const topology = testedTopology();
  const progress = await openProgress({ ...place, topology, groupId: GROUP });
  try {
    while (!(await progress.isSettled())) {
      const error = fault();
      if (error !== undefined) throw error;
      await delay(SETTLED_EVERY_MS);
    }
  } finally {
    await progress.close();
  }
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
