/**
 * Runs a topology in memory, synchronously and deterministically: for tests and the simulator.
 *
 * It is stricter than the other runtimes: every record is encoded and decoded on its way, each
 * batch gets a new instance of its processor (so that one which remembers anything outside its
 * state shows it), and values are frozen once they are handed over. A batch whose processor throws
 * leaves nothing behind: its state, its outputs and its records are as before.
 */
import type { Topic } from '@rosi/events';
import { deepFreeze, runBatch, type Sent } from './batch.js';
import { MemoryLog } from './memory-log.js';
import { createMemoryState, type MemoryState } from './memory-state.js';
import { createOutcomeTally, type OutcomeCounts } from './outcomes.js';
import { partitionsOf } from './partition.js';
import type { ProcessorDeclaration, StateStore, TopicReader, Topology } from './topology.js';
import { inputsOf, type Wiring, wire } from './wiring.js';

const BATCH_RECORDS_MAX = 1000;

/** Further choices that a caller of `step` may take; each gets how many there are, from 1. */
export interface StepChoices {
  /** Which of the task's input topics that have records is read, counted from 0. */
  readonly topic?: (pendingTopics: number) => number;
  /** How many of that topic's waiting records are in the batch, 1 to the number given. */
  readonly cut?: (pendingRecords: number) => number;
}

export interface TestDriver {
  /** Queues records of a topic for the processors that read it, each value by its key. */
  pipe<T>(
    topic: Topic<T>,
    values: readonly { readonly value: T; readonly timestamp: number }[],
  ): void;
  /** Runs tasks in topological order until nothing is left. */
  drain(): void;
  /**
   * Runs one batch of one task. `choose` gets the number of tasks that have records and answers
   * with one of them, counted from 0. False when there was none.
   */
  step(choose: (pendingTasks: number) => number, choices?: StepChoices): boolean;
  /** Everything emitted to that topic so far, in the order emitted. */
  output<T>(topic: Topic<T>): T[];
  /** The emitted records of all topics as a reader of a log sees them. */
  readonly log: TopicReader;
  outcomes(): OutcomeCounts[];
  /** Records that a processor has handled. */
  handled(processor: string): number;
  /** The state of one task, for looking at. */
  state(processor: string, partition: number): StateStore;
  setNow(ms: number): void;
}

export interface TestDriverOptions {
  readonly partitions: number;
  /** Milliseconds; default 0. */
  readonly now?: number;
  readonly batchRecordsMax?: number;
}

interface QueuedRecord {
  readonly sequence: number;
  readonly topic: Topic<unknown>;
  readonly bytes: Buffer;
  readonly timestamp: number;
}

interface Task {
  readonly declaration: ProcessorDeclaration;
  readonly partition: number;
  /** By topic name; the sequence tells the order across topics. */
  readonly queues: ReadonlyMap<string, QueuedRecord[]>;
  state: MemoryState;
}

