/**
 * Direct links, unlinks, members and components of a workspace, as they lie in state. Members and
 * components are loaded once a batch and written once at its end.
 */

import {
  type ErasureAsked,
  type StateComponent,
  type StateMember,
  stateComponentCodec,
  stateMemberCodec,
} from '@rosi/events';
import { noLinks, representativeOf, withNeighbour, withoutNeighbour } from '@rosi/identity';
import { leadingStrings, type ProcessorContext, type StateStore, stateKey } from '@rosi/streams';
import { keyPart } from '../key-part.js';

// What belongs to one identifier or component lies side by side, so that a change of it touches few
// pages of the store. Identifier keys contain a colon, these names do not.
const LINK = 'l';
const UNLINK = 'x';
const MEMBER = 'm';
const COMPONENT = 'c';
const RECORD = 'r';
const MEMBER_OF = 'o';
const NUMBERS = 'n';
const ERASURE = 'e';
const ERASED = 'd';

/** The component number of a member that is one by itself. */
export const ALONE = 0;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A linked identifier; changed in place within a batch. */
export interface Member extends Mutable<StateMember> {
  readonly identifier: string;
  /** First seen in this batch. */
  readonly isNew: boolean;
  /** False: it has none, so that none needs to be looked up. */
  mayHaveLinks: boolean;
}

/** A component; `members` are read from state when they are needed. */
export interface Component extends Mutable<StateComponent> {
  readonly number: number;
}

/** An erasure that waits until the journeys of these persons have told their ties. */
export interface WaitingErasure {
  readonly asked: ErasureAsked;
  readonly persons: readonly string[];
  readonly tied: readonly string[];
}

/** What an erasure has to tell the tables once it has come to its end. */
export interface ErasedMembers {
  readonly members: readonly string[];
  readonly orders: readonly string[];
  readonly persons: readonly string[];
  readonly erasedAt: number;
  /** Ids with a place; one that an older build began knows none. */
  readonly placed?: readonly string[];
  /** Identifier keys of all of these that were shared; an older build did not tell. */
  readonly shared?: readonly string[];
  /** Names of pairs that were carried together and were not of one person; as above. */
  readonly apart?: readonly string[];
}

/** Counters of a workspace. */
interface Numbers {
  /** The newest component's number. */
  component: number;
  /** The newest assignments' version. */
  version: number;
  /** Links removed for good: while there are none, none needs to be looked up. */
  unlinks: number;
}

/** One workspace's identity within one batch. */
export class LinkStore {
  readonly #context: ProcessorContext;
  readonly #workspace: string;
  readonly #members = new Map<string, Member>();
  readonly #components = new Map<number, Component>();
  readonly #numbers: Numbers;

  constructor(context: ProcessorContext, workspace: string) {
    this.#context = context;
    this.#workspace = workspace;
    const stored = context.state.get(stateKey(workspace, NUMBERS));
    this.#numbers =
      stored === undefined
        ? { component: 0, version: 0, unlinks: 0 }
        : (JSON.parse(stored.toString()) as Numbers);
  }

  /** The member; a new one is by itself. */
  member(identifier: string): Member {
    let member = this.#members.get(identifier);
    if (member === undefined) {
      const stored = this.#context.state.get(this.#memberKey(identifier));
      const state = stored === undefined ? unlinked : stateMemberCodec.decode(stored);
      const isNew = stored === undefined;
      member = { identifier, isNew, mayHaveLinks: !isNew, ...state };
      this.#members.set(identifier, member);
    }
    return member;
  }

  component(number: number): Component {
    let component = this.#components.get(number);
    if (component === undefined) {
      const stored = this.#context.state.get(this.#componentKey(number));
      if (stored === undefined) throw new Error(`Component ${number} is missing.`);
      component = { number, ...stateComponentCodec.decode(stored) };
      this.#components.set(number, component);
    }
    return component;
  }

