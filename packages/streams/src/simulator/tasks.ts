/** Tasks as both models run them: inputs with positions, and batches cut from what waits there. */
import type { Delivered } from '../batch.js';
import type { LogPartition, MemoryLog, StoredRecord } from '../memory-log.js';
import type { ProcessorDeclaration } from '../topology.js';
import { inputsOf, outputsOf, type Wiring } from '../wiring.js';
import type { Dice } from './dice.js';

/** One partition number of a processor's inputs. */
export interface Task {
  readonly declaration: ProcessorDeclaration;
  readonly partition: number;
  /** In the order in which the processor declares them. */
  readonly inputs: readonly LogPartition[];
  /** Of each input whether what the processor sends can come back on it. */
  readonly isLoop: readonly boolean[];
}

/** The next offset to read of each input. */
export type Positions = readonly number[];

/** The heads of a task's inputs, and where that leaves its positions. */
export interface Batch {
  readonly records: readonly Delivered[];
  readonly positions: Positions;
}

export function makeTasks(wiring: Wiring, log: MemoryLog, partitions: number): Task[] {
  return wiring.processors.flatMap((declaration) => {
    const inputs = inputsOf(declaration);
    const reachable = reachableFrom(declaration, wiring);
    const isLoop = inputs.map(({ name }) => reachable.has(name));
    return Array.from({ length: partitions }, (_, partition) => ({
      declaration,
      partition,
      inputs: inputs.map(({ name }) => log.partition(name, partition)),
      isLoop,
    }));
  });
}

/** Names of the topics that a record of this processor may lead to. */
function reachableFrom(declaration: ProcessorDeclaration, wiring: Wiring): Set<string> {
  const topics = new Set(outputsOf(declaration).map(({ name }) => name));
  for (const topic of topics) {
    for (const consumer of wiring.consumersOf(topic)) {
      for (const { name } of outputsOf(consumer)) topics.add(name);
    }
  }
  return topics;
}

export function startOf(task: Task): Positions {
  return task.inputs.map(() => 0);
}

export function isWaiting({ inputs }: Task, positions: Positions): boolean {
  for (let at = 0; at < inputs.length; at += 1) {
    if ((inputs[at] as LogPartition).length > (positions[at] as number)) return true;
  }
  return false;
}

/**
 * Between 1 and `recordsMax` of the waiting records: of one input, or of all in some interleaving.
 * Each input keeps its order.
 */
export function cutBatch(task: Task, positions: Positions, dice: Dice, recordsMax: number): Batch {
  const next = [...positions];
  const open = task.inputs.flatMap((input, at) =>
    input.length > (next[at] as number) ? [at] : [],
  );
  const readable = dice.chance(0.5) ? [dice.pick(open)] : open;
  const waiting = readable.reduce((sum, at) => sum + waitingOf(task, next, at), 0);
  const most = Math.min(waiting, recordsMax);
  const size = dice.chance(0.5) ? most : dice.integer(1, most);
  const records: StoredRecord[] = [];
  while (records.length < size) {
    const at = dice.pick(readable);
    const position = next[at] as number;
    const record = (task.inputs[at] as LogPartition)[position];
    if (record === undefined) {
      readable.splice(readable.indexOf(at), 1);
      continue;
    }
    records.push(record);
    next[at] = position + 1;
  }
  return { records, positions: next };
}

function waitingOf(task: Task, positions: Positions, at: number): number {
  return (task.inputs[at] as LogPartition).length - (positions[at] as number);
}
