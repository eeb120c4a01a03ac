/**
 * Runs a topology in memory as one of the runtimes would, with everything going wrong that may: one
 * source of random numbers decides interleaving, batch cuts, crashes at each step of a commit,
 * rebalances, lost answers and clock jumps. Whatever it decides, what comes out must be the same.
 */
import type { Topic } from '@rosi/events';
import { deepFreeze } from '../batch.js';
import { MemoryLog } from '../memory-log.js';
import { createOutcomeTally, type OutcomeCounts } from '../outcomes.js';
import type { StateStore, TopicReader, Topology } from '../topology.js';
import { wire } from '../wiring.js';
import { Admission } from './admission.js';
import { ClusterModel } from './cluster-model.js';
import { Dice, type RandomSource } from './dice.js';
import { EmbeddedModel } from './embedded-model.js';
import type { CommittedBatch, Rates, Setting } from './model.js';
import { makeTasks } from './tasks.js';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export interface SimulatorOptions {
  readonly partitions: number;
  readonly random: RandomSource;
  /** Drawn unless it is given. */
  readonly model?: 'embedded' | 'cluster';
  /** Instead of what is drawn. */
  readonly rates?: Partial<Rates>;
  /** Where the clock begins; milliseconds since 1970. */
  readonly now?: number;
  /** Gets each batch once it is durable, in an order in which that may have happened. */
  readonly onCommitted?: (batch: CommittedBatch) => void;
}

export interface Simulator {
  readonly model: 'embedded' | 'cluster';
  /** Sends records to the log, in this order; a barrier and what follows it wait until they may. */
  pipe<T>(
    topic: Topic<T>,
    values: readonly { readonly value: T; readonly timestamp: number }[],
  ): void;
  /** Does one thing; false when nothing is left to do. */
  step(): boolean;
  /** Stops everything at once and starts it again. */
  crash(): void;
  /** The stored records of a topic, each partition in its order. */
  output<T>(topic: Topic<T>): T[];
  readonly log: TopicReader;
  /** Of what became durable. */
  outcomes(): OutcomeCounts[];
  /** How often each kind of fault came up. */
  readonly happenings: ReadonlyMap<string, number>;
  state(processor: string, partition: number): StateStore;
}

export function createSimulator(topology: Topology, options: SimulatorOptions): Simulator {
  const dice = new Dice(options.random);
  const wiring = wire(topology);
  const log = new MemoryLog(options.partitions);
  const tasks = makeTasks(wiring, log, options.partitions);
  const admission = new Admission(log);
  const tally = createOutcomeTally();
  const happenings = new Map<string, number>();
  const kind = options.model ?? (dice.chance(0.5) ? 'embedded' : 'cluster');
  const setting: Setting = {
    log,
    tasks,
    admission,
    dice,
    rates: { ...drawRates(dice), ...options.rates },
    now: clock(dice, options.now ?? 0),
    happened: (what) => happenings.set(what, (happenings.get(what) ?? 0) + 1),
    committed(batch) {
      for (const { outcome, reason } of batch.counted) tally.add(batch.processor, outcome, reason);
      options.onCommitted?.(batch);
    },
  };
  const model = kind === 'embedded' ? new EmbeddedModel(setting) : new ClusterModel(setting);
  return {
    model: kind,
    pipe(topic, values) {
      for (const { value, timestamp } of values) {
        const bytes = topic.codec.encode(value);
        const known = topic as Topic<unknown>;
        admission.arrive({ topic: known, value: deepFreeze(value), bytes, timestamp });
      }
    },
    step: () => model.step(),
    crash: () => model.crash(),
    output: (topic) => log.output(topic),
    log: log.reader(),
    outcomes: () => tally.list(),
    happenings,
    state(processor, partition) {
      const task = tasks.find(
        (one) => one.declaration.name === processor && one.partition === partition,
      );
      if (task === undefined) throw new RangeError(`No task ${processor} ${partition}`);
      return model.state(task);
    },
  };
}

/** Some simulations are calm, some see faults all the time: bugs hide in both. */
function drawRates(dice: Dice): Rates {
  return {
    batchRecordsMax: dice.pick([2, 5, 20, 100, 1_000]),
    crash: dice.pick([0, 0.002, 0.01, 0.03]),
    faultsMax: dice.integer(0, 30),
    rebalance: dice.pick([0, 0.002, 0.01, 0.03]),
    commit: dice.pick([0.02, 0.1, 0.4, 1]),
    flush: dice.pick([0.1, 0.5, 1]),
  };
}

function clock(dice: Dice, start: number): () => number {
  let now = start;
  return () => {
    now += dice.integer(0, SECOND_MS);
    if (dice.chance(0.01)) now += dice.integer(-DAY_MS, DAY_MS);
    return now;
  };
}
