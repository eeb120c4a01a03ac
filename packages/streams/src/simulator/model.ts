/** What the simulator's two models of a runtime have in common. */
import { type BatchResult, runBatch } from '../batch.js';
import type { MemoryLog } from '../memory-log.js';
import type { StateStore } from '../topology.js';
import type { Admission } from './admission.js';
import type { Dice } from './dice.js';
import type { Batch, Task } from './tasks.js';

/** A batch that has become durable: what a test may look at. */
export interface CommittedBatch extends BatchResult {
  readonly processor: string;
  readonly partition: number;
  readonly records: Batch['records'];
}

/** How often what happens; drawn anew for every simulation. */
export interface Rates {
  /** Records in a batch at most. */
  readonly batchRecordsMax: number;
  /** Of a crash at any one step. */
  readonly crash: number;
  /** Crashes and rebalances at most: what guarantees an end. */
  readonly faultsMax: number;
  /** Of a rebalance at any one step. */
  readonly rebalance: number;
  /** That a cycle ends after a batch. */
  readonly commit: number;
  /** That a commit is flushed at once. */
  readonly flush: number;
}

/** The simulation that a model runs in. */
export interface Setting {
  readonly log: MemoryLog;
  readonly tasks: readonly Task[];
  readonly admission: Admission;
  readonly dice: Dice;
  readonly rates: Rates;
  /** The clock, which may jump; milliseconds since 1970. */
  now(): number;
  /** Counts a fault, or another thing worth knowing that it came up. */
  happened(what: string): void;
  committed(batch: CommittedBatch): void;
}

export interface Model {
  /** Does one thing; false when nothing is left to do. */
  step(): boolean;
  /** Everything stops at once, and starts again. */
  crash(): void;
  state(task: Task): StateStore;
}

export function runTask(
  task: Task,
  { records }: Batch,
  state: StateStore,
  now: number,
): CommittedBatch {
  const { declaration, partition } = task;
  const result = runBatch({ declaration, partition, state, now }, records);
  return { processor: declaration.name, partition, records, ...result };
}

/** Faults that are still allowed, and whether one comes now. */
export class Faults {
  readonly #dice: Dice;
  #left: number;

  constructor({ dice, rates }: Setting) {
    this.#dice = dice;
    this.#left = rates.faultsMax;
  }

  comes(rate: number): boolean {
    if (this.#left === 0 || !this.#dice.chance(rate)) return false;
    this.#left -= 1;
    return true;
  }
}
