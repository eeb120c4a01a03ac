/**
 * The identifiers' own state: who an identifier belongs to, what it asked identity, and what was
 * last recorded of it. Loaded once a batch, written once at its end.
 */
import {
  identifierKey,
  ledgerIdentities,
  linksObserved,
  type PersonAssigned,
  parseIdentifierKey,
  type StateIdentifier,
  stateIdentifierCodec,
} from '@rosi/events';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { digest, ownPersonId } from '../person-id.js';
import type { Upkeep } from '../upkeep.js';

// State keys begin with the node: all of it lies side by side, so that a change of it touches few
// pages of the store. The letters are distinct throughout the identifiers processor.
export const NODE = 'n';
const LINKED = 'l';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface IdentifierNode extends Mutable<StateIdentifier> {
  readonly workspace: string;
  /** The identifier key, type:value. */
  readonly identifier: string;
  /** received_at of the oldest cause in this batch. */
  cause: number;
}

/** Identity owes this node no answer: what it knows may be acted upon. */
export const isAnswered = (node: IdentifierNode) => node.answered === node.asked;

/** A node that no event of a person has carried is nobody's: its identifier joins nothing. */
export const isSeen = (node: IdentifierNode) => node.personId !== '' || node.asked > 0;

export class IdentifierNodes {
  readonly #context: ProcessorContext;
  readonly #loaded = new Map<string, IdentifierNode>();
  readonly #changed = new Set<IdentifierNode>();
  readonly #removed = new Set<IdentifierNode>();
  readonly #upkeep: Upkeep;

  constructor(context: ProcessorContext, upkeep: Upkeep) {
    this.#context = context;
    this.#upkeep = upkeep;
  }

  load(workspace: string, identifier: string): IdentifierNode {
    const key = `${workspace}/${identifier}`;
    let node = this.#loaded.get(key);
    if (node === undefined) {
      const stored = this.#context.state.get(stateKey(workspace, identifier, NODE));
      const state = stored === undefined ? unseen : stateIdentifierCodec.decode(stored);
      node = nodeOf(workspace, identifier, state);
      this.#loaded.set(key, node);
    }
    return node;
  }

  /**
   * An event carried these identifiers together (strongest first, the node's own). Identity is asked
   * only about a set that this node has not asked about before.
   */
  observe(
    node: IdentifierNode,
    carried: readonly { readonly type: string; readonly value: string }[],
    unlink: boolean,
    cause: number,
  ): void {
    if (carried.length > 1) this.#ask(node, carried.map(identifierKey), unlink, cause);
    if (isSeen(node)) return;
    node.personId = ownPersonId(node.identifier);
    this.change(node, cause);
  }

  #ask(node: IdentifierNode, members: readonly string[], unlink: boolean, cause: number): void {
    const { workspace, identifier } = node;
    const set = digest([unlink ? 'unlink' : 'link', ...members].join('\n'));
    const key = stateKey(workspace, identifier, LINKED, set);
    if (this.#context.state.get(key) !== undefined) return;
    this.#context.state.put(key, Buffer.alloc(0));
    node.asked += 1;
    this.change(node, cause);
    this.#context.emit(
      linksObserved,
      { workspace, observer: identifier, request: node.asked, members, unlink },
      cause,
    );
  }

  /** Takes identity's answer; an answer older than one already taken changes no assignment. */
  assign(node: IdentifierNode, assigned: PersonAssigned, cause: number): void {
    this.change(node, cause);
    node.answered = Math.max(node.answered, assigned.answers);
    if (assigned.version < node.version) return;
    node.version = assigned.version;
    node.personId = assigned.personId;
    node.shared = assigned.shared;
    node.ordersAlone = assigned.ordersAlone;
  }

  /** Forgets which sets it has asked about: they name an identifier that was erased. */
  forgetAsked({ workspace, identifier }: IdentifierNode): void {
    const prefix = stateKey(workspace, identifier, LINKED);
    for (const [key] of this.#context.state.range({ prefix })) this.#context.state.delete(key);
  }

  /** The node was erased: nothing of it stays. */
  remove(node: IdentifierNode): void {
    this.forgetAsked(node);
    this.#removed.add(node);
  }

  /** Records what was last recorded again, in the present generation. */
  recordAgain(node: IdentifierNode, cause: number): void {
    if (node.recordedPersonId === '') return;
    this.change(node, cause);
    this.#emit(node);
  }

  /** Whoever changes a node says so: it is written when the batch ends. */
  change(node: IdentifierNode, cause: number): void {
    node.cause = Math.min(node.cause, cause);
    this.#changed.add(node);
  }

  /** Records changed identities and writes all changed nodes. */
  endBatch(): void {
    for (const node of this.#changed) {
      if (this.#removed.has(node)) continue;
      if (isAnswered(node)) this.#record(node);
      this.#context.state.put(
        stateKey(node.workspace, node.identifier, NODE),
        stateIdentifierCodec.encode(node),
      );
    }
    for (const { workspace, identifier } of this.#removed) {
      this.#context.state.delete(stateKey(workspace, identifier, NODE));
    }
    this.#removed.clear();
    this.#changed.clear();
    this.#loaded.clear();
  }

  #record(node: IdentifierNode): void {
    const { personId, shared } = node;
    if (node.recordedPersonId === personId && node.recordedShared === shared) return;
    node.recordedPersonId = personId;
    node.recordedShared = shared;
    this.#emit(node);
  }

  #emit(node: IdentifierNode): void {
    node.revision += 1;
    const { type, value } = parseIdentifierKey(node.identifier);
    this.#context.emit(
      ledgerIdentities,
      {
        workspace: node.workspace,
        generation: this.#upkeep.generation(node.workspace),
        revision: node.revision,
        recordedAt: this.#context.now(),
        identifierType: type,
        identifier: value,
        personId: node.recordedPersonId,
        shared: node.recordedShared,
      },
      node.cause,
    );
  }
}

/** Field by field: of all ways to copy a record it is the fastest, and nodes are loaded often. */
function nodeOf(workspace: string, identifier: string, state: StateIdentifier): IdentifierNode {
  return {
    workspace,
    identifier,
    cause: Number.MAX_SAFE_INTEGER,
    personId: state.personId,
    shared: state.shared,
    version: state.version,
    asked: state.asked,
    answered: state.answered,
    revision: state.revision,
    recordedPersonId: state.recordedPersonId,
    recordedShared: state.recordedShared,
    touchpoints: state.touchpoints,
    waiting: state.waiting,
    moving: state.moving,
    ordersAlone: state.ordersAlone,
  };
}

const unseen: StateIdentifier = {
  personId: '',
  shared: false,
  version: 0,
  asked: 0,
  answered: 0,
  revision: 0,
  recordedPersonId: '',
  recordedShared: false,
  touchpoints: 0,
  waiting: 0,
  moving: null,
  ordersAlone: false,
};
