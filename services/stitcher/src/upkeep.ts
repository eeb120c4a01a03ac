/**
 * What a task knows of its workspaces' settings and generation, and going through all of its state
 * a page at a time, when settings change or everything is to be recorded again.
 */
import { type AttributionSettings, readSettings } from '@rosi/attribution';
import type { Topic, UpkeepBegun, WalkContinued } from '@rosi/events';
import { leadingStrings, type ProcessorContext, stateKey } from '@rosi/streams';

/** Where it lies: a node's or person's name never is this one. */
export const UPKEEP = 'upkeep';
interface Known {
  readonly settings: AttributionSettings;
  readonly revision: number;
  readonly generation: number;
}

/** An entry of a node's state: (workspace, node, letter, …). */
export interface WalkedEntry {
  readonly node: string;
  readonly letter: string;
  readonly value: Buffer;
}

export class Upkeep {
  readonly #context: ProcessorContext;
  readonly #initial: AttributionSettings;
  readonly #walked: Topic<WalkContinued>;
  readonly #pageEntriesMax: number;
  /** Of this batch. */
  readonly #known = new Map<string, Known>();

  /** `pageEntriesMax`: entries gone through in one batch, which bounds how long others wait. */
  constructor(
    context: ProcessorContext,
    initial: AttributionSettings,
    walks: { readonly topic: Topic<WalkContinued>; readonly pageEntriesMax: number },
  ) {
    this.#context = context;
    this.#initial = initial;
    this.#walked = walks.topic;
    this.#pageEntriesMax = walks.pageEntriesMax;
  }

  settings(workspace: string): AttributionSettings {
    return this.#of(workspace).settings;
  }

  /** In which records are made; 0 before the first replay. */
  generation(workspace: string): number {
    return this.#of(workspace).generation;
  }

  /** Takes over what is new, and begins to go through the state for it. */
  begin(begun: UpkeepBegun, walk: string, cause: number): void {
    const { workspace } = begun;
    const known = this.#of(workspace);
    const next = { ...known, generation: Math.max(known.generation, begun.generation) };
    if (begun.work === 'settings' && begun.revision > known.revision) {
      next.revision = begun.revision;
      next.settings = settingsOf(begun.settings);
    }
    this.#known.set(workspace, next);
    this.#context.state.put(stateKey(workspace, UPKEEP), Buffer.from(JSON.stringify(next)));
    this.#goOn(workspace, walk, '', cause);
  }

  /** The next page of entries of a walk; more follow in another batch. */
  *walk({ workspace, work, after }: WalkContinued, cause: number): Iterable<WalkedEntry> {
    const prefix = stateKey(workspace);
    // The smallest key after one is that one and a zero byte.
    const from = after === '' ? prefix : Buffer.from(`${after}00`, 'hex');
    let read = 0;
    let last: Buffer | undefined;
    for (const [key, value] of this.#context.state.range({
      prefix,
      from,
      limit: this.#pageEntriesMax,
    })) {
      read += 1;
      last = key;
      const [, node, letter] = leadingStrings(key, 3);
      if (node !== undefined && letter !== undefined) yield { node, letter, value };
    }
    if (read < this.#pageEntriesMax || last === undefined) return;
    this.#goOn(workspace, work, last.toString('hex'), cause);
  }

  endBatch(): void {
    this.#known.clear();
  }

  #goOn(workspace: string, work: string, after: string, cause: number): void {
    const { partition } = this.#context;
    this.#context.emit(this.#walked, { workspace, partition, work, after }, cause);
  }

  #of(workspace: string): Known {
    let known = this.#known.get(workspace);
    if (known === undefined) {
      const stored = this.#context.state.get(stateKey(workspace, UPKEEP));
      known =
        stored === undefined
          ? { settings: this.#initial, revision: 0, generation: 0 }
          : // Only `begin` writes it.
            (JSON.parse(stored.toString()) as Known);
      this.#known.set(workspace, known);
    }
    return known;
  }
}

/** Settings were checked before they were sent on. */
function settingsOf(stated: string): AttributionSettings {
  const reading = readSettings(JSON.parse(stated));
  if (!reading.ok) throw new Error(`Settings that can't be read: ${reading.problems.join('; ')}`);
  return reading.settings;
}
