/**
 * A task that is ours: its producer has shut out earlier owners, its state and positions are those
 * of the changelog. It lasts until anything fails; then another one is opened.
 */
import type { Topic } from '@rosi/events';
import {
  createOutcomeTally,
  inputsOf,
  type OutcomeCounts,
  type OutcomeTally,
  outputsOf,
  type Processor,
  partitionsOf,
} from '@rosi/streams';
import {
  type ChangelogEntry,
  decodeDocument,
  documentKey,
  encodeDocument,
  markKey,
  type TaskDocument,
} from './changelog.js';
import { KafkaError } from './errors.js';
import { firstOffset } from './offsets.js';
import type { KafkaRecord } from './record-batches.js';
import { restoreCopy } from './restore.js';
import { TaskInput } from './task-input.js';
import type { TaskSpec } from './task-spec.js';
import { createTaskState, type TaskState } from './task-state.js';
import { type OutgoingRecord, TransactionalProducer } from './transactional-producer.js';

/** What the task wants to hear. */
export interface OpenTaskEvents {
  onRecords(): void;
  /** An input that was full has room. */
  onRoom(): void;
}

export async function openTask(spec: TaskSpec, events: OpenTaskEvents): Promise<OpenTask> {
  const { declaration, names, transactionalId, kafka, partition } = spec;
  const topic = names.changelogOf(declaration.name);
  const outputs = outputsOf(declaration).map(({ name }) => names.of(name));
  const producer = await TransactionalProducer.open(kafka, transactionalId, [topic, ...outputs]);
  try {
    const mark = {
      topic,
      partition,
      key: markKey,
      value: Buffer.from('{}'),
      timestamp: spec.now(),
    };
    const sent = await producer.send([mark]);
    await producer.commit();
    const markOffset = sent.get(`${topic}/${partition}`) ?? Number.NaN;
    await restoreCopy(spec.connection, spec.copy, { topic, partition, markOffset });
    const document = readDocument(spec);
    const inputs = await openInputs(spec, document, events.onRecords);
    return new OpenTask(spec, events, producer, inputs, document);
  } catch (error) {
    await producer.close();
    throw error;
  }
}

/** What the last transaction has left; undefined: there was none. */
function readDocument({ copy, declaration, partitions }: TaskSpec): TaskDocument | undefined {
  const bytes = copy.get(documentKey);
  if (bytes === undefined) return undefined;
  const document = decodeDocument(bytes);
  const { name, stateVersion } = declaration;
  if (document.stateVersion !== stateVersion) {
    throw new KafkaError(
      'ROSI_STATE_VERSION',
      `The state of processor ${name} has format ${document.stateVersion}, and this build reads ` +
        `format ${stateVersion}; run the build that wrote it`,
    );
  }
  if (document.partitions === partitions) return document;
  throw new KafkaError(
    'ROSI_PARTITIONS_CHANGED',
    `The state of processor ${name} was made with ${document.partitions} partitions, not ` +
      `${partitions}; configure ${document.partitions}`,
  );
}

async function openInputs(
  spec: TaskSpec,
  document: TaskDocument | undefined,
  onRecords: () => void,
): Promise<TaskInput[]> {
  const { declaration, names, partition, limits, connection } = spec;
  return Promise.all(
    inputsOf(declaration).map(async (declared) => {
      const topic = names.of(declared.name);
      const known = document?.positions[declared.name];
      const first = await firstOffset(connection, { topic, partition });
      if (known !== undefined && known < first) throw cutTooFar(topic, partition, known, first);
      const next = known ?? first;
      return new TaskInput(declared, topic, partition, next, limits.bufferRecordsMax, onRecords);
    }),
  );
}

function cutTooFar(topic: string, partition: number, from: number, first: number): KafkaError {
  return new KafkaError(
    'ROSI_LOG_CUT_TOO_FAR',
    `Records ${from} to ${first} of ${topic} partition ${partition} were removed before they were ` +
      'read; restore the topic from a copy that has them',
  );
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
    this.committed = this.positions();
    this.processor = this.createProcessor();
  }

  hasRecords(): boolean {
    return this.inputs.some(({ size }) => size > 0);
  }

  isFull(records: number): boolean {
    const { commitRecordsMax, commitBytesMax } = this.spec.limits;
    const bytes = this.state.writtenBytes + this.outgoingBytes;
    return records >= commitRecordsMax || bytes >= commitBytesMax;
  }

  /** Throws when an input can't be read on, naming what has become of it. */
  async check(): Promise<void> {
    for (const { trouble, topic, partition, position } of this.inputs) {
      if (trouble === undefined) continue;
      const first = await firstOffset(this.spec.connection, { topic, partition });
      if (position < first) throw cutTooFar(topic, partition, position, first);
      throw new KafkaError(
        trouble === 'OFFSET_OUT_OF_RANGE' ? 'ROSI_LOG_CUT_TOO_FAR' : 'ROSI_LOG_UNAVAILABLE',
        `${topic} partition ${partition} can't be read from ${position}: ${trouble}`,
      );
    }
  }

  /** Hands the processor what waits, every input its share; answers how many records it was. */
  runBatch(): number {
    const { limits, now } = this.spec;
    const ready = this.inputs.filter(({ size }) => size > 0);
    this.isDirty = true;
    this.batchNow = now();
    let left = limits.batchRecordsMax;
    ready.forEach((input, index) => {
      const wasFull = input.from() === undefined;
      const records = input.shift(Math.ceil(left / (ready.length - index)));
      left -= records.length;
      for (const record of records) {
        const { name, codec } = input.declared;
        this.processor.process(name, codec.decode(bytesOf(input, record)), record.timestamp);
      }
      if (wasFull) this.events.onRoom();
    });
    this.processor.endBatch();
    return limits.batchRecordsMax - left;
  }

  /** Commits what the batches since the last commit have done. */
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
    await copy.apply(entries, { changelogOffset, savedAtMs: Date.now() });
    onStep('saved');
    this.state.forget();
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

  close(): Promise<void> {
    return this.producer.close();
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
    return encodeDocument({ stateVersion, partitions, positions: byTopic, outcomes });
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
    const { names, partitions } = this.spec;
    const topic = names.of(declared.name);
    const key = Buffer.from(declared.keyOf(value));
    const bytes = declared.codec.encode(value);
    for (const partition of partitionsOf(declared, value, partitions)) {
      this.outgoing.push({ topic, partition, key, value: bytes, timestamp });
      this.outgoingBytes += bytes.length;
    }
  }
}

function bytesOf({ topic, partition }: TaskInput, { value, offset }: KafkaRecord): Buffer {
  if (value !== null) return value;
  throw new KafkaError(
    'ROSI_TOPIC_UNFIT',
    `${topic} partition ${partition} has an empty record at ${offset}; something that is not ROSI ` +
      'writes to it',
  );
}
