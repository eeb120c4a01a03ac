/**
 * What decides beside the records how they become rows: the generation that the tables hold, and
 * who was erased. One loader has one lens, which all its topics look through.
 */
import {
  type CollectedEvent,
  erasedId,
  eventNameIn,
  FOR_GOOD,
  identifierKey,
  isErasedId,
  type LedgerErasure,
  leftOf,
  type PlacedIds,
  suppressedName,
  type TextHash,
} from '@rosi/events';
import type { Warehouse } from '@rosi/warehouse';

/** A replay was asked for: the tables are to be filled anew. */
export class NewGeneration extends Error {
  readonly generation: number;

  constructor(generation: number) {
    super(`a replay of generation ${generation} has begun`);
    this.name = 'NewGeneration';
    this.generation = generation;
  }
}

/** What an erasure tells. */
type Erased = Omit<LedgerErasure, 'generation' | 'recordedAt' | 'persons'>;

export class Lens {
  readonly hash: TextHash;
  #generation = 0;
  /** By workspace and name: until when its events lose it, or their person. */
  readonly #suppressed = new Map<string, number>();
  /** Ids with a place, by workspace and their events' names. */
  readonly #placed = new Map<string, string>();

  constructor(hash: TextHash) {
    this.hash = hash;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Takes over what the tables know; answers whether their suppression list is whole. */
  async read(warehouse: Pick<Warehouse, 'query'>, generation: number): Promise<boolean> {
    this.#generation = generation;
    const rows = await warehouse.query<{ workspace: string; name: string; until: number }>(
      'SELECT workspace, name, toUnixTimestamp64Milli(until) AS until FROM rosi.suppressions FINAL',
    );
    for (const { workspace, name, until } of rows) this.#add(workspace, name, until);
    return generation === 0 || rows.some(({ name, until }) => name === '' && until >= generation);
  }

  /** Erased just now, whatever the tables know yet. */
  suppress({ workspace, erasedAt, orders, ...erased }: Erased): void {
    const shared = new Set(erased.shared);
    const add = (key: string, until: number) =>
      this.#add(workspace, suppressedName(this.hash, workspace, key, shared.has(key)), until);
    for (const member of erased.members) add(member, erasedAt);
    for (const value of orders) add(identifierKey({ type: 'order_id', value }), FOR_GOOD);
    for (const name of erased.apart) this.#add(workspace, name, FOR_GOOD);
    for (const name of erased.placed) this.#add(workspace, name, erasedAt);
  }

  /** The id under which an erased person's event goes on in the tables. */
  erasedId(event: Pick<CollectedEvent, 'workspace' | 'eventId' | 'touchpoint'>): string {
    return erasedId(this.hash, event, this.#placedIn(event.workspace));
  }

  /** Whether a record belongs to the tables' generation; throws when it begins another. */
  holds(generation: number): boolean {
    if (generation > this.#generation) throw new NewGeneration(generation);
    return generation === this.#generation;
  }

  /** The event as the tables may have it. */
  eventOf(event: CollectedEvent): CollectedEvent {
    if (this.#suppressed.size === 0) return event;
    const { workspace } = event;
    const until = (name: string) => this.#suppressed.get(`${workspace}/${name}`);
    return leftOf(event, this.hash, { until, placed: this.#placedIn(workspace) }).event;
  }

  #placedIn(workspace: string): PlacedIds {
    return (name) => this.#placed.get(`${workspace}/${name}`);
  }

  #add(workspace: string, name: string, until: number): void {
    if (isErasedId(name)) {
      this.#placed.set(`${workspace}/${eventNameIn(name)}`, name);
      return;
    }
    const key = `${workspace}/${name}`;
    this.#suppressed.set(key, Math.max(until, this.#suppressed.get(key) ?? until));
  }
}
