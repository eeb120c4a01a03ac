/** What an instance gives the tasks that keep barriers; undefined: the topology has none. */
import { inputsOf, type Wiring } from '@rosi/streams';
import { BarrierBoard } from './barrier-board.js';
import type { KafkaConnection } from './connection.js';
import type { Fetcher } from './fetcher.js';
import type { GateOptions } from './gate.js';
import { endOffsets, offsetIn, type Place } from './offsets.js';
import { isHandled } from './progress.js';
import { Signal } from './signal.js';
import { type TopicNames, taskName } from './task-spec.js';

const HEARD_MS = 1000;

export interface GateParts {
  readonly wiring: Wiring;
  readonly partitions: number;
  readonly names: TopicNames;
  readonly groupId: string;
  readonly connection: KafkaConnection;
  readonly fetcher: Fetcher;
  /** The board has changed. */
  onChange(): void;
}

export function createGateOptions(parts: GateParts): GateOptions | undefined {
  const { wiring, names, connection, groupId, fetcher } = parts;
  if (wiring.sources.every(({ isBarrier }) => isBarrier === undefined)) return undefined;
  const heard = new Signal();
  const board = new BarrierBoard(names.barriers, () => {
    heard.notify();
    parts.onChange();
  });
  fetcher.add(board);
  const sources = new Set(wiring.sources.map(({ name }) => name));
  const outside = placesOf(parts, [...sources]);
  const inputs = wiring.processors.flatMap((one) => inputsOf(one).map(({ name }) => name));
  const between = placesOf(
    parts,
    [...new Set(inputs)].filter((name) => !sources.has(name)),
  );
  return {
    board,
    gates: gatesOf(parts, sources),
    ends: async () => Object.fromEntries(await endOffsets(connection, outside)),
    isDrained: () => isHandled(connection, groupId, between),
    async untilHeard() {
      const end = offsetIn(await endOffsets(connection, [board]), board);
      while (board.position < end) await heard.wait(HEARD_MS);
    },
  };
}

function placesOf({ names, partitions }: GateParts, topics: readonly string[]): Place[] {
  return topics.flatMap((name) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: names.of(name), partition })),
  );
}

function gatesOf({ wiring, partitions }: GateParts, sources: ReadonlySet<string>): string[] {
  return wiring.processors
    .filter((one) => inputsOf(one).some(({ name }) => sources.has(name)))
    .flatMap(({ name }) =>
      Array.from({ length: partitions }, (_, partition) => taskName(name, partition)),
    );
}
