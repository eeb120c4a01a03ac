/**
 * Erasing a person is renaming: every identifier of the component but its orders gets a random name
 * of its type, and everything else stays as it is, so that no other person and no total changes
 * (docs/adr/0009-erasure.md).
 */
import {
  apartName,
  type ErasureAsked,
  erasedTouchId,
  FOR_GOOD,
  type IdentifierType,
  identifiersSuppressed,
  identifierTypes,
  ledgerErasures,
  parseIdentifierKey,
  personsAssigned,
  suppressedName,
  type TextHash,
  type TiesTold,
  tiesAsked,
} from '@rosi/events';
import { personIdOf } from '@rosi/identity';
import type { ProcessorContext } from '@rosi/streams';
import { digest } from '../person-id.js';
import { ALONE, type LinkStore, type Member } from './link-store.js';

const ORDER = 'order_id';
const none = { members: [], tied: [] };
/** What an erasure that an older build began does not tell. */
const listedNothing = { placed: [], shared: [], apart: [] };

export class Erasure {
  readonly #context: ProcessorContext;
  readonly #store: LinkStore;
  readonly #hash: TextHash;

  constructor(context: ProcessorContext, store: LinkStore, hash: TextHash) {
    this.#context = context;
    this.#store = store;
    this.#hash = hash;
  }

