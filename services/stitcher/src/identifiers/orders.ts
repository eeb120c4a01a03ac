/**
 * The order's node: it alone records the order. It merges purchases and refunds, gives the order
 * its place in its person's journey, asks the coupons' nodes, and once all have answered writes one
 * ledger record. An answer to another contribution than the present one is ignored, so an order is
 * never doubled or absent while it moves between persons.
 */
import {
  type CouponResolved,
  contributionsMade,
  couponsUsed,
  ledgerOrderCodec,
  ledgerOrders,
  type OrderAttributed,
  orderAttributedCodec,
  type StateOrder,
  type StateOrderCoupon,
  stateOrderCodec,
} from '@rosi/events';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { ownPersonId } from '../person-id.js';
import { couponTouch } from '../touch-of.js';
import type { Upkeep } from '../upkeep.js';
import type { Items } from './items.js';
import { isSameOrder, valueOrder, withDeltas } from './ledger-record.js';
import { mergeOrder, type OrderFacts } from './merge-order.js';
import { type IdentifierNode, type IdentifierNodes, isAnswered, isSeen } from './nodes.js';

const ORDER = 'o';
const ATTRIBUTED = 'a';
export const RECORDED = 'r';

interface TouchedOrder {
  readonly workspace: string;
  readonly orderId: string;
  cause: number;
}

export class Orders {
  readonly #context: ProcessorContext;
  readonly #nodes: IdentifierNodes;
  readonly #items: Items;
  readonly #upkeep: Upkeep;
  readonly #touched = new Map<string, TouchedOrder>();

  constructor(context: ProcessorContext, nodes: IdentifierNodes, items: Items, upkeep: Upkeep) {
    this.#context = context;
    this.#nodes = nodes;
    this.#items = items;
    this.#upkeep = upkeep;
  }

  /** Something that an order depends on has changed; it is looked at when the batch ends. */
  touch(workspace: string, orderId: string, cause: number): void {
    const key = `${workspace}/${orderId}`;
    const touched = this.#touched.get(key);
    if (touched === undefined) this.#touched.set(key, { workspace, orderId, cause });
    else touched.cause = Math.min(touched.cause, cause);
  }

  /** Takes the journey's answer; false when it is not about the present contribution. */
  attribute(attributed: OrderAttributed, cause: number): boolean {
    const { workspace, orderId } = attributed;
    const state = this.#load(workspace, orderId);
    if (state.contribution !== attributed.contribution || state.personId === '') return false;
    const key = orderKey(workspace, orderId, ATTRIBUTED);
    this.#context.state.put(key, orderAttributedCodec.encode(attributed));
    this.#store(workspace, orderId, { ...state, attributed: true });
    this.touch(workspace, orderId, cause);
    return true;
  }

  /** Takes a coupon node's answer; false when the order no longer uses the code. */
  resolveCoupon(resolved: CouponResolved, cause: number): boolean {
    const { workspace, orderId, code, owned } = resolved;
    const state = this.#load(workspace, orderId);
    if (!state.coupons.some((coupon) => coupon.code === code)) return false;
    const coupons = state.coupons.map((coupon) =>
      coupon.code === code ? { code, resolved: true, owned } : coupon,
    );
    this.#store(workspace, orderId, { ...state, coupons });
    this.touch(workspace, orderId, cause);
    return true;
  }

  endBatch(): void {
    for (const touched of this.#touched.values()) this.#settle(touched);
    this.#touched.clear();
  }

  #settle(order: TouchedOrder): void {
    const { workspace, orderId } = order;
    const identifier = `order_id:${orderId}`;
    const node = this.#nodes.load(workspace, identifier);
    if (!isAnswered(node)) return;
    const facts = mergeOrder(this.#items.statements(workspace, identifier));
    if (facts === null) return;
    const before = this.#load(workspace, orderId);
    const asked = this.#askCoupons(before, facts, order);
    const state = this.#takePlace(asked, facts, node, order);
    if (state !== before) this.#store(workspace, orderId, state);
    const isWaiting = state.personId !== '' && !state.attributed;
    if (isWaiting || state.coupons.some((coupon) => !coupon.resolved)) return;
    this.#record(order, facts, state, isKnown(node));
  }

  /** Tells the nodes of codes that came or went. */
  #askCoupons(state: StateOrder, facts: OrderFacts, order: TouchedOrder): StateOrder {
    const { workspace, orderId, cause } = order;
    const known = new Map(state.coupons.map((coupon) => [coupon.code, coupon]));
    const isSame =
      known.size === facts.couponCodes.length && facts.couponCodes.every((code) => known.has(code));
    if (isSame) return state;
    const coupons: StateOrderCoupon[] = [];
    for (const code of facts.couponCodes) {
      const coupon = known.get(code);
      coupons.push(coupon ?? { code, resolved: false, owned: false });
      known.delete(code);
      if (coupon !== undefined) continue;
      this.#context.emit(couponsUsed, { workspace, code, orderId, withdrawn: false }, cause);
    }
    for (const code of known.keys()) {
      this.#context.emit(couponsUsed, { workspace, code, orderId, withdrawn: true }, cause);
    }
    return { ...state, coupons };
  }

