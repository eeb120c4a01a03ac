/**
 * The identity processor: one node per workspace. It is told only links that an identifier has not
 * told before, keeps persons = f(links) incrementally, and answers every request, changed or not.
 */
import {
  type ErasureAsked,
  erasuresAsked,
  identifiersSuppressed,
  type LinksObserved,
  ledgerErasures,
  linksObserved,
  personsAssigned,
  type TextHash,
  type TiesTold,
  tiesAsked,
  tiesTold,
} from '@rosi/events';
import { personIdOf } from '@rosi/identity';
import type { Processor, ProcessorContext, ProcessorDeclaration } from '@rosi/streams';
import { digest } from '../person-id.js';
import { Components } from './components.js';
import { Erasure, isOrder } from './erasure.js';
import { LinkStore, type Member, tellUnlinks } from './link-store.js';

export function identity(hash: TextHash): ProcessorDeclaration {
  return {
    name: 'identity',
    inputs: [linksObserved, erasuresAsked, tiesTold],
    outputs: [personsAssigned, tiesAsked, identifiersSuppressed, ledgerErasures],
    stateVersion: 3,
    // Format 3 says of members that they were erased; of those erased before, nothing can tell.
    upgrades: { 1: tellUnlinks, 2: () => undefined },
    create: (context) => new Identity(context, hash),
  };
}

/** What one batch brings to one workspace. */
interface WorkspaceBatch {
  readonly store: LinkStore;
  readonly components: Components;
  /** The highest request per asking identifier. */
  readonly requests: Map<string, number>;
  /** Those to be told after an erasure, changed or not. */
  readonly erased: Set<Member>;
  /** Touchpoints of theirs whose ids keep an order. */
  tied: readonly string[];
  /** received_at of the oldest cause. */
  cause: number;
}

class Identity implements Processor {
  readonly #context: ProcessorContext;
  readonly #batches = new Map<string, WorkspaceBatch>();

  readonly #hash: TextHash;

  constructor(context: ProcessorContext, hash: TextHash) {
    this.#context = context;
    this.#hash = hash;
  }

  process(topic: string, value: unknown, timestamp: number): void {
    if (topic === erasuresAsked.name) this.#erase(value as ErasureAsked, timestamp);
    else if (topic === tiesTold.name) this.#rename(value as TiesTold, timestamp);
    else this.#observe(value as LinksObserved, timestamp);
  }

  /** No link is under way: an erasure is handled alone. */
  #erase(asked: ErasureAsked, timestamp: number): void {
    const batch = this.#batchOf(asked.workspace, timestamp);
    const erasure = new Erasure(this.#context, batch.store, this.#hash);
    if (asked.ended) erasure.end(asked, timestamp);
    else erasure.begin(asked, timestamp);
    this.#context.count('ok', asked.ended ? 'erasure-ended' : 'erasure');
  }

  #rename(told: TiesTold, timestamp: number): void {
    const batch = this.#batchOf(told.workspace, timestamp);
    const erasure = new Erasure(this.#context, batch.store, this.#hash);
    const { members, tied } = erasure.go(told, () => batch.store.nextVersion(), timestamp);
    for (const member of members) batch.erased.add(member);
    batch.tied = tied;
    this.#context.count('ok', 'ties');
  }

  #observe(observed: LinksObserved, timestamp: number): void {
    const batch = this.#batchOf(observed.workspace, timestamp);
    if (observed.unlink) batch.components.unlink(observed.members);
    else batch.components.link(observed.members);
    const known = batch.requests.get(observed.observer) ?? 0;
    batch.requests.set(observed.observer, Math.max(known, observed.request));
    this.#context.count('ok', observed.unlink ? 'unlinked' : 'linked');
  }

  endBatch(): void {
    for (const [workspace, batch] of this.#batches) {
      batch.components.settle();
      this.#assign(workspace, batch);
      batch.store.save();
    }
    this.#batches.clear();
  }

  #batchOf(workspace: string, timestamp: number): WorkspaceBatch {
    let batch = this.#batches.get(workspace);
    if (batch === undefined) {
      const store = new LinkStore(this.#context, workspace);
      const components = new Components(store);
      batch = {
        store,
        components,
        requests: new Map(),
        erased: new Set(),
        tied: [],
        cause: timestamp,
      };
      this.#batches.set(workspace, batch);
    }
    batch.cause = Math.min(batch.cause, timestamp);
    return batch;
  }

  #assign(workspace: string, batch: WorkspaceBatch): void {
    const { store, components, requests } = batch;
    const version = store.nextVersion();
    const persons = new Map<string, string>();
    const personOf = (member: Member): string => {
      const representative = store.representativeOf(member);
      const known = persons.get(representative) ?? personIdOf(representative, digest);
      persons.set(representative, known);
      return known;
    };
    const tell = (member: Member, answers: number) => {
      const { identifier, shared } = member;
      const ordersAlone = isOrder(store.representativeOf(member));
      const personId = personOf(member);
      const isSame = member.assignedPersonId === personId && member.assignedShared === shared;
      const isErased = batch.erased.has(member);
      if (isSame && answers === 0 && !isErased) return;
      member.assignedPersonId = personId;
      member.assignedShared = shared;
      const renamed = isErased && isOrder(identifier) ? identifier : '';
      const assigned = {
        workspace,
        identifier,
        personId,
        shared,
        version,
        answers,
        forget: isErased,
        renamed,
        tied: renamed === '' ? [] : batch.tied,
        ordersAlone,
      };
      this.#context.emit(personsAssigned, assigned, batch.cause);
    };
    for (const [observer, request] of requests) tell(store.member(observer), request);
    for (const member of new Set([...components.changed, ...batch.erased])) tell(member, 0);
  }
}
