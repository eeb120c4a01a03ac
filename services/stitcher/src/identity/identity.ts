/**
 * The identity processor: one node per workspace. It is told only links that an identifier has not
 * told before, keeps persons = f(links) incrementally, and answers every request, changed or not.
 */
import { type LinksObserved, linksObserved, personsAssigned } from '@rosi/events';
import { personIdOf } from '@rosi/identity';
import type { Processor, ProcessorContext, ProcessorDeclaration } from '@rosi/streams';
import { digest } from '../person-id.js';
import { Components } from './components.js';
import { LinkStore, type Member } from './link-store.js';

export const identity: ProcessorDeclaration = {
  name: 'identity',
  inputs: [linksObserved],
  outputs: [personsAssigned],
  stateVersion: 1,
  create: (context) => new Identity(context),
};

/** What one batch brings to one workspace. */
interface WorkspaceBatch {
  readonly store: LinkStore;
  readonly components: Components;
  /** The highest request per asking identifier. */
  readonly requests: Map<string, number>;
  /** received_at of the oldest cause. */
  cause: number;
}

class Identity implements Processor {
  readonly #context: ProcessorContext;
  readonly #batches = new Map<string, WorkspaceBatch>();

  constructor(context: ProcessorContext) {
    this.#context = context;
  }

  process(_topic: string, value: unknown, timestamp: number): void {
    const observed = value as LinksObserved;
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
      batch = { store, components, requests: new Map(), cause: timestamp };
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
      const personId = personOf(member);
      const isSame = member.assignedPersonId === personId && member.assignedShared === shared;
      if (isSame && answers === 0) return;
      member.assignedPersonId = personId;
      member.assignedShared = shared;
      const assigned = { workspace, identifier, personId, shared, version, answers };
      this.#context.emit(personsAssigned, assigned, batch.cause);
    };
    for (const [observer, request] of requests) tell(store.member(observer), request);
    for (const member of components.changed) tell(member, 0);
  }
}
