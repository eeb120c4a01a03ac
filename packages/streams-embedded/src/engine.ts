/**
 * One cycle of the embedded runtime: read input, run tasks until nothing is left or the budget is
 * spent, and commit state, leftovers, ledger records, positions and counts in one transaction.
 * Knows nothing of waiting, threads or faults: whatever is thrown here has left nothing on disk.
 */
import type { Topic } from '@rosi/events';
import {
  createOutcomeTally,
  inputsOf,
  type OutcomeTally,
  outputsOf,
  type Processor,
  type ProcessorDeclaration,
  partitionsOf,
  type TopicReader,
  type Topology,
  type Wiring,
  wire,
} from '@rosi/streams';
import { ChangedState } from './changed-state.js';
import { openStore } from './environment.js';
import { EmbeddedError } from './errors.js';
import { LedgerWriter } from './ledger-writer.js';
import type { Retention } from './partition-log.js';
import { SourceReader } from './source-reader.js';
import { checkIdentity, upgradesOf } from './state-identity.js';
import {
  type InputPosition,
  readDocument,
  type StateEnvironment,
  type StateIdentity,
  writeDocument,
} from './state-store.js';
import { TaskQueue } from './task-queue.js';
import { createTaskState, type TaskState, taskPrefix } from './task-state.js';

const CUT_RECORDS_MAX = 2000;
/** Keys of which the tree is told in one transaction: bounds its pages in memory, and its time. */
const WORKED_IN_MAX = 2000;
const WORKED_IN_MAX_BEHIND = 20_000;
/** Of changes beside the tree. */
const CHANGES_BYTES_MAX = 48 * 1024 * 1024;

/** When a cycle takes no more input; what is under way may use as much again. */
export interface CycleBudget {
  readonly records: number;
  readonly ms: number;
  /** The same while no input waits: a long piece of work is not to hold up what comes next. */
  readonly msWithoutBacklog: number;
}

export interface EngineOptions {
  readonly topology: Topology;
  readonly dir: string;
  readonly input: TopicReader;
  readonly partitions: number;
  readonly batchRecordsMax: number;
  readonly budget: CycleBudget;
  readonly now: () => number;
  /** Everything of the cycle is written, nothing is committed; what it throws undoes the cycle. */
  readonly beforeCommit?: () => void;
}

interface Task {
  readonly declaration: ProcessorDeclaration;
  readonly partition: number;
  readonly queue: TaskQueue;
  readonly state: TaskState;
  readonly processor: Processor;
}

export class Engine {
  readonly tally: OutcomeTally = createOutcomeTally();
  private readonly wiring: Wiring;
  private readonly identity: StateIdentity;
  private readonly tasks: Task[];
  /** Tasks that read a topic, by topic and partition. */
  private readonly readers = new Map<string, Task[][]>();
  private readonly sources: SourceReader;
  private readonly ledger: LedgerWriter;
  private readonly state: ChangedState;
  /** More waits than a batch: what counts is the work done, not how soon. */
  private isBehind = false;
  private batchNow = 0;

  constructor(
    private readonly options: EngineOptions,
    private readonly stores: StateEnvironment,
  ) {
    this.wiring = wire(options.topology);
    this.checkInput();
    const known = readDocument(stores.meta, 'identity');
    const { dir, input, partitions } = options;
    const { processors } = this.wiring;
    this.identity = checkIdentity(known, { dir, input, partitions, processors });
    this.sources = new SourceReader({
      input: options.input,
      places: this.takePositions(),
      isAlone: readDocument(stores.meta, 'progress')?.isAlone ?? false,
      topicOf: (name) => this.topicOf(name),
    });
    this.ledger = new LedgerWriter(stores.ledger, options.partitions);
    const changes = openStore(stores.environment, 'changes', { create: true });
    this.state = new ChangedState(stores.state, changes);
    this.tasks = this.wiring.processors.flatMap((declaration) =>
      Array.from({ length: options.partitions }, (_, partition) =>
        this.makeTask(declaration, partition),
      ),
    );
    stores.environment.transactionSync(() => {
      this.upgrade(known);
      writeDocument(stores.meta, 'identity', this.identity);
    });
    this.indexReaders();
    this.restoreQueues();
    for (const { processor, outcome, reason, count } of readDocument(stores.meta, 'outcomes') ??
      []) {
      this.tally.add(processor, outcome, reason, count);
    }
  }