  /**
   * Asks the journeys of all persons concerned which touchpoints happened at the same time: their
   * new ids have to keep the order that decides who got what.
   */
  begin(asked: ErasureAsked, cause: number): void {
    const { workspace, erasure } = asked;
    const members = this.#membersOf(asked.members);
    const persons = new Set(members.map((member) => this.#personOf(member)));
    this.#store.forgetNew(members);
    this.#store.keepErasure(erasure, { asked, persons: [...persons], tied: [] });
    for (const personId of persons) {
      this.#context.emit(tiesAsked, { workspace, personId, erasure }, cause);
    }
  }

  /** Renames once all have told; answers the members whose node has to be told who they are now. */
  go({ erasure, personId, tied }: TiesTold, version: () => number, cause: number) {
    const kept = this.#store.keptErasure(erasure);
    if (kept === null) return none;
    const persons = kept.persons.filter((other) => other !== personId);
    const next = { ...kept, persons, tied: [...kept.tied, ...tied] };
    if (persons.length > 0) {
      this.#store.keepErasure(erasure, next);
      return none;
    }
    return { members: this.#rename(next.asked, next.tied, version(), cause), tied: next.tied };
  }

  #rename(asked: ErasureAsked, tied: readonly string[], version: number, cause: number): Member[] {
    const { workspace, erasure } = asked;
    const all = this.#membersOf(asked.members);
    const orders = all.filter(({ identifier }) => isOrder(identifier));
    const others = all.filter(({ identifier }) => !isOrder(identifier));
    const erased = others.filter((member) => !member.erased);
    // Of somebody erased before, who has no other names: they stay, and so do the touchpoints.
    const spared = others.filter((member) => member.erased);
    const staying = [...spared, ...orders];
    const tell = (identifier: string, renamed: string) => {
      const nobody = { personId: '', shared: false, version, answers: 0, ordersAlone: false };
      const told = { workspace, identifier, ...nobody, forget: true, renamed, tied };
      this.#context.emit(personsAssigned, told, cause);
    };
    const apart = this.#apartNames(workspace, [...erased, ...orders], all);
    for (const identifier of this.#neighboursOf(all)) tell(identifier, '');
    const renamed = erased.flatMap((member) => {
      const name = newName(member.identifier, erasure);
      tell(member.identifier, name);
      // Unknown here: it is linked to nothing, and its node alone may know it.
      return member.isNew ? [] : this.#store.rename(member, name);
    });
    for (const { isNew, identifier } of orders) if (isNew) tell(identifier, identifier);
    this.#store.forgetNew(all);
    this.#renewRepresentatives(all);
    const placed = tied.map((id, place) => erasedTouchId(this.#hash, workspace, id, place));
    this.#suppress(asked, [...erased, ...orders], { placed, apart }, cause);
    this.#store.keepErased(erasure, {
      members: erased.map(({ identifier }) => identifier),
      orders: orders.map(({ identifier }) => parseIdentifierKey(identifier).value),
      persons: this.#personsGone(all, staying),
      erasedAt: asked.erasedAt,
      placed,
      shared: all.filter((member) => member.shared).map(({ identifier }) => identifier),
      apart,
    });
    return [...renamed, ...staying.filter(({ isNew }) => !isNew)];
  }

  /** All that the erasure caused has been done: the tables are to forget, too. */
  end({ workspace, erasure }: ErasureAsked, cause: number): void {
    const erased = this.#store.takeErased(erasure);
    if (erased === null) return;
    const recordedAt = this.#context.now();
    const told = { workspace, generation: 0, recordedAt, ...listedNothing, ...erased };
    this.#context.emit(ledgerErasures, told, cause);
  }

  /** Persons that these were, or may have been, but those whom the ones that stay still are. */
  #personsGone(all: readonly Member[], staying: readonly Member[]): string[] {
    const used = new Set(staying.map((member) => this.#personOf(member)));
    const persons = all.map(({ identifier }) => personIdOf(identifier, digest));
    return persons.filter((personId) => !used.has(personId));
  }

  #personOf(member: Member): string {
    return personIdOf(this.#store.representativeOf(member), digest);
  }

  /**
   * Pairs of somebody who stays and an erased identifier that was somebody's own: events that
   * carried both belong to the first, where it is the stronger one, and no link made them one.
   */
  #apartNames(workspace: string, erased: readonly Member[], all: readonly Member[]): string[] {
    const gone = new Set(all.map(({ identifier }) => identifier));
    return erased
      .filter(({ shared }) => !shared)
      .flatMap((member) =>
        [...this.#neighboursOf([member])]
          .filter((other) => !gone.has(other) && mayBeStronger(other, member.identifier))
          .map((other) => apartName(this.#hash, workspace, other, member.identifier)),
      );
  }

  /** Everybody of the persons that these identifiers belong to. */
  #membersOf(identifiers: readonly string[]): Member[] {
    const all = new Set<Member>();
    for (const identifier of identifiers) {
      const member = this.#store.member(identifier);
      all.add(member);
      if (member.component === ALONE) continue;
      for (const other of this.#store.membersOf(member.component)) all.add(other);
    }
    return [...all];
  }

  /**
   * Linked to one of these without being one: shared ones, and whom a shared one met; also where
   * the link was removed, since they remember that they told of it.
   */
  #neighboursOf(members: readonly Member[]): Set<string> {
    const neighbours = new Set<string>();
    for (const { identifier } of members) {
      for (const other of this.#store.neighboursOf(identifier)) neighbours.add(other.identifier);
      for (const other of this.#store.formerNeighboursOf(identifier)) neighbours.add(other);
    }
    for (const { identifier } of members) neighbours.delete(identifier);
    return neighbours;
  }

  #renewRepresentatives(members: readonly Member[]): void {
    const components = new Set(members.map(({ component }) => component));
    components.delete(ALONE);
    for (const component of components) this.#store.renewRepresentative(component);
  }

  #suppress(
    { workspace, erasedAt }: ErasureAsked,
    members: readonly Member[],
    { placed, apart }: { readonly placed: readonly string[]; readonly apart: readonly string[] },
    cause: number,
  ): void {
    const namesOf = (ofOrders: boolean) =>
      members
        .filter(({ identifier }) => isOrder(identifier) === ofOrders)
        .map((member) => suppressedName(this.#hash, workspace, member.identifier, member.shared));
    const persons = { workspace, names: [...namesOf(false), ...placed], until: erasedAt };
    this.#context.emit(identifiersSuppressed, persons, cause);
    const forGood = { workspace, names: [...namesOf(true), ...apart], until: FOR_GOOD };
    if (forGood.names.length > 0) this.#context.emit(identifiersSuppressed, forGood, cause);
  }
}

export function isOrder(identifier: string): boolean {
  return parseIdentifierKey(identifier).type === ORDER;
}

/** Of two orders, the event says which it belongs to. */
function mayBeStronger(a: string, b: string): boolean {
  const rankOf = (identifier: string) =>
    identifierTypes.indexOf(parseIdentifierKey(identifier).type as IdentifierType); // always one
  return rankOf(a) <= rankOf(b);
}

/** Random, since the erasure's secret is; a customer keeps the shop, which the rules count by. */
function newName(identifier: string, erasure: string): string {
  const { type, value } = parseIdentifierKey(identifier);
  const name = digest(`${erasure}\n${identifier}`);
  const colon = value.indexOf(':');
  const shop = type === 'customer_id' && colon >= 0 ? value.slice(0, colon + 1) : '';
  return `${type}:${shop}${name}`;
}
