/**
 * What erasures renamed to what, as seen: identifiers when their nodes are told, touchpoints when
 * they come again. Names are random, so that nothing but looking can tell them.
 */
import {
  type CollectedEvent,
  compareUtf8,
  type ErasureAsked,
  eventNameIn,
  identifierKey,
  isCommand,
  isErasedId,
  type PersonAssigned,
} from '@rosi/events';
import type { CommittedBatch } from '@rosi/streams';
import type { Renaming } from '../oracle/index.js';

const COUPONS = 'coupon:';

interface Seen extends Renaming {
  readonly identifiers: Map<string, string>;
  readonly touchpoints: Map<string, string>;
  /** Of the touchpoints, by their old ids: the person and the time. */
  readonly moments: Map<string, string>;
}

export class Renamings {
  /** In the order of the erasures. */
  readonly list: Seen[] = [];
  readonly #problems: string[] = [];
  /** Events that may be erased, as they were sent. */
  readonly sent: CollectedEvent[] = [];
  readonly #unhashed: CollectedEvent[] = [];
  /** Events by the hash that ends an erased touchpoint's id. */
  readonly #events = new Map<string, CollectedEvent>();
  readonly #nameOf: (eventId: string) => string;
  readonly #taken = new Set<string>();
  readonly #persons = new Map<string, string>();

  constructor(nameOf: (eventId: string) => string) {
    this.#nameOf = nameOf;
  }

  /** An event that may be erased later. */
  know(event: CollectedEvent): void {
    if (isCommand(event)) return;
    this.sent.push(event);
    if (event.touchpoint) this.#unhashed.push(event);
  }

  observe({ processor, emitted }: CommittedBatch): void {
    for (const { topic, value } of emitted) {
      if (topic.name === 'erasures.asked' && !(value as ErasureAsked).ended) {
        this.list.push({ identifiers: new Map(), touchpoints: new Map(), moments: new Map() });
      }
      if (topic.name === 'persons.assigned') this.#renamed(value as PersonAssigned);
      if (topic.name === 'events.accepted') {
        this.#cameAgain(value as CollectedEvent, processor === 'repeats');
      }
    }
  }

  /** Names that are not new or say too much, and ids that lost an order which decides. */
  problems(): string[] {
    return [...this.#problems, ...this.list.flatMap(reordered)];
  }

  #renamed({ identifier, renamed, personId }: PersonAssigned): void {
    if (personId !== '') this.#persons.set(identifier, personId);
    if (renamed === '' || renamed === identifier) return;
    const [type, value] = split(identifier);
    const [newType, newValue] = split(renamed);
    if (newType !== type || this.#taken.has(renamed) || isHinted(value, newValue)) {
      this.#problems.push(`${identifier} was renamed to ${renamed}`);
    }
    this.#taken.add(renamed);
    this.list.at(-1)?.identifiers.set(identifier, newValue);
  }

  /** `isLate`: it was nobody's from the beginning, so that its place decides nothing. */
  #cameAgain({ eventId, touchpoint }: CollectedEvent, isLate: boolean): void {
    if (!isErasedId(eventId)) return;
    const name = eventNameIn(eventId);
    // The event that only tells the new name has an id without one.
    if (name === '' || !touchpoint) return;
    for (const event of this.#unhashed.splice(0)) {
      this.#events.set(this.#nameOf(event.eventId), event);
    }
    const before = this.#events.get(name);
    if (before === undefined) {
      this.#problems.push(`nobody knows what ${eventId} was before`);
      return;
    }
    const seen = this.list.at(-1);
    seen?.touchpoints.set(before.eventId, eventId);
    const [strongest] = before.identifiers.map(identifierKey);
    const person = this.#persons.get(strongest ?? '') ?? strongest;
    if (isLate) return;
    seen?.moments.set(before.eventId, `${person} ${before.occurredAt}`);
  }
}

/**
 * Of a person's touchpoints at one time the smaller id comes first, also before or after a coupon's: where two
 * of one erasure swapped their places, so may have their credits.
 */
function reordered({ touchpoints, moments }: Seen): string[] {
  const names = [...touchpoints].filter(([before]) => moments.has(before));
  return names.flatMap(([before, after], index) => {
    const isSame = names
      .slice(index + 1)
      .filter(([other]) => moments.get(other) === moments.get(before))
      .every(([other, renamed]) => isLess(before, other) === isLess(after, renamed));
    const isSameToCoupons = isLess(before, COUPONS) === isLess(after, COUPONS);
    return isSame && isSameToCoupons ? [] : [`${before} lost its place when it became ${after}`];
  });
}

const isLess = (a: string, b: string) => compareUtf8(a, b) < 0;

/** A short one may be part of a random name by chance. */
function isHinted(value: string, newValue: string): boolean {
  return value.length < 8 ? newValue === value : newValue.includes(value);
}

function split(key: string): readonly [type: string, value: string] {
  const colon = key.indexOf(':');
  return [key.slice(0, colon), key.slice(colon + 1)];
}
