/**
 * One person's journey in state: touchpoints and the places of orders, both sorted by time, and the
 * orders that have still to be told of a change.
 */
import { type AttributionSettings, compareTouches, isEligible } from '@rosi/attribution';
import { type JourneyOrder, journeyOrderCodec, type Touch, touchCodec } from '@rosi/events';
import { type StateStore, stateKey } from '@rosi/streams';

// All of a person lies side by side, so that a change of it touches few pages of the store.
const TOUCH = 't';
export const ORDER = 'o';
const LATEST_ORDER = 'l';
const UNTOLD = 'u';
const TELLING = 'w';
const NOTHING = Buffer.alloc(0);

export class Journey {
  readonly workspace: string;
  readonly personId: string;
  readonly #state: StateStore;

  constructor(state: StateStore, workspace: string, personId: string) {
    this.#state = state;
    this.workspace = workspace;
    this.personId = personId;
  }

  putTouch(touch: Touch): void {
    this.#state.put(
      this.#key(TOUCH, touch.touchedAt, touch.touchpointId),
      touchCodec.encode(touch),
    );
  }

  deleteTouch(touch: Touch): void {
    this.#state.delete(this.#key(TOUCH, touch.touchedAt, touch.touchpointId));
  }

  putOrder(order: JourneyOrder): void {
    this.#state.put(this.#orderKey(order), journeyOrderCodec.encode(order));
    const latest = this.latestOrderAt();
    if (latest !== null && latest >= order.orderedAt) return;
    this.#state.put(this.#key(LATEST_ORDER), Buffer.from(String(order.orderedAt)));
  }

  deleteOrder(order: JourneyOrder): void {
    this.#state.delete(this.#orderKey(order));
  }

  /** The order as it is now, or null when it is no longer at its place. */
  orderAt(place: JourneyOrder): JourneyOrder | null {
    const value = this.#state.get(this.#orderKey(place));
    return value === undefined ? null : journeyOrderCodec.decode(value);
  }

  firstOrder(): JourneyOrder | null {
    for (const [, value] of this.#state.range({ prefix: this.#key(ORDER), limit: 1 })) {
      return journeyOrderCodec.decode(value);
    }
    return null;
  }

  *ordersFrom(time: number): Iterable<JourneyOrder> {
    const range = { prefix: this.#key(ORDER), from: this.#key(ORDER, time) };
    for (const [, value] of this.#state.range(range)) yield journeyOrderCodec.decode(value);
  }

  /** An upper bound that never sinks: withdrawing the latest order leaves it as it was. */
  latestOrderAt(): number | null {
    const value = this.#state.get(this.#key(LATEST_ORDER));
    return value === undefined ? null : Number(value.toString());
  }

  /** Ids of the touchpoints that happened at the same time as another, in order. */
  tiedTouches(): string[] {
    const tied: string[] = [];
    let before: Touch | null = null;
    for (const [, value] of this.#state.range({ prefix: this.#key(TOUCH) })) {
      const touch = touchCodec.decode(value);
      if (before?.touchedAt === touch.touchedAt) {
        if (tied.at(-1) !== before.touchpointId) tied.push(before.touchpointId);
        tied.push(touch.touchpointId);
      }
      before = touch;
    }
    return tied;
  }

  /** Nobody's person_id stays behind when all that was the person's is somebody else's. */
  forgetIfEmpty(): void {
    // Most have never had an order: there is nothing to forget.
    if (this.latestOrderAt() === null) return;
    for (const entry of [TOUCH, ORDER]) {
      const [first] = this.#state.range({ prefix: this.#key(entry), limit: 1 });
      if (first !== undefined) return;
    }
    this.#state.delete(this.#key(LATEST_ORDER));
  }

  /** The newest eligible touchpoints in order, at most so many; newest are looked at first. */
  eligibleTouches(orderedAt: number, settings: AttributionSettings, longestWindowMs: number) {
    const range = { prefix: this.#key(TOUCH), from: this.#key(TOUCH, orderedAt + 1) };
    const touches: Touch[] = [];
    let cut = false;
    for (const [, value] of this.#state.range({ ...range, reverse: true })) {
      const touch = touchCodec.decode(value);
      if (orderedAt - touch.touchedAt >= longestWindowMs) break;
      if (!isEligible(touch, orderedAt, settings)) continue;
      cut = touches.length === settings.touchpointsMax;
      if (cut) break;
      touches.push(touch);
    }
    return { touches: touches.sort(compareTouches), cut };
  }

  /** Whether orders wait to be told, and a message to go on is under way. */
  get isTelling(): boolean {
    return this.#state.get(this.#key(TELLING)) !== undefined;
  }

  set isTelling(isTelling: boolean) {
    if (isTelling) this.#state.put(this.#key(TELLING), NOTHING);
    else this.#state.delete(this.#key(TELLING));
  }

  /** Remembers that the order has to be told. */
  addUntold(order: JourneyOrder): void {
    const key = this.#key(UNTOLD, order.orderedAt, order.orderId);
    this.#state.put(key, journeyOrderCodec.encode(order));
  }

  /** Takes the next orders that have to be told, as they are now: each when it is asked for. */
  *takeUntold(ordersMax: number): Iterable<JourneyOrder> {
    for (const [key, value] of this.#state.range({ prefix: this.#key(UNTOLD), limit: ordersMax })) {
      this.#state.delete(key);
      const order = this.orderAt(journeyOrderCodec.decode(value));
      if (order !== null) yield order;
    }
  }

  /** Whether orders have still to be told. */
  get hasUntold(): boolean {
    const [first] = this.#state.range({ prefix: this.#key(UNTOLD), limit: 1 });
    return first !== undefined;
  }

  #key(entry: string, ...place: readonly (string | number)[]): Buffer {
    return stateKey(this.workspace, this.personId, entry, ...place);
  }

  #orderKey(order: JourneyOrder): Buffer {
    return this.#key(ORDER, order.orderedAt, order.orderId);
  }
}