  /** Runs a cycle if there is work; answers how many records it handled. */
  cycle(): number {
    if (!this.hasWork()) return 0;
    return this.stores.environment.transactionSync(() => {
      const handled = this.runTasks();
      for (const { queue } of this.tasks) queue.persist();
      this.ledger.persist();
      if (!this.isBehind) this.state.workIn(WORKED_IN_MAX);
      this.state.persist();
      this.writeProgress();
      writeDocument(this.stores.meta, 'outcomes', this.tally.list());
      this.options.beforeCommit?.();
      return handled;
    });
  }

  /** Brings the tree of the state up to date, a part of it; answers whether there was anything. */
  workIn(): boolean {
    if (this.state.size === 0) return false;
    this.stores.environment.transactionSync(() => {
      this.state.workIn(this.isBehind ? WORKED_IN_MAX_BEHIND : WORKED_IN_MAX);
      this.state.persist();
    });
    return true;
  }

  /** So many changes wait beside the tree that it has to be brought up to date now. */
  get isFull(): boolean {
    return this.state.bytes >= CHANGES_BYTES_MAX;
  }

  /** Retention of the ledger topics, a bounded part of it; answers how many records went. */
  cutLedger(consumed: (topic: string, partition: number) => number, retention: Retention): number {
    const limits = { now: this.options.now(), recordsMax: CUT_RECORDS_MAX };
    return this.stores.environment.transactionSync(() =>
      this.ledger.cut(consumed, retention, limits),
    );
  }

  private queued(): number {
    return this.tasks.reduce((sum, { queue }) => sum + queue.size, 0);
  }

  private hasWork(): boolean {
    return this.queued() > 0 || this.sources.waiting() > 0;
  }

  /** Queues new records, unless so much is left of the old ones that memory might fill with it. */
  private takeInput(): void {
    const { batchRecordsMax, partitions } = this.options;
    const queued = this.queued();
    if (queued >= batchRecordsMax) return;
    const recordsMax = Math.ceil(batchRecordsMax / partitions);
    for (const record of this.sources.take(recordsMax, queued === 0)) {
      const { topic, partition } = record;
      for (const { queue } of this.readers.get(topic.name)?.[partition] ?? []) queue.push(record);
    }
  }

  /**
   * Passes over the tasks, producers first, each pass with new input, until nothing is left or the
   * budget is spent. Then no more input is taken, and what is under way may use the budget once
   * more, because what is left after that has to be written and read again.
   */
  private runTasks(): number {
    const { budget, batchRecordsMax } = this.options;
    const { records, ms, msWithoutBacklog } = budget;
    const begun = performance.now();
    let msMax = ms;
    const isSpent = (handled: number, times: number) =>
      handled >= records * times || performance.now() - begun >= msMax * times;
    let handled = 0;
    for (;;) {
      if (!isSpent(handled, 1)) this.takeInput();
      this.isBehind = this.sources.waiting() > batchRecordsMax;
      msMax = this.isBehind ? ms : Math.min(ms, msWithoutBacklog);
      const before = handled;
      for (const task of this.tasks) {
        if (task.queue.size === 0) continue;
        handled += this.runBatch(task);
        if (isSpent(handled, 2)) return handled;
      }
      if (handled === before) return handled;
    }
  }

  private runBatch(task: Task): number {
    const batch = task.queue.take(this.options.batchRecordsMax);
    this.batchNow = this.options.now();
    for (const { topic, value, timestamp } of batch) {
      task.processor.process(topic.name, value, timestamp);
    }
    task.processor.endBatch();
    task.state.closeRanges();
    return batch.length;
  }

