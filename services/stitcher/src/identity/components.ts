/**
 * Keeps the components equal to f(links) while links come and go (the reference: personsOf in
 * packages/identity). New links join components, smaller into larger. Where a link went, or an
 * identifier became shared, the components concerned are taken apart and built again from their
 * members' links: what had been joined comes apart.
 */
import { compareIdentifierKeys, isShared } from '@rosi/identity';
import { ALONE, type Component, type LinkStore, type Member } from './link-store.js';

type Pair = readonly [Member, Member];

export class Components {
  readonly #store: LinkStore;
  readonly #joined: Pair[] = [];
  readonly #recounted = new Set<Member>();
  readonly #apart = new Set<number>();
  /** Links were removed in this batch. */
  #hasUnlinked = false;
  /** Members whose person may have changed since they were last told. */
  readonly changed = new Set<Member>();

  constructor(store: LinkStore) {
    this.#store = store;
  }

  /** Members seen together, all linked pair by pair. */
  link(identifiers: readonly string[]): void {
    const members = identifiers.map((identifier) => this.#member(identifier));
    members.forEach((a, index) => {
      for (const b of members.slice(index + 1)) {
        if (a === b || !this.#store.link(a, b)) continue;
        this.#joined.push([a, b]);
        this.#recounted.add(a).add(b);
      }
    });
  }

  /** The direct link of two members is removed for good. */
  unlink(identifiers: readonly string[]): void {
    const [a, b] = identifiers.map((identifier) => this.#member(identifier));
    if (a === undefined || b === undefined || a === b || !this.#store.unlink(a, b)) return;
    this.#hasUnlinked = true;
    this.#recounted.add(a).add(b);
    if (a.component === b.component && a.component !== ALONE) this.#apart.add(a.component);
  }

  /** Applies the batch's links: judges who is shared, takes apart, joins. */
  settle(): void {
    const pairs = [...this.#joined];
    for (const member of this.#recounted) {
      const shared = isShared(member.identifier, member.counts);
      if (shared === member.shared) continue;
      member.shared = shared;
      this.changed.add(member);
      if (!shared) pairs.push(...this.#pairsOf(member));
      else if (member.component !== ALONE) this.#apart.add(member.component);
    }
    for (const component of this.#apart) this.#rebuild(component);
    for (const [a, b] of pairs) {
      const isApart = a.component !== b.component || a.component === ALONE;
      const isStill = isApart && !a.shared && !b.shared;
      // A link of this batch may have been removed within the same batch.
      if (!isStill) continue;
      if (!this.#hasUnlinked || this.#store.hasLink(a, b)) this.#join(a, b);
    }
  }

  #member(identifier: string): Member {
    const member = this.#store.member(identifier);
    if (member.isNew) this.changed.add(member);
    return member;
  }

  #pairsOf(member: Member): Pair[] {
    return this.#store.neighboursOf(member.identifier).map((neighbour) => [member, neighbour]);
  }

  #join(a: Member, b: Member): void {
    if (a.component === ALONE && b.component === ALONE) {
      this.#store.makeComponent([a, b]);
      this.changed.add(a).add(b);
    } else if (a.component === ALONE || b.component === ALONE) {
      const [alone, other] = a.component === ALONE ? [a, b] : [b, a];
      const component = this.#store.component(other.component);
      this.#take(component, [alone], alone.identifier);
    } else {
      const [ofA, ofB] = [this.#store.component(a.component), this.#store.component(b.component)];
      const [large, small] = ofA.size >= ofB.size ? [ofA, ofB] : [ofB, ofA];
      this.#take(large, this.#store.membersOf(small.number), small.representative);
      this.#store.deleteComponent(small.number);
    }
  }

  /** Takes members into a component; everybody's person changes with the representative. */
  #take(component: Component, members: readonly Member[], representative: string): void {
    if (compareIdentifierKeys(representative, component.representative) < 0) {
      component.representative = representative;
      for (const member of this.#store.membersOf(component.number)) this.changed.add(member);
    }
    for (const member of members) {
      this.#store.move(member, component.number);
      this.changed.add(member);
    }
    component.size += members.length;
  }

  /** Takes a component apart and builds it again from the links that count. */
  #rebuild(number: number): void {
    const unplaced = new Set(this.#store.membersOf(number));
    for (const member of unplaced) this.changed.add(member);
    while (unplaced.size > 0) {
      const [start] = unplaced as Set<Member>;
      this.#place(this.#reach(start as Member, unplaced));
    }
    this.#store.deleteComponent(number);
  }

  /** Takes everything reachable from `start` out of `unplaced`; a shared member reaches nothing. */
  #reach(start: Member, unplaced: Set<Member>): Member[] {
    unplaced.delete(start);
    const reached = [start];
    if (start.shared) return reached;
    for (let at = 0; at < reached.length; at += 1) {
      for (const neighbour of this.#store.neighboursOf((reached[at] as Member).identifier)) {
        if (neighbour.shared || !unplaced.delete(neighbour)) continue;
        reached.push(neighbour);
      }
    }
    return reached;
  }

  #place(members: readonly Member[]): void {
    const [first] = members;
    if (members.length > 1) this.#store.makeComponent(members);
    else if (first !== undefined) this.#store.move(first, ALONE);
  }
}
