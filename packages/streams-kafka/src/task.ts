/**
 * One partition number of one processor: takes what the fetcher brings, runs batches, and commits
 * outputs, state and positions in one Kafka transaction; the copy on disk follows. Whatever goes
 * wrong with Kafka, the task opens again from its changelog, which says exactly how far it has come.
 */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { OutcomeCounts } from '@rosi/streams';
import { remedyOf } from './errors.js';
import type { Fetcher } from './fetcher.js';
import { openTask } from './open-task.js';
import type { OpenTask } from './opened-task.js';
import { Signal } from './signal.js';
import type { TaskSpec } from './task-spec.js';

const REOPEN_MS_MIN = 20;
const REOPEN_MS_MAX = 2000;
const OURS_MS = 200;
const IDLE_MS = 1000;
const BARRIER_MS = 50;

export interface TaskOptions {
  readonly spec: TaskSpec;
  readonly fetcher: Fetcher;
  /** Whether the group says that the task is still ours. */
  isOurs(): Promise<boolean>;
  /** Milliseconds from taking the records to their commit. */
  onCommit(records: number, ms: number): void;
  onTrouble(error: unknown): void;
  /** The task has ended; trying again can't help. */
  onFault(error: Error): void;
}

export class Task {
  private opened: OpenTask | undefined;
  private stopping = false;
  private readonly changed = new Signal();
  private readonly ended: Promise<void>;

  constructor(private readonly options: TaskOptions) {
    this.ended = this.run();
  }

  /** Something that it may be waiting for has changed. */
  wake(): void {
    this.changed.notify();
  }

  /** Ends after the transaction under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.changed.notify();
    await this.ended;
  }

  /** Restored, and at work. */
  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  /** As of the last commit; empty while the task is being opened. */
  outcomes(): readonly OutcomeCounts[] {
    return this.opened?.committedOutcomes ?? [];
  }

  /** By topic, up to where nothing is left to do; empty while the task is being opened. */
  positions(): ReadonlyMap<string, number> {
    return this.opened?.settledPositions() ?? new Map();
  }

  /** By topic, what the changelog says is handled; empty while the task is being opened. */
  committedPositions(): ReadonlyMap<string, number> {
    return this.opened?.committedPositions ?? new Map();
  }

  private async run(): Promise<void> {
    let reopenMs = REOPEN_MS_MIN;
    while (!this.stopping) {
      try {
        await this.work(() => {
          reopenMs = REOPEN_MS_MIN;
        });
      } catch (error) {
        const remedy = remedyOf(error);
        if (remedy === 'stop') {
          this.options.onFault(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        this.options.onTrouble(error);
        await this.changed.wait(reopenMs);
        reopenMs = Math.min(reopenMs * 2, REOPEN_MS_MAX);
        if (remedy === 'fenced') await this.untilOurs();
      }
    }
  }

  /** Whoever has fenced us may own the task now; to open it again would fence them in turn. */
  private async untilOurs(): Promise<void> {
    while (!this.stopping && !(await this.options.isOurs())) await delay(OURS_MS);
  }

  private async work(onProgress: () => void): Promise<void> {
    const { spec, fetcher, onCommit } = this.options;
    const opened = await openTask(spec, {
      onRecords: () => this.changed.notify(),
      onRoom: () => fetcher.resume(),
    });
    this.opened = opened;
    for (const input of opened.inputs) fetcher.add(input);
    try {
      while (!this.stopping) {
        await opened.check();
        const begun = performance.now();
        let records = await opened.heedBarriers();
        if (opened.hasRecords()) records += await this.runTransaction(opened);
        if (records > 0) {
          onCommit(records, performance.now() - begun);
          onProgress();
        } else {
          await this.changed.wait(opened.isWaiting ? BARRIER_MS : IDLE_MS);
        }
      }
    } finally {
      for (const input of opened.inputs) fetcher.remove(input);
      this.opened = undefined;
      await opened.close();
    }
  }

  /** Batches until there are no more records at hand, or enough for one transaction. */
  private async runTransaction(opened: OpenTask): Promise<number> {
    let records = 0;
    do {
      records += opened.runBatch();
      // Other tasks and heartbeats have their turn between batches.
      await nextTurn();
    } while (opened.hasRecords() && !opened.isFull(records));
    await opened.commit();
    return records;
  }
}
