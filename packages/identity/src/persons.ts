/**
 * Identity as one pure function of what was seen: identifiers, links between them, links removed
 * for good. It is the reference that the incremental processor is held against.
 * Guarantees that neither the order of its inputs nor their repetition changes a result.
 */
import { compareIdentifierKeys, personIdOf } from './identifier-order.js';
import { isShared, noLinks, withNeighbour } from './link-counts.js';

/** Two identifier keys seen together; the order of the two means nothing. */
export type IdentifierLink = readonly [string, string];

export interface PersonsInput {
  /** Identifier keys seen; the ends of links and unlinks count as seen, named here or not. */
  readonly members: Iterable<string>;
  readonly links: Iterable<IdentifierLink>;
  /** Direct links removed for good, wherever they stand among the links. */
  readonly unlinks: Iterable<IdentifierLink>;
  /** A digest of a text, safe in ids; the same for the whole life of a workspace. */
  digest(text: string): string;
}

export interface PersonAssignment {
  readonly personId: string;
  /** A shared identifier joins nothing and is a person of its own. */
  readonly shared: boolean;
}

/** Every identifier seen, with its person. */
export function personsOf(input: PersonsInput): Map<string, PersonAssignment> {
  const neighbours = neighboursOf(input);
  const shared = sharedOf(neighbours);
  const representatives = new Map<string, string>();
  for (const [identifier, linked] of neighbours) {
    if (shared.has(identifier)) continue;
    for (const neighbour of linked) {
      if (!shared.has(neighbour)) join(representatives, identifier, neighbour);
    }
  }
  const persons = new Map<string, PersonAssignment>();
  for (const identifier of neighbours.keys()) {
    const representative = find(representatives, identifier);
    const personId = personIdOf(representative, input.digest);
    persons.set(identifier, { personId, shared: shared.has(identifier) });
  }
  return persons;
}

/** The present direct links, both ways; a link of an identifier to itself does not exist. */
function neighboursOf(input: PersonsInput): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  const seen = (identifier: string): Set<string> => {
    let linked = neighbours.get(identifier);
    if (linked === undefined) {
      linked = new Set();
      neighbours.set(identifier, linked);
    }
    return linked;
  };
  for (const member of input.members) seen(member);
  for (const [a, b] of input.links) {
    const [ofA, ofB] = [seen(a), seen(b)];
    if (a === b) continue;
    ofA.add(b);
    ofB.add(a);
  }
  for (const [a, b] of input.unlinks) {
    seen(a).delete(b);
    seen(b).delete(a);
  }
  return neighbours;
}

function sharedOf(neighbours: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const shared = new Set<string>();
  for (const [identifier, linked] of neighbours) {
    let counts = noLinks;
    for (const neighbour of linked) counts = withNeighbour(counts, neighbour);
    if (isShared(identifier, counts)) shared.add(identifier);
  }
  return shared;
}

/** The smaller root becomes the root of both, so that a root is its component's representative. */
function join(representatives: Map<string, string>, a: string, b: string): void {
  const [rootOfA, rootOfB] = [find(representatives, a), find(representatives, b)];
  if (rootOfA === rootOfB) return;
  const aIsFirst = compareIdentifierKeys(rootOfA, rootOfB) < 0;
  representatives.set(aIsFirst ? rootOfB : rootOfA, aIsFirst ? rootOfA : rootOfB);
}

/** The root above an identifier; halves the way to it for those who ask later. */
function find(representatives: Map<string, string>, identifier: string): string {
  let at = identifier;
  for (;;) {
    const above = representatives.get(at);
    if (above === undefined) return at;
    const next = representatives.get(above);
    if (next === undefined) return above;
    representatives.set(at, next);
    at = next;
  }
}
