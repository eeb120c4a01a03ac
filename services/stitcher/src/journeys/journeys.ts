/**
 * One node per person: touchpoints and the places of orders in time, both sorted by time. After a
 * batch of changes each order that they touch is told once which touchpoints are eligible and
 * whether it is the person's first. The node knows nothing of money: the order's node values it.
 */
import { type AttributionSettings, compareTouches, isEligible } from '@rosi/attribution';
import {
  type ContributionMade,
  contributionsMade,
  type JourneyOrder,
  journeyOrderCodec,
  ordersAttributed,
  type Touch,
  touchCodec,
} from '@rosi/events';
import {
  type Processor,
  type ProcessorContext,
  type ProcessorDeclaration,
  stateKey,
} from '@rosi/streams';

// All of a person lies side by side, so that a change of it touches few pages of the store.
const TOUCH = 't';
const ORDER = 'o';
const LATEST_ORDER = 'l';

/** A person whose orders must be told again: all of them that lie in `ordersFrom…`, or its first. */
interface ChangedPerson {
  readonly workspace: string;
  readonly personId: string;
  /** The first order before the batch; null: none. */
  readonly firstBefore: JourneyOrder | null;
  readonly touched: Map<string, JourneyOrder>;
  /** received_at of the oldest cause. */
  cause: number;
}

export function journeys(settings: AttributionSettings): ProcessorDeclaration {
  return {
    name: 'journeys',
    inputs: [contributionsMade],
    outputs: [ordersAttributed],
    stateVersion: 1,
    create: (context) => new Journeys(context, settings),
  };
}

class Journeys implements Processor {
  readonly #context: ProcessorContext;
  readonly #settings: AttributionSettings;
  readonly #longestWindowMs: number;
  readonly #changed = new Map<string, ChangedPerson>();

  constructor(context: ProcessorContext, settings: AttributionSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#longestWindowMs = Math.max(...Object.values(settings.windowsMs));
  }

  process(_topic: string, value: unknown, timestamp: number): void {
    const contribution = value as ContributionMade;
    if (contribution.touch !== null) this.#changeTouch(contribution, contribution.touch, timestamp);
    if (contribution.order !== null) this.#changeOrder(contribution, contribution.order, timestamp);
    this.#context.count('ok', contribution.withdrawn ? 'withdrawn' : 'contributed');
  }

  endBatch(): void {
    for (const person of this.#changed.values()) this.#tellOrders(person);
    this.#changed.clear();
  }

  #changeTouch(contribution: ContributionMade, touch: Touch, cause: number): void {
    const { workspace, personId, withdrawn } = contribution;
    const key = stateKey(workspace, personId, TOUCH, touch.touchedAt, touch.touchpointId);
    if (withdrawn) this.#context.state.delete(key);
    else this.#context.state.put(key, touchCodec.encode(touch));
    // Most touchpoints come before any order: one look-up tells, instead of a scan.
    const latest = this.#latestOrderAt(workspace, personId);
    if (latest === null || latest < touch.touchedAt) return;
    const person = this.#change(workspace, personId, cause);
    for (const order of this.#ordersFrom(workspace, personId, touch.touchedAt)) {
      if (order.orderedAt - touch.touchedAt >= this.#longestWindowMs) break;
      if (isEligible(touch, order.orderedAt, this.#settings)) {
        person.touched.set(order.orderId, order);
      }
    }
  }

  #changeOrder(contribution: ContributionMade, order: JourneyOrder, cause: number): void {
    const { workspace, personId, withdrawn } = contribution;
    const person = this.#change(workspace, personId, cause);
    const key = stateKey(workspace, personId, ORDER, order.orderedAt, order.orderId);
    if (withdrawn) {
      this.#context.state.delete(key);
      person.touched.delete(order.orderId);
      return;
    }
    this.#context.state.put(key, journeyOrderCodec.encode(order));
    const latest = this.#latestOrderAt(workspace, personId);
    if (latest === null || latest < order.orderedAt) {
      this.#context.state.put(
        stateKey(workspace, personId, LATEST_ORDER),
        Buffer.from(String(order.orderedAt)),
      );
    }
    person.touched.set(order.orderId, order);
  }

  #change(workspace: string, personId: string, cause: number): ChangedPerson {
    const key = `${workspace}/${personId}`;
    let person = this.#changed.get(key);
    if (person === undefined) {
      const firstBefore = this.#firstOrder(workspace, personId);
      person = { workspace, personId, firstBefore, touched: new Map(), cause };
      this.#changed.set(key, person);
    }
    person.cause = Math.min(person.cause, cause);
    return person;
  }

  #tellOrders(person: ChangedPerson): void {
    const { workspace, personId, touched } = person;
    const first = this.#firstOrder(workspace, personId);
    if (first?.orderId !== person.firstBefore?.orderId) {
      if (first !== null) touched.set(first.orderId, first);
      const before = person.firstBefore === null ? null : this.#present(person, person.firstBefore);
      if (before !== null) touched.set(before.orderId, before);
    }
    for (const order of touched.values()) {
      const { touches, cut } = this.#eligibleTouches(workspace, personId, order.orderedAt);
      this.#context.emit(
        ordersAttributed,
        {
          workspace,
          orderId: order.orderId,
          personId,
          contribution: order.contribution,
          firstOrder: order.orderId === first?.orderId,
          cut,
          touches,
        },
        person.cause,
      );
    }
  }

  /** The order as it is now, or null when it is no longer at its place. */
  #present(person: ChangedPerson, order: JourneyOrder): JourneyOrder | null {
    const { workspace, personId } = person;
    const key = stateKey(workspace, personId, ORDER, order.orderedAt, order.orderId);
    const value = this.#context.state.get(key);
    return value === undefined ? null : journeyOrderCodec.decode(value);
  }

  /** The newest eligible touchpoints in order, at most so many; newest are looked at first. */
  #eligibleTouches(workspace: string, personId: string, orderedAt: number) {
    const prefix = stateKey(workspace, personId, TOUCH);
    const from = stateKey(workspace, personId, TOUCH, orderedAt + 1);
    const touches: Touch[] = [];
    let cut = false;
    for (const [, value] of this.#context.state.range({ prefix, from, reverse: true })) {
      const touch = touchCodec.decode(value);
      if (orderedAt - touch.touchedAt >= this.#longestWindowMs) break;
      if (!isEligible(touch, orderedAt, this.#settings)) continue;
      cut = touches.length === this.#settings.touchpointsMax;
      if (cut) break;
      touches.push(touch);
    }
    return { touches: touches.sort(compareTouches), cut };
  }

  #firstOrder(workspace: string, personId: string): JourneyOrder | null {
    const prefix = stateKey(workspace, personId, ORDER);
    for (const [, value] of this.#context.state.range({ prefix, limit: 1 })) {
      return journeyOrderCodec.decode(value);
    }
    return null;
  }

  *#ordersFrom(workspace: string, personId: string, from: number): Iterable<JourneyOrder> {
    const prefix = stateKey(workspace, personId, ORDER);
    const start = stateKey(workspace, personId, ORDER, from);
    for (const [, value] of this.#context.state.range({ prefix, from: start })) {
      yield journeyOrderCodec.decode(value);
    }
  }

  /** An upper bound that never sinks: withdrawing the latest order leaves it as it was. */
  #latestOrderAt(workspace: string, personId: string): number | null {
    const value = this.#context.state.get(stateKey(workspace, personId, LATEST_ORDER));
    return value === undefined ? null : Number(value.toString());
  }
}
