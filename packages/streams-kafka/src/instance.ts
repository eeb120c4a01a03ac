/**
 * One instance: the tasks that the group has given it, and what they share. Tasks come and go with
 * the shares; one that was given away ends before one of the same name begins.
 */
import { createOutcomeTally, inputsOf, type OutcomeCounts, wire } from '@rosi/streams';
import { connectKafka, type KafkaConnection } from './connection.js';
import { namedFailure } from './failure.js';
import { Fetcher } from './fetcher.js';
import { Framing } from './framing.js';
import type { GateOptions } from './gate.js';
import { createGateOptions } from './gate-options.js';
import { GroupMember, type UnitPlaces } from './group-member.js';
import { type LocalState, openLocalState } from './local-state.js';
import { firstOffsets, type Place } from './offsets.js';
import { PositionReports } from './position-reports.js';
import { type HandledPlace, Purge } from './purge.js';
import type { KafkaRuntime, KafkaRuntimeOptions } from './runtime-options.js';
import { Task } from './task.js';
import { type TaskLimits, type TopicNames, taskName } from './task-spec.js';
import { processorGroups } from './topics.js';

const DEFAULT_LIMITS: TaskLimits = {
  batchRecordsMax: 1000,
  commitRecordsMax: 20_000,
  commitBytesMax: 8 * 1024 * 1024,
  bufferRecordsMax: 5000,
};
const SESSION_MS = 30_000;
const REBALANCE_MS = 60_000;
const PURGE_EVERY_MS = 60_000;

export class Instance implements KafkaRuntime {
  private readonly wiring;
  private readonly units: ReadonlyMap<string, readonly string[]>;
  private readonly running = new Map<string, Task>();
  /** Tasks that are ending; one of the same name begins after it. */
  private readonly ending = new Map<string, Promise<void>>();
  private readonly local: LocalState;
  private readonly framing: Framing;
  private connection: KafkaConnection | undefined;
  private fetching: { readonly connection: KafkaConnection; readonly fetcher: Fetcher } | undefined;
  private gate: GateOptions | undefined;
  private member: GroupMember | undefined;
  private reports: PositionReports | undefined;
  private purge: Purge | undefined;
  private wanted = new Set<string>();
  private hasShare = false;
  private stopping = false;

  constructor(
    private readonly options: KafkaRuntimeOptions,
    private readonly names: TopicNames,
  ) {
    this.wiring = wire(options.topology);
    this.units = this.makeUnits();
    this.local = openLocalState(options.dir);
    this.framing = new Framing(options.schemaIds);
  }

  async start(): Promise<void> {
    const { kafka, sessionMs = SESSION_MS, groupId } = this.options;
    const topics = [
      ...[...this.wiring.topics.keys()].map((name) => this.names.of(name)),
      ...this.wiring.processors.map(({ name }) => this.names.changelogOf(name)),
    ];
    this.connection = await connectKafka(kafka);
    await this.connection.watch(topics);
    // A partition that is known to the cluster but not yet to its leader can't be written to; a
    // transaction that tries has to wait until the broker's own patience ends, half a minute.
    await firstOffsets(this.connection, this.placesOf(topics));
    await this.connection.watch([this.names.barriers]);
    await firstOffsets(this.connection, [{ topic: this.names.barriers, partition: 0 }]);
    const connection = await connectKafka(kafka);
    await connection.watch([...topics, this.names.barriers]);
    const fetcher = new Fetcher(connection, this.onTrouble);
    this.fetching = { connection, fetcher };
    const group = `${this.names.prefix}${groupId}`;
    this.gate = createGateOptions({
      wiring: this.wiring,
      partitions: this.options.partitions,
      names: this.names,
      groupId: group,
      connection: this.connection,
      fetcher,
      onChange: () => this.wake(),
    });
    this.member = await GroupMember.join({
      kafka,
      groupId: group,
      sessionMs,
      rebalanceMs: Math.max(REBALANCE_MS, sessionMs),
      units: new Map([...this.units.keys()].map((unit) => [unit, this.placesOfUnit(unit)])),
      wishes: () => ({ owned: this.ownUnits(), stored: this.storedUnits() }),
      onShare: (units) => this.take(units),
      onTrouble: this.onTrouble,
      onFault: this.onFault,
    });
    this.reports = new PositionReports(this.member, () => this.places((task) => task.positions()));
    const { purgeEveryMs = PURGE_EVERY_MS } = this.options;
    this.purge = new Purge(this.connection, purgeEveryMs, () => this.purgeable(), this.onTrouble);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wanted = new Set();
    for (const name of this.running.keys()) this.end(name);
    await Promise.all(this.ending.values());
    await this.reports?.stop();
    await this.purge?.stop();
    await this.member?.leave();
    await this.fetching?.fetcher.close();
    await this.fetching?.connection.close();
    await this.connection?.close();
    await this.local.close();
  }

  outcomes(): OutcomeCounts[] {
    const tally = createOutcomeTally();
    for (const { processor, outcome, reason, count } of this.allOutcomes()) {
      tally.add(processor, outcome, reason, count);
    }
    return tally.list();
  }

  tasks(): string[] {
    return [...this.running.keys()].sort();
  }

  isAtWork(): boolean {
    return this.hasShare && [...this.wanted].every((name) => this.running.get(name)?.isOpen);
  }