  membersOf(number: number): Member[] {
    const members: Member[] = [];
    const prefix = stateKey(this.#workspace, COMPONENT, number, MEMBER_OF);
    for (const [, value] of this.#context.state.range({ prefix })) {
      members.push(this.member(value.toString('utf8')));
    }
    return members;
  }

  neighboursOf(identifier: string): Member[] {
    const members: Member[] = [];
    const prefix = stateKey(this.#workspace, keyPart(identifier), LINK);
    for (const [, value] of this.#context.state.range({ prefix })) {
      members.push(this.member(value.toString('utf8')));
    }
    return members;
  }

  /** Identifier keys whose direct link with this one was removed, or will never count. */
  formerNeighboursOf(identifier: string): string[] {
    const prefix = stateKey(this.#workspace, keyPart(identifier), UNLINK);
    const names = [...this.#context.state.range({ prefix })].map(([, value]) =>
      value.toString('utf8'),
    );
    // Of an older format, which did not tell names.
    return names.filter((name) => name !== '');
  }

  /** Adds the direct link and counts it at both ends; false when known or removed for good. */
  link(a: Member, b: Member): boolean {
    const isKnown = a.mayHaveLinks && b.mayHaveLinks && this.hasLink(a, b);
    if (isKnown || this.#isUnlinked(a, b)) return false;
    a.mayHaveLinks = true;
    b.mayHaveLinks = true;
    this.#context.state.put(this.#linkKey(a, b), Buffer.from(b.identifier, 'utf8'));
    this.#context.state.put(this.#linkKey(b, a), Buffer.from(a.identifier, 'utf8'));
    a.counts = withNeighbour(a.counts, b.identifier);
    b.counts = withNeighbour(b.counts, a.identifier);
    return true;
  }

  hasLink(a: Member, b: Member): boolean {
    return this.#context.state.get(this.#linkKey(a, b)) !== undefined;
  }

  /** Removes the direct link for good; false when there was none to remove. */
  unlink(a: Member, b: Member): boolean {
    this.#numbers.unlinks += 1;
    this.#context.state.put(this.#unlinkKey(a, b), Buffer.from(b.identifier, 'utf8'));
    this.#context.state.put(this.#unlinkKey(b, a), Buffer.from(a.identifier, 'utf8'));
    if (!this.hasLink(a, b)) return false;
    this.#context.state.delete(this.#linkKey(a, b));
    this.#context.state.delete(this.#linkKey(b, a));
    a.counts = withoutNeighbour(a.counts, b.identifier);
    b.counts = withoutNeighbour(b.counts, a.identifier);
    return true;
  }

  /**
   * The member under another name, which nobody has: with its links, removed ones too, its place in
   * its component and all that was judged. The component's representative is the caller's.
   */
  rename(member: Member, identifier: string): Member {
    const renamed: Member = { ...member, identifier, isNew: false, erased: true };
    this.#members.set(identifier, renamed);
    for (const kind of [LINK, UNLINK]) this.#renameAtNeighbours(member, renamed, kind);
    if (member.component !== ALONE) {
      this.#context.state.delete(this.#memberOfKey(member.component, member.identifier));
      const key = this.#memberOfKey(member.component, identifier);
      this.#context.state.put(key, Buffer.from(identifier, 'utf8'));
    }
    this.#members.delete(member.identifier);
    this.#context.state.delete(this.#memberKey(member.identifier));
    return renamed;
  }

  /** Those that were not known before are not kept. */
  forgetNew(members: readonly Member[]): void {
    for (const { isNew, identifier } of members) if (isNew) this.#members.delete(identifier);
  }

  #renameAtNeighbours(member: Member, renamed: Member, kind: string): void {
    const place = (from: string, to: string) =>
      stateKey(this.#workspace, keyPart(from), kind, keyPart(to));
    const prefix = stateKey(this.#workspace, keyPart(member.identifier), kind);
    for (const [key, value] of this.#context.state.range({ prefix })) {
      const neighbour = value.toString('utf8');
      // Of an older format, which did not tell: a link that was removed before it was renamed.
      if (neighbour === '') continue;
      this.#context.state.delete(key);
      this.#context.state.delete(place(neighbour, member.identifier));
      this.#context.state.put(place(renamed.identifier, neighbour), value);
      const name = Buffer.from(renamed.identifier, 'utf8');
      this.#context.state.put(place(neighbour, renamed.identifier), name);
    }
  }

  /** Looks for the smallest identifier of a component again. */
  renewRepresentative(number: number): void {
    const members = this.membersOf(number).map(({ identifier }) => identifier);
    this.component(number).representative = representativeOf(members);
  }

  /** An erasure that waits for answers. */
  keepErasure(erasure: string, waiting: WaitingErasure): void {
    const value = Buffer.from(JSON.stringify(waiting));
    this.#context.state.put(stateKey(this.#workspace, ERASURE, erasure), value);
  }

  keptErasure(erasure: string): WaitingErasure | null {
    const stored = this.#context.state.get(stateKey(this.#workspace, ERASURE, erasure));
    // Only `keepErasure` writes it.
    return stored === undefined ? null : (JSON.parse(stored.toString()) as WaitingErasure);
  }

  /** An erasure that has renamed, and waits for all that this causes. */
  keepErased(erasure: string, erased: ErasedMembers): void {
    this.#context.state.delete(stateKey(this.#workspace, ERASURE, erasure));
    const value = Buffer.from(JSON.stringify(erased));
    this.#context.state.put(stateKey(this.#workspace, ERASED, erasure), value);
  }

  takeErased(erasure: string): ErasedMembers | null {
    const key = stateKey(this.#workspace, ERASED, erasure);
    const stored = this.#context.state.get(key);
    this.#context.state.delete(key);
    // Only `keepErased` writes it.
    return stored === undefined ? null : (JSON.parse(stored.toString()) as ErasedMembers);
  }

  /** Moves a member into a component, or out of any; the sizes are the caller's. */
  move(member: Member, component: number): void {
    const name = member.identifier;
    if (member.component !== ALONE) {
      this.#context.state.delete(this.#memberOfKey(member.component, name));
    }
    member.component = component;
    if (component === ALONE) return;
    const key = this.#memberOfKey(component, name);
    this.#context.state.put(key, Buffer.from(name, 'utf8'));
  }

  /** A new component of these members. */
  makeComponent(members: readonly Member[]): Component {
    this.#numbers.component += 1;
    const number = this.#numbers.component;
    const representative = representativeOf(members.map(({ identifier }) => identifier));
    const component: Component = { number, representative, size: members.length };
    this.#components.set(number, component);
    for (const member of members) this.move(member, number);
    return component;
  }

  deleteComponent(number: number): void {
    this.#components.delete(number);
    this.#context.state.delete(this.#componentKey(number));
  }

  /** The smallest identifier of the member's component. */
  representativeOf(member: Member): string {
    if (member.component === ALONE) return member.identifier;
    return this.component(member.component).representative;
  }

  /** The number of this batch's assignments. */
  nextVersion(): number {
    this.#numbers.version += 1;
    return this.#numbers.version;
  }

  save(): void {
    for (const member of this.#members.values()) {
      const key = this.#memberKey(member.identifier);
      this.#context.state.put(key, stateMemberCodec.encode(member));
    }
    for (const component of this.#components.values()) {
      const key = this.#componentKey(component.number);
      this.#context.state.put(key, stateComponentCodec.encode(component));
    }
    const numbers = Buffer.from(JSON.stringify(this.#numbers));
    this.#context.state.put(stateKey(this.#workspace, NUMBERS), numbers);
  }

  #isUnlinked(a: Member, b: Member): boolean {
    if (this.#numbers.unlinks === 0) return false;
    return this.#context.state.get(this.#unlinkKey(a, b)) !== undefined;
  }

  #unlinkKey(a: Member, b: Member): Buffer {
    return stateKey(this.#workspace, keyPart(a.identifier), UNLINK, keyPart(b.identifier));
  }

  #memberKey(identifier: string): Buffer {
    return stateKey(this.#workspace, keyPart(identifier), MEMBER);
  }

  #componentKey(number: number): Buffer {
    return stateKey(this.#workspace, COMPONENT, number, RECORD);
  }

  #memberOfKey(number: number, identifier: string): Buffer {
    return stateKey(this.#workspace, COMPONENT, number, MEMBER_OF, keyPart(identifier));
  }

  #linkKey(from: Member, to: Member): Buffer {
    return stateKey(this.#workspace, keyPart(from.identifier), LINK, keyPart(to.identifier));
  }
}

const unlinked: StateMember = {
  component: ALONE,
  shared: false,
  assignedPersonId: '',
  assignedShared: false,
  counts: noLinks,
  erased: false,
};

/**
 * Format 1 kept a removed link at one of its ends, without a name. Those of ids too long for a key
 * stay so: their names are not known any more.
 */
export function tellUnlinks(state: StateStore): void {
  for (const [key, value] of state.range({ prefix: Buffer.alloc(0) })) {
    const [workspace, first, kind, second] = leadingStrings(key, 4);
    if (kind !== UNLINK || value.length > 0) continue;
    if (workspace === undefined || first === undefined || second === undefined) continue;
    if (first.startsWith('#') || second.startsWith('#')) continue;
    state.put(key, Buffer.from(second, 'utf8'));
    state.put(stateKey(workspace, second, UNLINK, first), Buffer.from(first, 'utf8'));
  }
}
