/**
 * The ledger as the warehouse has it: records in the order in which they became durable, and
 * forgotten where an erasure says so.
 */
import {
  isErasedId,
  type LedgerErasure,
  type LedgerIdentity,
  type LedgerTouchpoint,
  ledgerErasures,
  ledgerIdentities,
  ledgerTouchpoints,
  type Topic,
} from '@rosi/events';
import type { CommittedBatch } from '@rosi/streams';

const ORDER = 'order_id';

interface Named {
  readonly identifierType: string;
  readonly identifier: string;
}

export class LedgerReader {
  readonly #records = new Map<string, unknown[]>();

  observe({ emitted }: CommittedBatch): void {
    for (const { topic, value } of emitted) {
      if (topic.name === ledgerErasures.name) this.#forget(value as LedgerErasure);
      if (topic.name.startsWith('ledger.')) this.#of(topic.name).push(value);
    }
  }

  /** What is kept of a topic. */
  output = <T>(topic: Topic<T>): T[] => [...this.#of(topic.name)] as T[];

  #of(topic: string): unknown[] {
    const records = this.#records.get(topic) ?? [];
    this.#records.set(topic, records);
    return records;
  }

  #forget({ members, orders }: LedgerErasure): void {
    const erased = new Set(members);
    const erasedOrders = new Set(orders);
    const isKept = (one: Named) => !erased.has(`${one.identifierType}:${one.identifier}`);
    this.#keep<LedgerIdentity>(ledgerIdentities, isKept);
    this.#keep<LedgerTouchpoint>(ledgerTouchpoints, (one) => {
      const isTheirs = one.identifierType === ORDER && erasedOrders.has(one.identifier);
      return isKept(one) && (!isTheirs || isErasedId(one.touch.touchpointId));
    });
  }

  #keep<T>(topic: Topic<T>, isKept: (record: T) => boolean): void {
    this.#records.set(topic.name, this.output(topic).filter(isKept));
  }
}