  /** Gives the order its place in the journey of its person, and takes it back from another. */
  #takePlace(
    state: StateOrder,
    facts: OrderFacts,
    node: IdentifierNode,
    order: TouchedOrder,
  ): StateOrder {
    const personId = isSeen(node) ? node.personId : '';
    const { orderedAt } = facts;
    if (state.personId === personId && (personId === '' || state.orderedAt === orderedAt)) {
      return state;
    }
    const { contribution } = state;
    if (state.personId !== '') {
      this.#contribute(order, state.personId, state.orderedAt, contribution, true);
    }
    if (personId === '') return { ...state, personId, orderedAt, attributed: false };
    this.#contribute(order, personId, orderedAt, contribution + 1, false);
    return { ...state, contribution: contribution + 1, personId, orderedAt, attributed: false };
  }

  #contribute(
    { workspace, orderId, cause }: TouchedOrder,
    personId: string,
    orderedAt: number,
    contribution: number,
    withdrawn: boolean,
  ): void {
    const place = { orderId, orderedAt, contribution };
    const made = { workspace, personId, withdrawn, touch: null, order: place };
    this.#context.emit(contributionsMade, made, cause);
  }

  #record(
    { workspace, orderId, cause }: TouchedOrder,
    facts: OrderFacts,
    state: StateOrder,
    isOfKnown: boolean,
  ): void {
    const attributed = state.attributed ? this.#attributed(workspace, orderId) : null;
    const coupons = state.coupons.filter((coupon) => coupon.owned);
    const valued = valueOrder(
      {
        workspace,
        orderId,
        facts,
        personId: state.personId,
        newCustomer: attributed?.firstOrder === true && isOfKnown,
        touches: [
          ...(attributed?.touches ?? []),
          ...coupons.map(({ code }) => couponTouch(orderId, code, facts.orderedAt)),
        ],
        cut: attributed?.cut ?? false,
      },
      this.#upkeep.settings(workspace),
    );
    const key = orderKey(workspace, orderId, RECORDED);
    const stored = this.#context.state.get(key);
    const last = stored === undefined ? null : ledgerOrderCodec.decode(stored);
    const generation = this.#upkeep.generation(workspace);
    // A new generation begins with nothing: its first differences are the whole.
    const before = last?.generation === generation ? last : null;
    if (before !== null && isSameOrder(before, valued)) return;
    const revision = (last?.revision ?? 0) + 1;
    const next = { ...valued, generation, revision, recordedAt: this.#context.now() };
    this.#context.state.put(key, ledgerOrderCodec.encode(next));
    this.#context.emit(ledgerOrders, withDeltas(before, next), cause);
  }

  #attributed(workspace: string, orderId: string): OrderAttributed {
    const value = this.#context.state.get(orderKey(workspace, orderId, ATTRIBUTED));
    if (value === undefined) throw new Error('An attributed order has no answer: inconsistent.');
    return orderAttributedCodec.decode(value);
  }

  #load(workspace: string, orderId: string): StateOrder {
    const value = this.#context.state.get(orderKey(workspace, orderId, ORDER));
    return value === undefined ? newOrder : stateOrderCodec.decode(value);
  }

  #store(workspace: string, orderId: string, state: StateOrder): void {
    this.#context.state.put(orderKey(workspace, orderId, ORDER), stateOrderCodec.encode(state));
  }
}

/** Beside the order's identifier and its items. */
function orderKey(workspace: string, orderId: string, entry: string): Buffer {
  return stateKey(workspace, `order_id:${orderId}`, entry);
}

const newOrder: StateOrder = {
  contribution: 0,
  personId: '',
  orderedAt: 0,
  attributed: false,
  coupons: [],
};

/** Orders are the last choice for a representative: one stands for a person of orders alone. */
function isKnown({ identifier, personId, ordersAlone }: IdentifierNode): boolean {
  return !ordersAlone && personId !== ownPersonId(identifier);
}
