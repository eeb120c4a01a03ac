/**
 * The embedded runtime: a cycle runs batches of many tasks and commits their state, outputs and
 * positions in one transaction. A crash within a cycle loses the cycle; one after a commit may lose
 * the commits that were not flushed yet, the newest first, and each of them wholly.
 */
import type { LogPartition } from '../memory-log.js';
import { createMemoryState, type MemoryState } from '../memory-state.js';
import type { StateStore } from '../topology.js';
import type { Admitted } from './admission.js';
import { type CommittedBatch, Faults, type Model, runTask, type Setting } from './model.js';
import { cutBatch, isWaiting, type Positions, startOf, type Task } from './tasks.js';

interface Kept {
  readonly state: MemoryState;
  readonly positions: Positions;
}

/** What it takes to undo a cycle. */
interface Cycle {
  readonly kept: Map<Task, Kept>;
  readonly lengths: Map<LogPartition, number>;
  readonly admitted: Admitted;
  readonly batches: CommittedBatch[];
}

export class EmbeddedModel implements Model {
  readonly #setting: Setting;
  readonly #faults: Faults;
  readonly #present: Map<Task, Kept>;
  /** Committed and not flushed, the oldest first. */
  #unflushed: Cycle[] = [];
  #cycle: Cycle;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#faults = new Faults(setting);
    const start = (task: Task): Kept => ({ state: createMemoryState(), positions: startOf(task) });
    this.#present = new Map(setting.tasks.map((task) => [task, start(task)]));
    this.#cycle = this.#newCycle();
  }

  step(): boolean {
    const { dice, rates } = this.#setting;
    this.#admit();
    const waiting = this.#waiting();
    const hasBatches = this.#cycle.batches.length > 0;
    if (waiting.length === 0 && !hasBatches && this.#unflushed.length === 0) return false;
    if (waiting.length === 0 || (hasBatches && dice.chance(rates.commit))) {
      this.#commit(waiting.length === 0);
    } else {
      this.#run(dice.pick(waiting));
      this.#crashAt('amid a cycle');
    }
    return true;
  }

  crash(): void {
    this.#undo(this.#cycle);
    const lost = this.#setting.dice.integer(0, this.#unflushed.length);
    for (let count = 0; count < lost; count += 1) this.#undo(this.#unflushed.pop() as Cycle);
    if (lost > 0) this.#setting.happened('embedded: a commit that was not flushed is lost');
    // What survived a crash lies on disk.
    this.#flush();
    this.#cycle = this.#newCycle();
  }

  state(task: Task): StateStore {
    return (this.#present.get(task) as Kept).state;
  }

  #admit(): void {
    const grown = this.#setting.admission.admit(() => this.#waiting().length === 0);
    for (const partition of new Set(grown)) {
      const added = grown.filter((one) => one === partition).length;
      this.#keepLength(partition, partition.length - added);
    }
  }

  #waiting(): Task[] {
    return this.#setting.tasks.filter((task) =>
      isWaiting(task, (this.#present.get(task) as Kept).positions),
    );
  }

  #run(task: Task): void {
    const { dice, rates, log } = this.#setting;
    const { state, positions } = this.#present.get(task) as Kept;
    if (!this.#cycle.kept.has(task)) {
      this.#cycle.kept.set(task, { state: state.snapshot(), positions });
    }
    const batch = cutBatch(task, positions, dice, rates.batchRecordsMax);
    const done = this.#runOrCrash(() => runTask(task, batch, state, this.#setting.now()));
    this.#present.set(task, { state, positions: batch.positions });
    this.#cycle.batches.push(done);
    for (const sent of done.emitted) {
      for (const partition of log.append(sent)) this.#keepLength(partition, partition.length - 1);
    }
  }

  /** A processor that throws takes its cycle with it. */
  #runOrCrash(run: () => CommittedBatch): CommittedBatch {
    try {
      return run();
    } catch (error) {
      this.crash();
      throw error;
    }
  }

  #keepLength(partition: LogPartition, before: number): void {
    if (!this.#cycle.lengths.has(partition)) this.#cycle.lengths.set(partition, before);
  }

  #commit(isIdle: boolean): void {
    const { dice, rates } = this.#setting;
    if (this.#crashAt('before the commit')) return;
    this.#unflushed.push(this.#cycle);
    this.#cycle = this.#newCycle();
    if (this.#crashAt('after the commit, before the flush')) return;
    if (!isIdle && !dice.chance(rates.flush)) return;
    this.#flush();
    this.#crashAt('after the flush');
  }

  #flush(): void {
    for (const { batches } of this.#unflushed) {
      for (const batch of batches) this.#setting.committed(batch);
    }
    this.#unflushed = [];
  }

  #crashAt(where: string): boolean {
    if (!this.#faults.comes(this.#setting.rates.crash)) return false;
    this.#setting.happened(`embedded: crash ${where}`);
    this.crash();
    return true;
  }

  #newCycle(): Cycle {
    const { admitted } = this.#setting.admission;
    return { kept: new Map(), lengths: new Map(), admitted, batches: [] };
  }

  #undo({ kept, lengths, admitted }: Cycle): void {
    for (const [task, before] of kept) this.#present.set(task, before);
    for (const [partition, length] of lengths) partition.length = length;
    this.#setting.admission.admitted = admitted;
  }
}