export function createTestDriver(topology: Topology, options: TestDriverOptions): TestDriver {
  const { partitions, batchRecordsMax = BATCH_RECORDS_MAX } = options;
  const wiring = wire(topology);
  const tasks = makeTasks(wiring, partitions);
  const emitted = new MemoryLog(partitions);
  const handled = new Map<string, number>();
  const tally = createOutcomeTally();
  let now = options.now ?? 0;
  let sequence = 0;

  const byName = new Map(tasks.map((task) => [`${task.declaration.name}/${task.partition}`, task]));
  const taskOf = (processor: string, partition: number) => {
    const task = byName.get(`${processor}/${partition}`);
    if (task === undefined) throw new RangeError(`No task ${processor} ${partition}`);
    return task;
  };

  const route = ({ topic, value, bytes, timestamp }: Sent): void => {
    for (const partition of partitionsOf(topic, value, partitions)) {
      for (const consumer of wiring.consumersOf(topic.name)) {
        const queue = taskOf(consumer.name, partition).queues.get(topic.name);
        queue?.push({ sequence, topic, bytes, timestamp });
      }
      sequence += 1;
    }
  };
  // From the first barrier on, what was piped waits here until all before it has come to its end.
  const held: Sent[] = [];
  const isBarrier = ({ topic, value }: Sent) => topic.isBarrier?.(value) === true;
  const pending = () => {
    const ready = tasks.filter((task) => waiting(task).length > 0);
    if (ready.length > 0 || held.length === 0) return ready;
    const alone = held.splice(0, isBarrier(held[0] as Sent) ? 1 : heldUpTo(held, isBarrier));
    for (const sent of alone) route(sent);
    return tasks.filter((task) => waiting(task).length > 0);
  };

  const run = (task: Task, batch: readonly QueuedRecord[]) => {
    const { declaration, partition, state } = task;
    const before = state.snapshot();
    const records = batch.map(({ topic, bytes, timestamp }) => ({
      topic,
      value: deepFreeze(topic.codec.decode(bytes)),
      timestamp,
    }));
    try {
      const result = runBatch({ declaration, partition, state, now }, records);
      take(task, batch);
      handled.set(declaration.name, (handled.get(declaration.name) ?? 0) + batch.length);
      for (const { outcome, reason } of result.counted)
        tally.add(declaration.name, outcome, reason);
      for (const sent of result.emitted) {
        route(sent);
        emitted.append(sent);
      }
    } catch (error) {
      task.state = before;
      throw error;
    }
  };

  return {
    pipe(topic, values) {
      for (const { value, timestamp } of values) {
        const bytes = topic.codec.encode(value);
        const sent: Sent = { topic: topic as Topic<unknown>, value, bytes, timestamp };
        if (held.length > 0 || isBarrier(sent)) held.push(sent);
        else route(sent);
      }
    },
    drain() {
      while (pending().length > 0) {
        for (const task of tasks) {
          while (waiting(task).length > 0) run(task, oldest(task, batchRecordsMax));
        }
      }
    },
    step(choose, choices = {}) {
      const candidates = pending();
      if (candidates.length === 0) return false;
      const task = candidates[choose(candidates.length)];
      if (task === undefined) throw new RangeError('choose must answer 0 to pendingTasks - 1');
      run(task, chosen(task, choices, batchRecordsMax));
      return true;
    },
    output: (topic) => emitted.output(topic),
    log: emitted.reader(),
    outcomes: () => tally.list(),
    handled: (processor) => handled.get(processor) ?? 0,
    state: (processor, partition) => taskOf(processor, partition).state,
    setNow(ms) {
      now = ms;
    },
  };
}

function makeTasks(wiring: Wiring, partitions: number): Task[] {
  return wiring.processors.flatMap((declaration) =>
    Array.from({ length: partitions }, (_, partition) => ({
      declaration,
      partition,
      queues: new Map(inputsOf(declaration).map((topic) => [topic.name, []])),
      state: createMemoryState(),
    })),
  );
}

/** How many of these stand before the first barrier. */
function heldUpTo(held: readonly Sent[], isBarrier: (sent: Sent) => boolean): number {
  const at = held.findIndex(isBarrier);
  return at < 0 ? held.length : at;
}

function waiting(task: Task): QueuedRecord[][] {
  return [...task.queues.values()].filter((queue) => queue.length > 0);
}

/** The longest waiting records of all the task's topics, in the order they came. */
function oldest(task: Task, recordsMax: number): QueuedRecord[] {
  const heads = waiting(task).flatMap((queue) => queue.slice(0, recordsMax));
  return heads.sort((a, b) => a.sequence - b.sequence).slice(0, recordsMax);
}

function chosen(task: Task, choices: StepChoices, recordsMax: number): QueuedRecord[] {
  if (choices.topic === undefined && choices.cut === undefined) return oldest(task, recordsMax);
  const queues = waiting(task);
  const queue = choices.topic === undefined ? undefined : queues[choices.topic(queues.length)];
  const candidates = queue?.slice(0, recordsMax) ?? oldest(task, recordsMax);
  const length = choices.cut?.(candidates.length) ?? candidates.length;
  if (!(length >= 1)) throw new RangeError('cut must answer 1 or more');
  return candidates.slice(0, length);
}

/** Takes a batch off its queues; a batch is always made of the heads of queues. */
function take(task: Task, batch: readonly QueuedRecord[]): void {
  for (const [name, queue] of task.queues) {
    queue.splice(0, batch.filter((record) => record.topic.name === name).length);
  }
}
