/**
 * Direct links, unlinks, members and components of a workspace, as they lie in state. Members and
 * components are loaded once a batch and written once at its end.
 */

import {
  type StateComponent,
  type StateMember,
  stateComponentCodec,
  stateMemberCodec,
} from '@rosi/events';
import { noLinks, withNeighbour, withoutNeighbour } from '@rosi/identity';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { keyPart } from '../key-part.js';

const LINK = 'l';
const UNLINK = 'x';
const MEMBER = 'm';
const COMPONENT = 'c';
const MEMBER_OF = 'o';
const NUMBERS = 'n';
const NOTHING = Buffer.alloc(0);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A linked identifier; changed in place within a batch. */
export interface Member extends Mutable<StateMember> {
  readonly identifier: string;
}

/** A component; `members` are read from state when they are needed. */
export interface Component extends Mutable<StateComponent> {
  readonly number: number;
}

/** One workspace's identity within one batch. */
export class LinkStore {
  readonly #context: ProcessorContext;
  readonly #workspace: string;
  readonly #members = new Map<string, Member>();
  readonly #components = new Map<number, Component>();

  constructor(context: ProcessorContext, workspace: string) {
    this.#context = context;
    this.#workspace = workspace;
  }

  /** The member, made with a component of its own when it is new. */
  member(identifier: string): { readonly member: Member; readonly isNew: boolean } {
    const loaded = this.#members.get(identifier);
    if (loaded !== undefined) return { member: loaded, isNew: false };
    const stored = this.#context.state.get(stateKey(MEMBER, this.#workspace, identifier));
    const member: Member =
      stored === undefined
        ? { identifier, ...unlinked }
        : { identifier, ...stateMemberCodec.decode(stored) };
    this.#members.set(identifier, member);
    if (stored === undefined) this.makeComponent([member]);
    return { member, isNew: stored === undefined };
  }

  component(number: number): Component {
    let component = this.#components.get(number);
    if (component === undefined) {
      const stored = this.#context.state.get(stateKey(COMPONENT, this.#workspace, number));
      if (stored === undefined) throw new Error(`Component ${number} is missing.`);
      component = { number, ...stateComponentCodec.decode(stored) };
      this.#components.set(number, component);
    }
    return component;
  }

  membersOf(number: number): Member[] {
    const members: Member[] = [];
    const prefix = stateKey(MEMBER_OF, this.#workspace, number);
    for (const [, value] of this.#context.state.range({ prefix })) {
      members.push(this.member(value.toString('utf8')).member);
    }
    return members;
  }

  neighboursOf(identifier: string): Member[] {
    const members: Member[] = [];
    const prefix = stateKey(LINK, this.#workspace, keyPart(identifier));
    for (const [, value] of this.#context.state.range({ prefix })) {
      members.push(this.member(value.toString('utf8')).member);
    }
    return members;
  }

  /** Adds the direct link and counts it at both ends; false when known or removed for good. */
  link(a: Member, b: Member): boolean {
    const key = this.#linkKey(a, b);
    if (this.#context.state.get(key) !== undefined) return false;
    if (this.#context.state.get(this.#unlinkKey(a, b)) !== undefined) return false;
    this.#context.state.put(key, Buffer.from(b.identifier, 'utf8'));
    const back = this.#linkKey(b, a);
    this.#context.state.put(back, Buffer.from(a.identifier, 'utf8'));
    a.counts = withNeighbour(a.counts, b.identifier);
    b.counts = withNeighbour(b.counts, a.identifier);
    return true;
  }

  hasLink(a: Member, b: Member): boolean {
    const key = this.#linkKey(a, b);
    return this.#context.state.get(key) !== undefined;
  }

  /** Removes the direct link for good; false when there was none to remove. */
  unlink(a: Member, b: Member): boolean {
    this.#context.state.put(this.#unlinkKey(a, b), NOTHING);
    const key = this.#linkKey(a, b);
    if (this.#context.state.get(key) === undefined) return false;
    this.#context.state.delete(key);
    this.#context.state.delete(this.#linkKey(b, a));
    a.counts = withoutNeighbour(a.counts, b.identifier);
    b.counts = withoutNeighbour(b.counts, a.identifier);
    return true;
  }

  /** Moves a member into a component; the sizes are the caller's. */
  move(member: Member, component: Component): void {
    const name = member.identifier;
    this.#context.state.delete(stateKey(MEMBER_OF, this.#workspace, member.component, name));
    member.component = component.number;
    const key = stateKey(MEMBER_OF, this.#workspace, component.number, name);
    this.#context.state.put(key, Buffer.from(name, 'utf8'));
  }

  /** A new component of these members, whose representative is the caller's to set. */
  makeComponent(members: readonly Member[]): Component {
    const representative = members[0]?.identifier ?? '';
    const number = this.#next('component');
    const component: Component = { number, representative, size: members.length };
    this.#components.set(component.number, component);
    for (const member of members) this.move(member, component);
    return component;
  }

  deleteComponent(number: number): void {
    this.#components.delete(number);
    this.#context.state.delete(stateKey(COMPONENT, this.#workspace, number));
  }

  /** The number of this batch's assignments. */
  nextVersion(): number {
    return this.#next('version');
  }

  save(): void {
    for (const member of this.#members.values()) {
      const key = stateKey(MEMBER, this.#workspace, member.identifier);
      this.#context.state.put(key, stateMemberCodec.encode(member));
    }
    for (const component of this.#components.values()) {
      const key = stateKey(COMPONENT, this.#workspace, component.number);
      this.#context.state.put(key, stateComponentCodec.encode(component));
    }
  }

  #next(name: 'component' | 'version'): number {
    const key = stateKey(NUMBERS, this.#workspace, name);
    const number = Number(this.#context.state.get(key)?.toString() ?? '0') + 1;
    this.#context.state.put(key, Buffer.from(String(number)));
    return number;
  }

  #unlinkKey(a: Member, b: Member): Buffer {
    const [first, second] = [keyPart(a.identifier), keyPart(b.identifier)].sort();
    return stateKey(UNLINK, this.#workspace, first as string, second as string);
  }

  #linkKey(from: Member, to: Member): Buffer {
    return stateKey(LINK, this.#workspace, keyPart(from.identifier), keyPart(to.identifier));
  }
}

const unlinked: StateMember = {
  component: 0,
  shared: false,
  assignedPersonId: '',
  assignedShared: false,
  counts: noLinks,
};
