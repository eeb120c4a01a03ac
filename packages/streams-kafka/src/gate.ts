/**
 * A task's part in barriers, for tasks that read topics from outside: how far it may read, and what
 * it has to tell or do next. Decides only; the task commits.
 */
import type { BarrierBoard, BarrierNote } from './barrier-board.js';
import { type Place, placeKey } from './offsets.js';
import type { TakenRecord, TaskInput } from './task-input.js';

/** What all gates of a topology share in one instance. */
export interface GateOptions {
  readonly board: BarrierBoard;
  /** All tasks that read topics from outside, of all instances. */
  readonly gates: readonly string[];
  /** Where the partitions that come from outside end now. */
  ends(): Promise<Readonly<Record<string, number>>>;
  /** Whether nothing is left between processors, in any instance. */
  isDrained(): Promise<boolean>;
  /** Resolves when everything that was told before this is on the board. */
  untilHeard(): Promise<void>;
}

export type GateMove =
  | { readonly kind: 'tell'; readonly note: BarrierNote }
  /** Handle the record alone, and remember that under the id. */
  | { readonly kind: 'handle'; readonly input: TaskInput; readonly id: string };

interface Met {
  readonly input: TaskInput;
  readonly id: string;
  readonly at: number;
}

export class Gate {
  constructor(
    private readonly task: string,
    private readonly inputs: readonly TaskInput[],
    private readonly options: GateOptions,
    /** The barrier that was handled and is not done. */
    public alone: string | null,
  ) {}

  /** Whether the gate has something to wait for that no record announces. */
  get isBusy(): boolean {
    return this.alone !== null || this.options.board.active() !== undefined;
  }

  fenceOf(input: TaskInput): number {
    if (!this.inputs.includes(input)) return Number.POSITIVE_INFINITY;
    if (this.alone !== null) return Number.NEGATIVE_INFINITY;
    const active = this.options.board.active();
    return active?.fences[placeKey(input)] ?? Number.POSITIVE_INFINITY;
  }

  /** Only when everything that was taken is committed. */
  async next(): Promise<GateMove | undefined> {
    const { board, gates } = this.options;
    if (this.alone !== null) {
      if (!(await this.options.isDrained())) return undefined;
      return { kind: 'tell', note: { kind: 'done', id: this.alone } };
    }
    const met = this.met();
    if (met !== undefined && !board.isKnown(met.id)) {
      const fences = await this.options.ends();
      const { id, at } = met;
      return { kind: 'tell', note: { kind: 'met', id, at, task: this.task, fences } };
    }
    const active = board.active();
    if (active === undefined) return undefined;
    const { id, held } = active;
    if (!held.has(this.task)) {
      if (!this.inputs.every((input) => this.holds(input, active.fences))) return undefined;
      return { kind: 'tell', note: { kind: 'held', id, task: this.task } };
    }
    if (met?.id !== id || !gates.every((gate) => held.has(gate))) return undefined;
    return (await this.options.isDrained()) ? { kind: 'handle', input: met.input, id } : undefined;
  }

  /** The oldest barrier at the head of an input. */
  private met(): Met | undefined {
    let oldest: Met | undefined;
    for (const input of this.inputs) {
      const barrier = input.barrier();
      if (barrier === undefined) continue;
      const at = barrier.timestamp;
      if (oldest === undefined || at < oldest.at) {
        oldest = { input, at, id: this.idOf(input, barrier) };
      }
    }
    return oldest;
  }

  private idOf(place: Place, { offset }: TakenRecord): string {
    return `${this.task}:${placeKey(place)}/${offset}`;
  }

  private holds(input: TaskInput, fences: Readonly<Record<string, number>>): boolean {
    return input.barrier() !== undefined || input.position >= (fences[placeKey(input)] ?? 0);
  }
}
