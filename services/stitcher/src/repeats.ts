/**
 * Lets the first copy of an event through and counts the rest. Keyed by event_id, so that whatever
 * a repeat carries, exactly one copy counts in the whole workspace (docs/adr/0005-repeats-first.md).
 * Knows events by a keyed hash alone, and every identifier that was erased: an event that carries
 * one loses its person here, or the identifier alone where that was shared, before anything else
 * sees it (docs/adr/0009-erasure.md). Ids with a place are on the list for the tables alone: of
 * those events only repeats can come.
 */
import {
  type CollectedEvent,
  eventName,
  eventsAccepted,
  eventsCollected,
  type IdentifiersSuppressed,
  identifiersSuppressed,
  isCommand,
  type Left,
  ledgerSuppressions,
  leftOf,
  type TextHash,
  type UpkeepBegun,
  upkeepBegun,
} from '@rosi/events';
import {
  leadingStrings,
  type Processor,
  type ProcessorContext,
  type ProcessorDeclaration,
  type StateStore,
  stateKey,
} from '@rosi/streams';

const SEEN = Buffer.alloc(0);
const SUPPRESSED = 's';
const GENERATION = 'g';
/** After all names of a replay comes one that is none. */
const LIST_ENDS = '';
/** What became of an event that is no repeat. */
const reasons = { nothing: 'first', identifiers: 'partly-suppressed', person: 'suppressed' };

export function repeats(hash: TextHash): ProcessorDeclaration {
  return {
    name: 'repeats',
    inputs: [eventsCollected, identifiersSuppressed, upkeepBegun],
    outputs: [eventsAccepted, ledgerSuppressions],
    stateVersion: 4,
    // Format 3 is the embedded runtime's: an older build does not know of changes beside the tree.
    // Format 4 marks names of what was shared; an older build would let events keep those.
    upgrades: {
      1: (state) => hashEventIds(state, hash),
      2: () => undefined,
      3: () => undefined,
    },
    create: (context) => new Repeats(context, hash),
  };
}

class Repeats implements Processor {
  readonly #context: ProcessorContext;
  readonly #hash: TextHash;
  /** Of this batch: workspaces with a suppression list, or without. */
  readonly #hasSuppressed = new Map<string, boolean>();

  constructor(context: ProcessorContext, hash: TextHash) {
    this.#context = context;
    this.#hash = hash;
  }

  process(topic: string, value: unknown, timestamp: number): void {
    if (topic === eventsCollected.name) this.#accept(value as CollectedEvent, timestamp);
    else if (topic === identifiersSuppressed.name) {
      this.#suppress(value as IdentifiersSuppressed, timestamp);
    } else this.#recordAgain(value as UpkeepBegun, timestamp);
  }

  endBatch(): void {
    this.#hasSuppressed.clear();
  }

  #accept(event: CollectedEvent, cause: number): void {
    const { state } = this.#context;
    const key = stateKey(event.workspace, eventName(this.#hash, event.workspace, event.eventId));
    if (state.get(key) !== undefined) {
      this.#context.count('drop', 'repeat');
      return;
    }
    state.put(key, SEEN);
    // An erasure itself names whom it names, also where they were erased before.
    const left = isCommand(event) ? whole(event) : this.#leftOf(event);
    this.#context.emit(eventsAccepted, left.event, cause);
    this.#context.count('ok', reasons[left.lost]);
  }

  #leftOf(event: CollectedEvent): Left {
    const { workspace } = event;
    let has = this.#hasSuppressed.get(workspace);
    if (has === undefined) {
      const prefix = stateKey(workspace, SUPPRESSED);
      const [first] = this.#context.state.range({ prefix, limit: 1 });
      has = first !== undefined;
      this.#hasSuppressed.set(workspace, has);
    }
    if (!has) return whole(event);
    return leftOf(event, this.#hash, { until: (name) => this.#until(workspace, name) });
  }

  #until(workspace: string, name: string): number | undefined {
    const value = this.#context.state.get(stateKey(workspace, SUPPRESSED, name));
    return value === undefined ? undefined : Number(value.toString());
  }

  /** An identifier may be erased again: the later time holds. */
  #suppress({ workspace, names, until }: IdentifiersSuppressed, cause: number): void {
    for (const name of names) {
      if ((this.#until(workspace, name) ?? Number.NEGATIVE_INFINITY) >= until) continue;
      const value = Buffer.from(String(until));
      this.#context.state.put(stateKey(workspace, SUPPRESSED, name), value);
      this.#record(workspace, name, until, this.#generation(workspace), cause);
    }
    this.#hasSuppressed.clear();
    this.#context.count('ok', 'suppression');
  }

  #recordAgain({ workspace, work, generation }: UpkeepBegun, cause: number): void {
    this.#context.count('ok', 'upkeep');
    if (work !== 'replay') return;
    const kept = Buffer.from(String(Math.max(generation, this.#generation(workspace))));
    this.#context.state.put(stateKey(workspace, GENERATION), kept);
    const prefix = stateKey(workspace, SUPPRESSED);
    for (const [key, value] of this.#context.state.range({ prefix })) {
      const name = leadingStrings(key, 3)[2] as string;
      this.#record(workspace, name, Number(value.toString()), generation, cause);
    }
    this.#record(workspace, LIST_ENDS, generation, generation, cause);
  }

  #generation(workspace: string): number {
    return Number(this.#context.state.get(stateKey(workspace, GENERATION))?.toString() ?? 0);
  }

  /** Every partition has the whole list: one of them tells it. */
  #record(workspace: string, name: string, until: number, generation: number, cause: number) {
    const { partition } = this.#context;
    if (partition !== 0) return;
    const recordedAt = this.#context.now();
    const record = { workspace, generation, revision: 1, recordedAt, name, until };
    this.#context.emit(ledgerSuppressions, record, cause);
  }
}

const whole = (event: CollectedEvent): Left => ({ event, lost: 'nothing' });

/** Format 1 kept event ids as they are. */
function hashEventIds(state: StateStore, hash: TextHash): void {
  for (const [key] of state.range({ prefix: Buffer.alloc(0) })) {
    const [workspace, eventId] = leadingStrings(key, 2);
    if (workspace === undefined || eventId === undefined) continue;
    state.delete(key);
    state.put(stateKey(workspace, eventName(hash, workspace, eventId)), SEEN);
  }
}
