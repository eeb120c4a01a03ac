/**
 * Catalogue entries and coupon codes. An entry's node keeps the version that counts (latest
 * occurred_at, then larger event_id) and records it. A coupon's node also knows the orders that use
 * its code, and tells them whether the code's entry names an influencer, post or program, in
 * whichever order entry and use arrive.
 */
import {
  type CatalogueEntry,
  type CollectedEvent,
  type CouponUsed,
  compareUtf8,
  couponsResolved,
  type LedgerCatalogue,
  ledgerCatalogue,
  ledgerCatalogueCodec,
  workContinued,
} from '@rosi/events';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { keyPart } from '../key-part.js';
import type { Upkeep } from '../upkeep.js';

export const ENTRY = 'c';
const USER = 'u';

/** The piece of work that goes on in another batch; the order to go on after follows. */
export const TELL_ORDERS = 'tell-orders:';

export class Catalogue {
  readonly #context: ProcessorContext;
  readonly #upkeep: Upkeep;
  /** Orders told in one batch. */
  readonly #pageOrdersMax: number;

  constructor(context: ProcessorContext, upkeep: Upkeep, pageOrdersMax: number) {
    this.#context = context;
    this.#upkeep = upkeep;
    this.#pageOrdersMax = pageOrdersMax;
  }

  /** The record of this version when it replaced the one before, else null. */
  accept(event: CollectedEvent, entry: CatalogueEntry, cause: number): LedgerCatalogue | null {
    const { workspace } = event;
    const before = this.#get(workspace, entry.kind, entry.id);
    if (before !== null && !isNewer(event, before)) return null;
    const record: LedgerCatalogue = {
      workspace,
      generation: this.#upkeep.generation(workspace),
      revision: (before?.revision ?? 0) + 1,
      recordedAt: this.#context.now(),
      eventId: event.eventId,
      occurredAt: event.occurredAt,
      entry,
    };
    this.#context.state.put(
      stateKey(workspace, `${entry.kind}:${entry.id}`, ENTRY),
      ledgerCatalogueCodec.encode(record),
    );
    this.#context.emit(ledgerCatalogue, record, cause);
    const changedOwner = isOwned(before) !== isOwned(record);
    if (entry.kind === 'coupon' && changedOwner) this.tellOrders(workspace, entry.id, '', cause);
    return record;
  }

  /** Records an entry again, in the present generation. */
  recordAgain(value: Buffer, cause: number): void {
    const record = ledgerCatalogueCodec.decode(value);
    const generation = this.#upkeep.generation(record.workspace);
    this.#context.emit(ledgerCatalogue, { ...record, generation }, cause);
  }

  /** An order uses a code, or no longer. */
  use(used: CouponUsed, cause: number): void {
    const { workspace, code, orderId } = used;
    const key = userKey(workspace, code, orderId);
    if (used.withdrawn) {
      this.#context.state.delete(key);
      return;
    }
    this.#context.state.put(key, Buffer.from(orderId, 'utf8'));
    this.#tell(workspace, code, orderId, cause);
  }

  /** Tells the code's users its owner state, a page at a time, after the order named. */
  tellOrders(workspace: string, code: string, after: string, cause: number): void {
    const prefix = userKey(workspace, code);
    const from = userKey(workspace, code, after);
    let last = '';
    let told = 0;
    for (const [, value] of this.#context.state.range({
      prefix,
      from,
      limit: this.#pageOrdersMax,
    })) {
      last = value.toString('utf8');
      told += 1;
      this.#tell(workspace, code, last, cause);
    }
    if (told < this.#pageOrdersMax) return;
    const work = `${TELL_ORDERS}${last}`;
    this.#context.emit(workContinued, { workspace, node: `coupon:${code}`, work }, cause);
  }

  #tell(workspace: string, code: string, orderId: string, cause: number): void {
    const owned = isOwned(this.#get(workspace, 'coupon', code));
    this.#context.emit(couponsResolved, { workspace, code, orderId, owned }, cause);
  }

  #get(workspace: string, kind: string, id: string): LedgerCatalogue | null {
    const value = this.#context.state.get(stateKey(workspace, `${kind}:${id}`, ENTRY));
    return value === undefined ? null : ledgerCatalogueCodec.decode(value);
  }
}

/** The place of an order among a code's users; without one the prefix of all. */
function userKey(workspace: string, code: string, ...order: readonly string[]): Buffer {
  return stateKey(workspace, `coupon:${keyPart(code)}`, USER, ...order.map(keyPart));
}

function isNewer(event: CollectedEvent, before: LedgerCatalogue): boolean {
  const later = event.occurredAt - before.occurredAt;
  return later > 0 || (later === 0 && compareUtf8(event.eventId, before.eventId) > 0);
}

/** Whether a coupon's entry names somebody who can be credited. */
function isOwned(record: LedgerCatalogue | null): boolean {
  if (record === null) return false;
  const body = JSON.parse(record.entry.entry) as Record<string, unknown>;
  return ['influencer_id', 'post_id', 'program_id'].some((name) => {
    const value = body[name];
    return typeof value === 'string' && value !== '';
  });
}
