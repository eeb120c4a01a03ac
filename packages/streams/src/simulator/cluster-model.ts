/**
 * A cluster on Kafka: tasks are owned by one to four instances. An owner's batch becomes visible by
 * a transaction of outputs, changelog and positions; its local state is written after that. Tasks
 * move: the next owner fences the one before it and restores the state from the changelog.
 */
import type { StateStore } from '../topology.js';
import { catchUp, emptyState, Instance, Owner, recording, TaskLog } from './instance.js';
import { Faults, type Model, runTask, type Setting } from './model.js';
import { cutBatch, isWaiting, type Task } from './tasks.js';

const INSTANCES_MAX = 4;

export class ClusterModel implements Model {
  readonly #setting: Setting;
  readonly #faults: Faults;
  readonly #logs: readonly TaskLog[];
  readonly #instances: readonly Instance[];

  constructor(setting: Setting) {
    const { dice, tasks } = setting;
    this.#setting = setting;
    this.#faults = new Faults(setting);
    this.#logs = tasks.map((task) => new TaskLog(task));
    const count = dice.integer(1, INSTANCES_MAX);
    this.#instances = Array.from({ length: INSTANCES_MAX }, (_, id) => new Instance(id));
    for (const instance of this.#instances.slice(count)) instance.isUp = false;
    for (const log of this.#logs) this.#assign(log, dice.pick(this.#up()));
  }

  step(): boolean {
    const { dice, rates, admission } = this.#setting;
    admission.admit(() => !this.#logs.some((log) => isWaiting(log.task, log.positions)));
    const owners = this.#busy();
    if (owners.length === 0) return false;
    if (this.#faults.comes(rates.rebalance)) {
      this.#rebalance();
      return true;
    }
    const owner = dice.pick(owners);
    if (this.#faults.comes(rates.crash)) {
      this.#setting.happened(`cluster: crash when a task is ${owner.phase}`);
      this.#crashOf(owner.instance);
    } else {
      this.#advance(owner);
    }
    return true;
  }

  crash(): void {
    for (const instance of this.#up()) this.#crashOf(instance);
  }

  /** As the changelog has it. */
  state(task: Task): StateStore {
    const log = this.#logs.find((one) => one.task === task) as TaskLog;
    return catchUp(emptyState(), log, log.changes.length).state;
  }

  #up(): Instance[] {
    return this.#instances.filter(({ isUp }) => isUp);
  }

  /** Owners with something to do; a zombie that has nothing to do harms nobody. */
  #busy(): Owner[] {
    const busy: Owner[] = [];
    for (const instance of this.#instances) {
      for (const owner of instance.owners.values()) {
        const isResting = owner.phase === 'ready' || owner.phase === 'written';
        if (!isResting || isWaiting(owner.log.task, owner.positions)) busy.push(owner);
      }
    }
    return busy;
  }

  #advance(owner: Owner): void {
    const { phase } = owner;
    if (phase === 'assigned') this.#open(owner);
    else if (phase === 'restoring') this.#restore(owner);
    else if (phase === 'processed') this.#commit(owner);
    else if (phase === 'committed') this.#write(owner);
    else this.#process(owner);
  }

  /** Opens the task's producer, which fences every older one. */
  #open(owner: Owner): void {
    const { log, instance } = owner;
    log.epoch += 1;
    owner.epoch = log.epoch;
    owner.open = null;
    owner.local = instance.disk.get(log) ?? emptyState();
    owner.phase = 'restoring';
    const behind = log.changes.length - owner.local.changes;
    if (behind > 0 && owner.local.changes > 0) {
      this.#setting.happened('cluster: a stale local state is caught up');
    }
  }

