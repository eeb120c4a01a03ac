/**
 * A task that is ours, at work: batches, commits, its part in barriers. It lasts until anything
 * fails; then another one is opened.
 */
import type { Topic } from '@rosi/events';
import {
  createOutcomeTally,
  type OutcomeCounts,
  type OutcomeTally,
  outputsOf,
  type Processor,
  partitionsOf,
} from '@rosi/streams';
import { type BarrierNote, encodeNote } from './barrier-board.js';
import {
  type ChangelogEntry,
  documentKey,
  encodeDocument,
  type TaskDocument,
} from './changelog.js';
import { cutTooFar } from './cut-too-far.js';
import { KafkaError } from './errors.js';
import { Gate } from './gate.js';
import { firstOffset } from './offsets.js';
import type { OutgoingRecord } from './outgoing.js';
import type { TakenRecord, TaskInput } from './task-input.js';
import { type TaskSpec, taskName } from './task-spec.js';
import { createTaskState, type TaskState } from './task-state.js';
import type { TransactionalProducer } from './transactional-producer.js';

/** What the task wants to hear. */
export interface OpenTaskEvents {
  onRecords(): void;
  /** An input that was full has room. */
  onRoom(): void;
}

export class OpenTask {
  committedOutcomes: readonly OutcomeCounts[];
  private readonly tally: OutcomeTally = createOutcomeTally();
  private readonly state: TaskState;
  private readonly processor: Processor;
  private committed: ReadonlyMap<string, number>;
  private outgoing: OutgoingRecord[] = [];
  private outgoingBytes = 0;
  private isDirty = false;
  private batchNow = 0;
  /** The last commit's way to the copy. */
  private saved: Promise<void> = Promise.resolve();
  private readonly gate: Gate | undefined;

  constructor(
    private readonly spec: TaskSpec,
    private readonly events: OpenTaskEvents,
    private readonly producer: TransactionalProducer,
    readonly inputs: readonly TaskInput[],
    document: TaskDocument | undefined,
  ) {
    this.committedOutcomes = document?.outcomes ?? [];
    for (const { processor, outcome, reason, count } of this.committedOutcomes) {
      this.tally.add(processor, outcome, reason, count);
    }
    this.state = createTaskState(spec.copy);
    this.gate = this.createGate(document?.alone ?? null);
    this.committed = this.positions();
    this.processor = this.createProcessor();
  }

  hasRecords(): boolean {
    return this.inputs.some((input) => input.isReady(this.fenceOf(input)));
  }

  /** Whether the task has to look again soon although no record may come. */
  get isWaiting(): boolean {
    return this.gate?.isBusy === true;
  }

  isFull(records: number): boolean {
    const { commitRecordsMax, commitBytesMax } = this.spec.limits;
    const bytes = this.state.writtenBytes + this.outgoingBytes;
    return records >= commitRecordsMax || bytes >= commitBytesMax;
  }

  /** Brings state that an older build wrote to this build's format, in a transaction of its own. */
  async upgrade(from: number): Promise<void> {
    const { stateVersion, upgrades } = this.spec.declaration;
    if (from === stateVersion) return;
    this.begin();
    for (let version = from; version < stateVersion; version += 1) {
      upgrades?.[version]?.(this.state);
    }
    await this.commit();
  }

  /** Throws when an input can't be read on, naming what has become of it. */
  async check(): Promise<void> {
    for (const { trouble, topic, partition, position } of this.inputs) {
      if (trouble === undefined) continue;
      const first = await firstOffset(this.spec.connection, { topic, partition });
      if (position < first) throw cutTooFar({ topic, partition }, position, first);
      throw new KafkaError(
        trouble === 'OFFSET_OUT_OF_RANGE' ? 'ROSI_LOG_CUT_TOO_FAR' : 'ROSI_LOG_UNAVAILABLE',
        `${topic} partition ${partition} can't be read from ${position}: ${trouble}`,
      );
    }
  }

  /** Hands the processor what waits, every input its share; answers how many records it was. */
  runBatch(): number {
    const { limits } = this.spec;
    const ready = this.inputs.filter((input) => input.isReady(this.fenceOf(input)));
    let left = limits.batchRecordsMax;
    this.begin();
    ready.forEach((input, index) => {
      const wasFull = input.from() === undefined;
      const records = input.shift(Math.ceil(left / (ready.length - index)), this.fenceOf(input));
      left -= records.length;
      this.process(input, records);
      if (wasFull) this.events.onRoom();
    });
    this.processor.endBatch();
    return limits.batchRecordsMax - left;
  }

