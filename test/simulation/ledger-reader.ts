/**
 * The ledger as the warehouse has it: records in the order in which they became durable, of the
 * newest replay alone, and forgotten where an erasure says so.
 */
import {
  isErasedId,
  type LedgerErasure,
  type LedgerIdentity,
  type LedgerOrder,
  type LedgerTouchpoint,
  ledgerErasures,
  ledgerIdentities,
  ledgerOrders,
  ledgerTouchpoints,
  type Topic,
  type UpkeepBegun,
  upkeepBegun,
} from '@rosi/events';
import type { CommittedBatch } from '@rosi/streams';

const ORDER = 'order_id';

interface Named {
  readonly identifierType: string;
  readonly identifier: string;
}

/** Every record of the ledger has one. */
const generationOf = (record: unknown) => (record as { readonly generation: number }).generation;

export class LedgerReader {
  readonly #records = new Map<string, unknown[]>();
  #generation = 0;

  observe({ emitted }: CommittedBatch): void {
    for (const { topic, value } of emitted) {
      if (topic.name === ledgerErasures.name) this.#forget(value as LedgerErasure);
      if (topic.name === upkeepBegun.name) {
        this.#generation = Math.max(this.#generation, (value as UpkeepBegun).generation);
      }
      if (topic.name.startsWith('ledger.')) this.#of(topic.name).push(value);
    }
  }

  /** Everything of a topic that no erasure has removed. */
  all = <T>(topic: Topic<T>): T[] => [...this.#of(topic.name)] as T[];

  /** What the tables are made of: a replay begins with empty ones. */
  output = <T>(topic: Topic<T>): T[] =>
    this.all(topic).filter((record) => generationOf(record) === this.#generation);

  #of(topic: string): unknown[] {
    const records = this.#records.get(topic) ?? [];
    this.#records.set(topic, records);
    return records;
  }

  #forget({ members, orders, persons }: LedgerErasure): void {
    const erased = new Set(members);
    const gone = new Set(persons);
    const erasedOrders = new Set(orders);
    const isKept = (one: Named) => !erased.has(`${one.identifierType}:${one.identifier}`);
    this.#keep<LedgerIdentity>(ledgerIdentities, isKept);
    this.#keep<LedgerTouchpoint>(ledgerTouchpoints, (one) => {
      const isTheirs = one.identifierType === ORDER && erasedOrders.has(one.identifier);
      return isKept(one) && (!isTheirs || isErasedId(one.touch.touchpointId));
    });
    const orderRecords = this.all<LedgerOrder>(ledgerOrders).map((order) => ({
      ...order,
      deltas: order.deltas.filter(({ personId }) => !gone.has(personId)),
    }));
    this.#records.set(ledgerOrders.name, orderRecords);
  }

  #keep<T>(topic: Topic<T>, isKept: (record: T) => boolean): void {
    this.#records.set(topic.name, this.all(topic).filter(isKept));
  }
}