  /** Applies the changelog, perhaps a part of it: what was applied is on disk if it crashes now. */
  #restore(owner: Owner): void {
    const { dice } = this.#setting;
    const { log, instance, local } = owner;
    const end = log.changes.length;
    const until = dice.chance(0.7) ? end : dice.integer(local.changes, end);
    owner.local = catchUp(local, log, until);
    instance.disk.set(log, owner.local);
    if (until < end) return;
    owner.positions = log.positions;
    owner.phase = 'ready';
  }

  #process(owner: Owner): void {
    const { dice, rates } = this.#setting;
    const { log, positions, local } = owner;
    const batch = cutBatch(log.task, positions, dice, rates.batchRecordsMax);
    const writes = new Map<string, readonly [Buffer, Buffer | null]>();
    const state = local.state.snapshot();
    const done = runTask(log.task, batch, recording(state, writes), this.#setting.now());
    const change = { writes, positions: batch.positions };
    owner.open = { batch: done, change, state };
    owner.phase = 'processed';
  }

  /** The transaction: all of it can be seen, or nothing. */
  #commit(owner: Owner): void {
    const { log, open, instance } = owner;
    const { happened, dice } = this.#setting;
    if (open === null) throw new Error('An owner commits without a batch');
    if (owner.epoch !== log.epoch) {
      happened('cluster: a late commit is fenced');
      if (owner.isZombie) instance.owners.delete(log);
      else owner.phase = 'assigned';
      return;
    }
    const isUnknown = this.#faults.comes(this.#setting.rates.crash);
    if (isUnknown) happened('cluster: the answer to a commit is lost');
    if (!isUnknown || dice.chance(0.5)) this.#makeVisible(owner, open);
    owner.phase = isUnknown ? 'assigned' : 'committed';
  }

  #makeVisible({ log }: Owner, { batch, change }: NonNullable<Owner['open']>): void {
    for (const sent of batch.emitted) this.#setting.log.append(sent);
    log.changes.push(change);
    this.#setting.committed(batch);
  }

  #write(owner: Owner): void {
    const { log, open, instance, local } = owner;
    if (open === null) throw new Error('An owner writes without a batch');
    owner.local = { state: open.state, changes: local.changes + 1 };
    owner.positions = open.change.positions;
    owner.open = null;
    instance.disk.set(log, owner.local);
    owner.phase = 'written';
  }

  #assign(log: TaskLog, instance: Instance): void {
    log.owner = instance.id;
    instance.owners.set(log, new Owner(instance, log));
  }

  /** Instances come and go; tasks move. An owner may not be told that its task has moved. */
  #rebalance(): void {
    const { dice, happened } = this.#setting;
    happened('cluster: rebalance');
    for (const instance of this.#instances) if (dice.chance(0.3)) instance.isUp = true;
    const [leaving] = this.#up();
    if (leaving !== undefined && this.#up().length > 1 && dice.chance(0.2)) leaving.isUp = false;
    const moving = dice.pick([0.1, 0.5, 1]);
    let isLoopWaiting = false;
    for (const log of this.#logs) {
      const before = this.#instances[log.owner] as Instance;
      if (before.isUp && !dice.chance(moving)) continue;
      isLoopWaiting ||= hasLoopWaiting(log);
      this.#leave(before, log);
      this.#assign(log, dice.pick(this.#up()));
    }
    if (isLoopWaiting) happened('cluster: a message in a loop while its task moves');
  }

  #leave(instance: Instance, log: TaskLog): void {
    const { dice, happened } = this.#setting;
    const owner = instance.owners.get(log);
    const isAtWork =
      owner !== undefined && owner.phase !== 'assigned' && owner.phase !== 'restoring';
    if (owner === undefined || !isAtWork || !instance.isUp || !dice.chance(0.4)) {
      instance.owners.delete(log);
      return;
    }
    owner.isZombie = true;
    happened('cluster: an owner goes on although its task has moved');
  }

  /** The instance stops at once; its disk stays or is lost, and it comes back or not. */
  #crashOf(instance: Instance): void {
    const { dice, happened } = this.#setting;
    instance.owners.clear();
    if (dice.chance(0.2)) {
      instance.disk.clear();
      happened('cluster: a disk is lost');
    }
    instance.isUp = this.#up().length === 1 || dice.chance(0.5);
    for (const log of this.#logs) {
      if (log.owner !== instance.id) continue;
      if (hasLoopWaiting(log)) happened('cluster: a message in a loop while its task moves');
      this.#assign(log, dice.pick(this.#up()));
    }
  }
}

function hasLoopWaiting({ task, positions }: TaskLog): boolean {
  return task.inputs.some(
    (input, at) => task.isLoop[at] === true && input.length > (positions[at] as number),
  );
}