  /** Takes part in a barrier, if there is one to take part in; answers the records handled. */
  async heedBarriers(): Promise<number> {
    const move = await this.gate?.next();
    if (move === undefined || this.gate === undefined) return 0;
    this.begin();
    if (move.kind === 'handle') {
      this.process(move.input, [move.input.shiftOne()]);
      this.processor.endBatch();
      this.gate.alone = move.id;
    } else {
      if (move.note.kind === 'done') this.gate.alone = null;
      this.tell(move.note);
    }
    await this.commit();
    if (move.kind === 'tell') await this.spec.gate?.untilHeard();
    return move.kind === 'handle' ? 1 : 0;
  }

  /**
   * Commits what the batches since the last commit have done. The copy on disk follows while work goes
   * on: should it not be reached, the changelog has told it by the time that the task is opened again.
   */
  async commit(): Promise<void> {
    const { declaration, names, partition, copy, onStep } = this.spec;
    const topic = names.changelogOf(declaration.name);
    const timestamp = this.batchNow;
    const positions = this.positions();
    const outcomes = this.tally.list();
    const entries: ChangelogEntry[] = [
      ...this.state.written(),
      { key: documentKey, value: this.encodeProgress(positions, outcomes) },
    ];
    const changes = entries.map((entry) => ({ topic, partition, timestamp, ...entry }));
    const sent = await this.producer.send([...this.outgoing, ...changes]);
    onStep('sent');
    await this.producer.commit();
    onStep('committed');
    const changelogOffset = (sent.get(`${topic}/${partition}`) ?? Number.NaN) + 1;
    await this.saved;
    const forget = this.state.handOver();
    this.saved = copy.apply(entries, { changelogOffset, savedAtMs: Date.now() }).then(() => {
      onStep('saved');
      forget();
    });
    // Whoever commits or closes next hears of it.
    this.saved.catch(() => {});
    this.outgoing = [];
    this.outgoingBytes = 0;
    this.committed = positions;
    this.committedOutcomes = outcomes;
    this.isDirty = false;
  }

  /** By topic: everything before is committed, and there is nothing before that is not handled. */
  settledPositions(): ReadonlyMap<string, number> {
    return this.isDirty ? this.committed : this.positions();
  }

  /** By topic, what the changelog says is handled. */
  get committedPositions(): ReadonlyMap<string, number> {
    return this.committed;
  }

  /** The copy is at rest afterwards, with the last commit or without it. */
  async close(): Promise<void> {
    await this.saved.catch(() => {});
    await this.producer.close();
  }

  private positions(): ReadonlyMap<string, number> {
    return new Map(this.inputs.map(({ declared, position }) => [declared.name, position]));
  }

  private encodeProgress(
    positions: ReadonlyMap<string, number>,
    outcomes: readonly OutcomeCounts[],
  ): Buffer {
    const { declaration, partitions } = this.spec;
    const { stateVersion } = declaration;
    const byTopic = Object.fromEntries(positions);
    const alone = this.gate?.alone ?? null;
    return encodeDocument({ stateVersion, partitions, positions: byTopic, outcomes, alone });
  }

  private begin(): void {
    this.isDirty = true;
    this.batchNow = this.spec.now();
  }

  private process(input: TaskInput, records: readonly TakenRecord[]): void {
    for (const { value, timestamp } of records) {
      this.processor.process(input.declared.name, value, timestamp);
    }
  }

  private fenceOf(input: TaskInput): number {
    return this.gate?.fenceOf(input) ?? Number.POSITIVE_INFINITY;
  }

  private tell(note: BarrierNote): void {
    const topic = this.spec.names.barriers;
    const key = Buffer.from(note.id);
    const timestamp = this.batchNow;
    this.outgoing.push({ topic, partition: 0, key, value: encodeNote(note), timestamp });
  }

  private createGate(alone: string | null): Gate | undefined {
    const { declaration, partition, sources, gate } = this.spec;
    const inputs = this.inputs.filter(({ declared }) => sources.has(declared.name));
    if (gate === undefined || inputs.length === 0) return undefined;
    return new Gate(taskName(declaration.name, partition), inputs, gate, alone);
  }

  private createProcessor(): Processor {
    const { declaration, partition } = this.spec;
    const { name } = declaration;
    const outputs = new Set(outputsOf(declaration));
    return declaration.create({
      state: this.state,
      partition,
      now: () => this.batchNow,
      emit: (topic, value, timestamp) => {
        const known = topic as Topic<unknown>;
        if (!outputs.has(known)) throw new Error(`${name} does not declare output ${topic.name}`);
        this.emit(known, value, timestamp);
      },
      count: (outcome, reason) => this.tally.add(name, outcome, reason),
    });
  }

  private emit(declared: Topic<unknown>, value: unknown, timestamp: number): void {
    const { names, partitions, framing } = this.spec;
    const topic = names.of(declared.name);
    const key = Buffer.from(declared.keyOf(value));
    const bytes = framing.encode(declared, value);
    for (const partition of partitionsOf(declared, value, partitions)) {
      this.outgoing.push({ topic, partition, key, value: bytes, timestamp });
      this.outgoingBytes += bytes.length;
    }
  }
}