  private emit(topic: Topic<unknown>, value: unknown, timestamp: number): void {
    const readers = this.readers.get(topic.name);
    if (readers === undefined) {
      this.ledger.append(topic, value, timestamp);
      return;
    }
    for (const partition of partitionsOf(topic, value, this.options.partitions)) {
      for (const { queue } of readers[partition] ?? []) queue.push({ topic, value, timestamp });
    }
  }

  private makeTask(declaration: ProcessorDeclaration, partition: number): Task {
    const { name } = declaration;
    const number = this.identity.processors.findIndex((one) => one.name === name);
    const prefix = taskPrefix(number, partition);
    const state = createTaskState(this.state, prefix);
    const outputs = new Set(outputsOf(declaration));
    const processor = declaration.create({
      state,
      partition,
      now: () => this.batchNow,
      emit: (topic, value, timestamp) => {
        const known = topic as Topic<unknown>;
        if (!outputs.has(known)) throw new Error(`${name} does not declare output ${topic.name}`);
        this.emit(known, value, timestamp);
      },
      count: (outcome, reason) => this.tally.add(name, outcome, reason),
    });
    const queue = new TaskQueue(this.stores.queues, prefix);
    return { declaration, partition, queue, state, processor };
  }

  private indexReaders(): void {
    for (const task of this.tasks) {
      for (const { name } of inputsOf(task.declaration)) {
        const byPartition =
          this.readers.get(name) ?? Array.from({ length: this.options.partitions }, () => []);
        byPartition[task.partition]?.push(task);
        this.readers.set(name, byPartition);
      }
    }
  }

  private restoreQueues(): void {
    for (const { queue } of this.tasks) queue.restore((name) => this.topicOf(name));
  }

  private writeProgress(): void {
    const oldest = Math.min(...this.tasks.map(({ queue }) => queue.oldest()));
    writeDocument(this.stores.meta, 'progress', {
      positions: this.sources.positions,
      isAlone: this.sources.isAlone,
      queued: this.queued(),
      oldestQueued: Number.isFinite(oldest) ? oldest : null,
    });
  }

  private topicOf(name: string): Topic<unknown> {
    const topic = this.wiring.topics.get(name);
    if (topic !== undefined) return topic;
    throw new EmbeddedError(
      'ROSI_STATE_VERSION',
      `The state in ${this.options.dir} holds records of topic ${name}, which this build does ` +
        'not know; run the build that wrote it until its queues are empty',
    );
  }

  private checkInput(): void {
    const { input, partitions } = this.options;
    for (const { name } of this.wiring.sources) {
      const actual = input.partitions(name);
      if (actual === partitions) continue;
      throw new EmbeddedError(
        'ROSI_PARTITIONS_CHANGED',
        `Topic ${name} has ${actual} partitions, but ${partitions} are configured; ` +
          `configure ${actual}`,
      );
    }
  }

  /** State that an older build wrote. */
  private upgrade(known: StateIdentity | undefined): void {
    for (const { declaration, state } of this.tasks) {
      const upgrades = upgradesOf(declaration, known);
      for (const upgrade of upgrades) upgrade(state);
      state.closeRanges();
      // An upgrade may change everything there is.
      if (upgrades.length > 0) this.state.workIn(this.state.size);
    }
    this.state.persist();
  }

  private takePositions(): InputPosition[] {
    const { input, partitions, dir } = this.options;
    const known = readDocument(this.stores.meta, 'progress')?.positions ?? [];
    return this.wiring.sources.flatMap(({ name }) =>
      Array.from({ length: partitions }, (_, partition) => {
        const found = known.find((one) => one.topic === name && one.partition === partition);
        const position = found?.position ?? input.firstOffset(name, partition);
        const end = input.endOffset(name, partition);
        if (position > end) {
          throw new EmbeddedError(
            'ROSI_STATE_OF_ANOTHER_LOG',
            `The state in ${dir} has read ${name} up to ${position}, but the log ends at ` +
              `${end}: it is an older copy; restore the two folders together`,
          );
        }
        return { topic: name, partition, position };
      }),
    );
  }
}
