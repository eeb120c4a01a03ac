/**
 * Who is one person (contract, rule 1): a function of all links and unlinks seen.
 *
 * Persons are labels here (the smallest key of the component); the contract fixes the partition
 * and not the ids.
 */
import { compareIds } from './text.js';
import type { Accepted, Identifier, IdentifierType } from './types.js';

export interface Node {
  readonly identifier: Identifier;
  readonly person: string;
  readonly shared: boolean;
}

export interface Persons {
  readonly nodes: readonly Node[];
  /** The person of an identifier; '' when no event of a person carried it. */
  personOf(identifier: Identifier | undefined): string;
  /** The members of an identifier's person. */
  membersOf(identifier: Identifier): readonly Identifier[];
  isShared(identifier: Identifier): boolean;
  /** Keys of those that an event carried beside it, to link or to unlink them. */
  metBy(identifier: Identifier): ReadonlySet<string>;
}

export function identifierKey(identifier: Identifier): string {
  return `${identifier.type}:${identifier.value}`;
}

/** reading: "an accepted event of no bot" includes unlinks; the catalogue carries no identifiers. */
function carriesPersons(event: Accepted): boolean {
  return !event.bot;
}

function pairs(identifiers: readonly Identifier[]): [string, string][] {
  const keys = identifiers.map(identifierKey);
  return keys.flatMap((a, i) => keys.slice(i + 1).map((b): [string, string] => [a, b]));
}

function neighbours(
  events: readonly Accepted[],
  known: ReadonlyMap<string, Identifier>,
): Map<string, Set<string>> {
  const near = new Map([...known.keys()].map((key) => [key, new Set<string>()]));
  const links = events.filter((event) => event.type !== 'unlink');
  for (const [a, b] of links.flatMap((event) => pairs(event.identifiers))) {
    near.get(a)?.add(b);
    near.get(b)?.add(a);
  }
  const unlinks = events.filter((event) => event.type === 'unlink');
  for (const [a, b] of unlinks.flatMap((event) => pairs(event.identifiers))) {
    near.get(a)?.delete(b);
    near.get(b)?.delete(a);
  }
  return near;
}

function companions(events: readonly Accepted[]): Map<string, Set<string>> {
  const met = new Map<string, Set<string>>();
  for (const [a, b] of events.flatMap((event) => pairs(event.identifiers))) {
    met.set(a, (met.get(a) ?? new Set()).add(b));
    met.set(b, (met.get(b) ?? new Set()).add(a));
  }
  return met;
}

const strong = new Set<IdentifierType>([
  'order_id',
  'user_id',
  'customer_id',
  'email',
  'phone',
  'handle',
]);

function shopOf(customerId: string): string {
  const colon = customerId.indexOf(':');
  return colon < 0 ? '' : customerId.slice(0, colon);
}

/** Judged on direct links alone; `near` holds the identifiers directly linked. */
function isShared(identifier: Identifier, near: readonly Identifier[]): boolean {
  const valuesOf = (type: IdentifierType): string[] =>
    near.filter((other) => other.type === type).map((other) => other.value);
  const strongCount = near.filter((o) => strong.has(o.type) && o.type !== 'order_id').length;
  if (strongCount > 50) return true;
  if (strong.has(identifier.type)) return false;
  const shops = valuesOf('customer_id').map(shopOf);
  return (
    valuesOf('user_id').length >= 2 ||
    new Set(shops).size < shops.length ||
    valuesOf('email').length > 3 ||
    (identifier.type === 'click_id' && valuesOf('anonymous_id').length > 1)
  );
}

/** All that can be reached from `start` without stepping on a shared identifier. */
function componentOf(
  start: string,
  near: ReadonlyMap<string, ReadonlySet<string>>,
  shared: ReadonlySet<string>,
): string[] {
  const found = new Set([start]);
  if (shared.has(start)) return [start];
  for (const key of found) {
    for (const next of near.get(key) ?? []) if (!shared.has(next)) found.add(next);
  }
  return [...found].sort(compareIds);
}

export function personsOf(events: readonly Accepted[]): Persons {
  const carriers = events.filter(carriesPersons);
  const known = new Map<string, Identifier>();
  for (const event of carriers) {
    for (const identifier of event.identifiers) known.set(identifierKey(identifier), identifier);
  }
  const near = neighbours(carriers, known);
  const nearOf = (key: string): Identifier[] =>
    [...(near.get(key) ?? [])].flatMap((other) => known.get(other) ?? []);
  const shared = new Set(
    [...known].filter(([key, identifier]) => isShared(identifier, nearOf(key))).map(([key]) => key),
  );
  const members = new Map<string, readonly string[]>();
  for (const key of known.keys()) {
    if (members.has(key)) continue;
    const component = componentOf(key, near, shared);
    for (const member of component) members.set(member, component);
  }
  const labelOf = (key: string): string => members.get(key)?.[0] ?? '';
  const met = companions(carriers);
  return {
    nodes: [...known].map(([key, identifier]) => ({
      identifier,
      person: labelOf(key),
      shared: shared.has(key),
    })),
    personOf: (identifier) => (identifier === undefined ? '' : labelOf(identifierKey(identifier))),
    membersOf: (identifier) =>
      (members.get(identifierKey(identifier)) ?? []).flatMap((key) => known.get(key) ?? []),
    isShared: (identifier) => shared.has(identifierKey(identifier)),
    metBy: (identifier) => met.get(identifierKey(identifier)) ?? new Set(),
  };
}

/** The person of an event: that of its strongest identifier; nobody for a bot. */
export function eventPerson(event: Accepted, persons: Persons): string {
  return event.bot ? '' : persons.personOf(event.identifiers[0]);
}