  private wake(): void {
    for (const task of this.running.values()) task.wake();
  }

  private placesOf(topics: readonly string[]): Place[] {
    const partitions = Array.from({ length: this.options.partitions }, (_, partition) => partition);
    return topics.flatMap((topic) => partitions.map((partition) => ({ topic, partition })));
  }

  private readonly onTrouble = (error: unknown): void => this.options.onTrouble?.(error);

  private readonly onFault = (error: Error): void =>
    this.options.onFault(namedFailure(this.options.kafka, error));

  private allOutcomes(): OutcomeCounts[] {
    return [...this.running.values()].flatMap((task) => task.outcomes());
  }

  /** Each unit's tasks, by the unit's name: that of its first task. */
  private makeUnits(): ReadonlyMap<string, readonly string[]> {
    const units = new Map<string, readonly string[]>();
    for (const processors of processorGroups(this.wiring)) {
      for (let partition = 0; partition < this.options.partitions; partition += 1) {
        const tasks = processors.map((name) => taskName(name, partition));
        units.set(tasks[0] as string, tasks);
      }
    }
    return units;
  }

  private placesOfUnit(unit: string): UnitPlaces {
    const topics = new Set<string>();
    for (const task of this.units.get(unit) ?? []) {
      for (const { name } of inputsOf(this.declarationOf(task))) topics.add(this.names.of(name));
    }
    const partitions = [partitionNumber(unit)];
    return {
      kind: processorName(unit),
      topics: [...topics].map((topic) => ({ topic, partitions })),
    };
  }

  private declarationOf(task: string) {
    const processor = processorName(task);
    const found = this.wiring.processors.find(({ name }) => name === processor);
    if (found === undefined) throw new RangeError(`No processor ${processor}`);
    return found;
  }

  private ownUnits(): string[] {
    return [...this.units].filter(([, [task]]) => this.running.has(task ?? '')).map(([n]) => n);
  }

  private storedUnits(): string[] {
    const stored = new Set(this.local.tasks());
    return [...this.units].filter(([, [task]]) => stored.has(task ?? '')).map(([n]) => n);
  }

  /** The instance's share is new: ends what it no longer has, begins what it has now. */
  private take(units: readonly string[]): void {
    // The group may regroup while we are leaving it.
    if (this.stopping) return;
    this.hasShare = true;
    this.wanted = new Set(units.flatMap((unit) => this.units.get(unit) ?? []));
    for (const name of this.running.keys()) if (!this.wanted.has(name)) this.end(name);
    for (const name of this.wanted) void this.begin(name);
  }

  private end(name: string): void {
    const task = this.running.get(name);
    if (task === undefined) return;
    this.running.delete(name);
    const ended = task.stop().finally(() => this.ending.delete(name));
    this.ending.set(name, ended);
  }

  private async begin(name: string): Promise<void> {
    await this.ending.get(name);
    // It may have been begun, or given away, in the meantime.
    if (this.running.has(name) || !this.wanted.has(name)) return;
    const { connection, fetching } = this;
    if (connection === undefined || fetching === undefined) return;
    const { kafka, partitions, groupId, limits, now = Date.now } = this.options;
    const task = new Task({
      spec: {
        declaration: this.declarationOf(name),
        partition: partitionNumber(name),
        partitions,
        names: this.names,
        transactionalId: `${this.names.prefix}${groupId}-${name.replace('/', '-')}`,
        kafka,
        connection,
        copy: this.local.copyOf(name),
        limits: { ...DEFAULT_LIMITS, ...limits },
        framing: this.framing,
        sources: new Set(this.wiring.sources.map((topic) => topic.name)),
        gate: this.gate,
        now,
        onStep: (step) => this.options.onStep?.(step),
      },
      fetcher: fetching.fetcher,
      isOurs: async () => (await this.member?.confirm()) ?? false,
      onCommit: (records, ms) => this.options.onCommit?.({ records, ms }),
      onTrouble: this.onTrouble,
      onFault: this.onFault,
    });
    this.running.set(name, task);
  }

  /** Where the tasks that read a place have all come to; left out while one of them is opened. */
  private places(positionsOf: (task: Task) => ReadonlyMap<string, number>): HandledPlace[] {
    const places: HandledPlace[] = [];
    for (const name of this.wiring.topics.keys()) {
      const readers = this.wiring.consumersOf(name);
      for (let partition = 0; partition < this.options.partitions; partition += 1) {
        const positions = readers.map((reader) => {
          const task = this.running.get(taskName(reader.name, partition));
          return task === undefined ? undefined : positionsOf(task).get(name);
        });
        const known = positions.filter((position) => position !== undefined);
        if (known.length === 0 || known.length < positions.length) continue;
        places.push({ topic: this.names.of(name), partition, upTo: Math.min(...known) });
      }
    }
    return places;
  }

  private purgeable(): HandledPlace[] {
    const outside = new Set(this.wiring.sources.map(({ name }) => this.names.of(name)));
    const handled = this.places((task) => task.committedPositions());
    return handled.filter(({ topic }) => !outside.has(topic));
  }
}

function processorName(task: string): string {
  return task.slice(0, task.lastIndexOf('/'));
}

function partitionNumber(task: string): number {
  return Number(task.slice(task.lastIndexOf('/') + 1));
}
