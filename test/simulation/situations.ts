/**
 * What came up in a simulation, seen by looking at every batch that became durable: at its records,
 * what became of each, and what was sent. Nothing is taken from what the generator meant to make.
 */
import {
  type CollectedEvent,
  type ContributionMade,
  type CouponResolved,
  identifierKey,
  type LedgerErasure,
  type LedgerOrder,
  type LinksObserved,
  type OrderAttributed,
  type PersonAssigned,
} from '@rosi/events';
import type { CommittedBatch } from '@rosi/streams';

type Record = CommittedBatch['records'][number];

const ORDER = 'order_id:';

/** Each must come up often enough, as the faults of `required.ts` must. */
export const requiredSituations = [
  'a split moves an order',
  "an order's person changes while its result is under way",
  'an unlink parts a merged pair',
  'a coupon is known after its use',
  'a refund comes before its purchase',
  'settings change when there are orders',
  'older settings come later',
  'everything is recorded again',
  'every order is valued again',
  'an erasure renames a person with orders',
  'an event comes late for an erased person',
  'an erased event is repeated',
  'somebody comes again after an erasure',
  'a shared identifier is erased',
  'an event of somebody else loses an erased identifier alone',
  'an order that is its own person is erased',
  'an order of an erased person is erased again',
] as const;
export type SituationSeen = (typeof requiredSituations)[number];

export class Situations {
  readonly counts = new Map<string, number>();
  /** Batches in which not every record was counted exactly once. */
  readonly miscounted: string[] = [];
  readonly #persons = new Map<string, string>();
  readonly #members = new Map<string, Set<string>>();
  /** Orders that a split took from this person, until their record shows it. */
  readonly #splitFrom = new Map<string, string>();
  readonly #recordedPersons = new Map<string, string>();
  readonly #contributedTo = new Map<string, string>();
  readonly #unowned = new Set<string>();
  readonly #purchased = new Set<string>();
  readonly #refundedFirst = new Set<string>();
  readonly #erased = new Set<string>();
  readonly #erasedOrders = new Set<string>();
  readonly #eventsBefore = new Set<string>();
  /** Seen before an erasure. */
  readonly #eventsErased = new Set<string>();

  observe(batch: CommittedBatch): void {
    if (batch.counted.length !== batch.records.length) {
      const { processor, counted, records } = batch;
      this.miscounted.push(`${processor} counted ${counted.length} of ${records.length} records`);
    }
    batch.records.forEach((record, index) => {
      this.#handled(record, batch.counted[index]?.reason ?? '');
    });
    const assigned = of<PersonAssigned>(batch.emitted, 'persons.assigned');
    if (assigned.length > 0) this.#assigned(assigned);
    for (const one of of<ContributionMade>(batch.emitted, 'contributions.made')) {
      if (one.order !== null && !one.withdrawn) {
        this.#contributedTo.set(one.order.orderId, one.personId);
      }
    }
    for (const one of of<CouponResolved>(batch.emitted, 'coupons.resolved')) this.#resolved(one);
    for (const one of of<LedgerErasure>(batch.emitted, 'ledger.erasures')) this.#forgotten(one);
    for (const one of of<LedgerOrder>(batch.emitted, 'ledger.orders')) this.#recorded(one);
  }

  #forgotten({ members, orders, shared }: LedgerErasure): void {
    if (shared.length > 0) this.#count('a shared identifier is erased');
    for (const member of members) this.#erased.add(member);
    for (const eventId of this.#eventsBefore) this.#eventsErased.add(eventId);
    if (members.length > 0 && orders.length > 0) {
      this.#count('an erasure renames a person with orders');
    }
    const recorded = orders.filter((order) => this.#recordedPersons.has(order));
    if (recorded.some((order) => this.#erasedOrders.has(order))) {
      this.#count('an order of an erased person is erased again');
    } else if (members.length === 0 && recorded.length > 0) {
      this.#count('an order that is its own person is erased');
    }
    if (members.length > 0) for (const order of orders) this.#erasedOrders.add(order);
  }

  #count(situation: SituationSeen): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + 1);
  }

  #handled({ topic, value }: Record, reason: string): void {
    if (topic.name === 'events.collected') this.#collected(value as CollectedEvent, reason);
    if (topic.name === 'events.accepted') this.#accepted(value as CollectedEvent, reason);
    if (topic.name === 'links.observed') this.#linked(value as LinksObserved);
    if (topic.name === 'orders.attributed' && reason === 'stale-answer') {
      const { orderId, personId } = value as OrderAttributed;
      const contributedTo = this.#contributedTo.get(orderId);
      if (contributedTo !== undefined && contributedTo !== personId) {
        this.#count("an order's person changes while its result is under way");
      }
    }
  }

  #collected({ eventId, identifiers, catalogue }: CollectedEvent, reason: string): void {
    if (reason === 'suppressed') this.#count('an event comes late for an erased person');
    if (reason === 'partly-suppressed') {
      this.#count('an event of somebody else loses an erased identifier alone');
    }
    const carriesErased = identifiers.some((one) => this.#erased.has(identifierKey(one)));
    if (reason === 'first') {
      this.#eventsBefore.add(eventId);
      if (carriesErased && catalogue === null) {
        this.#count('somebody comes again after an erasure');
      }
    }
    if (reason === 'repeat' && carriesErased && this.#eventsErased.has(eventId)) {
      this.#count('an erased event is repeated');
    }
  }

  #accepted({ type, order, refund, catalogue }: CollectedEvent, reason: string): void {
    if (catalogue?.kind === 'settings') {
      if (reason === 'older-entry') this.#count('older settings come later');
      else if (this.#recordedPersons.size > 0) this.#count('settings change when there are orders');
    }
    if (catalogue?.kind === 'upkeep' && this.#recordedPersons.size > 0) {
      const isReplay = catalogue.entry.includes('replay');
      this.#count(isReplay ? 'everything is recorded again' : 'every order is valued again');
    }
    if (type === 'refund' && refund !== null && !this.#purchased.has(refund.orderId)) {
      this.#refundedFirst.add(refund.orderId);
    }
    if (type !== 'purchase' || order === null) return;
    this.#purchased.add(order.orderId);
    if (this.#refundedFirst.delete(order.orderId))
      this.#count('a refund comes before its purchase');
  }

  #linked({ unlink, members }: LinksObserved): void {
    if (!unlink) return;
    const [a, b] = members.map((member) => this.#persons.get(member));
    if (a !== undefined && a === b) this.#count('an unlink parts a merged pair');
  }

  /** All assignments of one batch belong together. */
  #assigned(assigned: readonly PersonAssigned[]): void {
    const before = new Map(
      assigned.map((one) => [one.identifier, this.#persons.get(one.identifier)]),
    );
    const companions = new Map(
      [...new Set(before.values())].map((person) => [
        person,
        [...(this.#members.get(person ?? '') ?? [])],
      ]),
    );
    for (const { identifier, personId } of assigned) this.#move(identifier, personId);
    for (const { identifier, personId } of assigned) {
      const from = before.get(identifier);
      if (!identifier.startsWith(ORDER) || from === undefined || from === personId) continue;
      const isSplit = companions.get(from)?.some((other) => this.#persons.get(other) !== personId);
      if (isSplit === true) this.#splitFrom.set(identifier.slice(ORDER.length), from);
    }
  }

  #move(identifier: string, personId: string): void {
    const before = this.#persons.get(identifier);
    if (before !== undefined) this.#members.get(before)?.delete(identifier);
    this.#persons.set(identifier, personId);
    const members = this.#members.get(personId) ?? new Set();
    this.#members.set(personId, members.add(identifier));
  }

  #resolved({ orderId, code, owned }: CouponResolved): void {
    const use = `${orderId}\n${code}`;
    if (!owned) this.#unowned.add(use);
    else if (this.#unowned.delete(use)) this.#count('a coupon is known after its use');
  }

  #recorded({ orderId, personId }: LedgerOrder): void {
    const before = this.#recordedPersons.get(orderId);
    this.#recordedPersons.set(orderId, personId);
    if (before === undefined || before === personId) return;
    if (this.#splitFrom.get(orderId) !== before) return;
    this.#splitFrom.delete(orderId);
    this.#count('a split moves an order');
  }
}

function of<T>(records: CommittedBatch['emitted'], topic: string): T[] {
  return records.flatMap((record) => (record.topic.name === topic ? [record.value as T] : []));
}
