/**
 * One node per person. After a batch of changes each order that they touch is told once which
 * touchpoints are eligible and whether it is the person's first; of many orders a page at a time, so
 * that a large person holds up nobody. The node knows nothing of money: the order's node values it.
 */
import type { AttributionSettings } from '@rosi/attribution';
import {
  type ContributionMade,
  contributionsMade,
  type JourneyOrder,
  journeyOrderCodec,
  journeysContinued,
  journeysWalked,
  ordersAttributed,
  type TiesAsked,
  tiesAsked,
  tiesTold,
  type UpkeepBegun,
  upkeepBegun,
  type WalkContinued,
  type WorkContinued,
} from '@rosi/events';
import type { Processor, ProcessorContext, ProcessorDeclaration } from '@rosi/streams';
import { defaultPages, type Pages } from '../pages.js';
import { Upkeep } from '../upkeep.js';
import { Journey, ORDER } from './journey.js';

/**
 * No more orders of one person are told in one batch once so many touchpoints have been told with
 * them, since an order may carry a thousand.
 */
const PAGE_TOUCHES_MAX = 1000;
const TELL = 'tell';
/** Going through all journeys: each order is told again. */
const RETELL = 'retell';

/** A person's changes in one batch. */
interface Change {
  readonly journey: Journey;
  /** The first order before the batch, null: none; undefined while no order came or went. */
  firstBefore: JourneyOrder | null | undefined;
  /** Orders that came, by order_id. */
  readonly placed: Map<string, JourneyOrder>;
  /** Times of touchpoints that came or went where an order may lie after them. */
  readonly touchedAt: number[];
  /** Something was withdrawn: the journey may be empty now. */
  withdrew: boolean;
  /** received_at of the oldest cause. */
  cause: number;
}

export function journeys(
  settings: AttributionSettings,
  pages: Pages = defaultPages,
): ProcessorDeclaration {
  return {
    name: 'journeys',
    inputs: [contributionsMade, journeysContinued, upkeepBegun, journeysWalked, tiesAsked],
    outputs: [ordersAttributed, journeysContinued, journeysWalked, tiesTold],
    stateVersion: 1,
    create: (context) => new Journeys(context, settings, pages),
  };
}

class Journeys implements Processor {
  readonly #context: ProcessorContext;
  readonly #upkeep: Upkeep;
  readonly #pages: Pages;
  readonly #changes = new Map<string, Change>();
  /** Persons who are being moved in this batch. */
  readonly #moved = new Set<string>();
  /**
   * What tells orders goes by the journey as the batch leaves it. A first order that comes and goes
   * within the batch is no change to `#settle`: nobody would be told that it is gone again.
   */
  readonly #afterChanges: (() => void)[] = [];

  constructor(context: ProcessorContext, settings: AttributionSettings, pages: Pages) {
    this.#context = context;
    this.#pages = pages;
    this.#upkeep = new Upkeep(context, settings, {
      topic: journeysWalked,
      pageEntriesMax: pages.journeyEntriesMax,
    });
  }

  process(topic: string, value: unknown, timestamp: number): void {
    if (topic === contributionsMade.name) {
      const contribution = value as ContributionMade;
      this.#change(contribution, timestamp);
      this.#context.count('ok', contribution.withdrawn ? 'withdrawn' : 'contributed');
    } else if (topic === journeysContinued.name) {
      this.#afterChanges.push(() => this.#goOn(value as WorkContinued, timestamp));
      this.#context.count('ok', 'continued');
    } else if (topic === upkeepBegun.name) {
      this.#begin(value as UpkeepBegun, timestamp);
      this.#context.count('ok', 'upkeep');
    } else if (topic === tiesAsked.name) {
      this.#tellTies(value as TiesAsked, timestamp);
      this.#context.count('ok', 'ties');
    } else {
      this.#afterChanges.push(() => this.#retell(value as WalkContinued, timestamp));
      this.#context.count('ok', 'walked');
    }
  }

  endBatch(): void {
    for (const [key, change] of this.#changes) {
      if (change.touchedAt.length >= this.#pages.movedTouchesMin) this.#moved.add(key);
      this.#settle(key, change);
      if (change.withdrew) change.journey.forgetIfEmpty();
    }
    this.#changes.clear();
    for (const tell of this.#afterChanges) tell();
    this.#afterChanges.length = 0;
    this.#moved.clear();
    this.#upkeep.endBatch();
  }

  #tellTies({ workspace, personId, erasure }: TiesAsked, cause: number): void {
    const tied = new Journey(this.#context.state, workspace, personId).tiedTouches();
    this.#context.emit(tiesTold, { workspace, personId, erasure, tied }, cause);
  }

  /** What is recorded again needs nothing told again. */
  #begin(begun: UpkeepBegun, cause: number): void {
    if (begun.work !== 'replay') this.#upkeep.begin(begun, RETELL, cause);
  }

  #retell(walk: WalkContinued, cause: number): void {
    for (const { node, letter, value } of this.#upkeep.walk(walk, cause)) {
      if (letter !== ORDER) continue;
      const journey = new Journey(this.#context.state, walk.workspace, node);
      this.#tell(journey, journeyOrderCodec.decode(value), journey.firstOrder(), cause);
    }
  }

  #change({ workspace, personId, withdrawn, touch, order }: ContributionMade, cause: number): void {
    const change = this.#changeOf(workspace, personId, cause);
    const { journey } = change;
    change.withdrew ||= withdrawn;
    if (touch !== null) {
      if (withdrawn) journey.deleteTouch(touch);
      else journey.putTouch(touch);
      change.touchedAt.push(touch.touchedAt);
    }
    if (order === null) return;
    if (change.firstBefore === undefined) change.firstBefore = journey.firstOrder();
    if (withdrawn) journey.deleteOrder(order);
    else journey.putOrder(order);
    if (withdrawn) change.placed.delete(order.orderId);
    else change.placed.set(order.orderId, order);
  }

  #changeOf(workspace: string, personId: string, cause: number): Change {
    const key = changeKey(workspace, personId);
    let change = this.#changes.get(key);
    if (change === undefined) {
      const journey = new Journey(this.#context.state, workspace, personId);
      change = {
        journey,
        firstBefore: undefined,
        placed: new Map(),
        touchedAt: [],
        withdrew: false,
        cause,
      };
      this.#changes.set(key, change);
    }
    change.cause = Math.min(change.cause, cause);
    return change;
  }

  #settle(key: string, change: Change): void {
    const { journey, cause, touchedAt } = change;
    // Most touchpoints come after all orders: one look-up tells, instead of a scan.
    const latest = journey.latestOrderAt() ?? Number.NEGATIVE_INFINITY;
    const isAfterOrders = touchedAt.every((time) => time > latest);
    if (change.firstBefore === undefined && isAfterOrders) return;
    const first = journey.firstOrder();
    const orders = this.#touchedOrders(change, first);
    if (orders.length === 0) return;
    const isTelling = journey.isTelling;
    const waits = isTelling || this.#moved.has(key);
    const told = waits ? 0 : this.#tellPage(journey, orders, first, cause);
    if (told === orders.length) return;
    for (const order of orders.slice(told)) journey.addUntold(order);
    if (isTelling) return;
    journey.isTelling = true;
    this.#sendOn(journey, cause);
  }

  /** Answers how many of them were told. */
  #tellPage(
    journey: Journey,
    orders: Iterable<JourneyOrder>,
    first: JourneyOrder | null,
    cause: number,
  ): number {
    let told = 0;
    let touches = 0;
    for (const order of orders) {
      touches += this.#tell(journey, order, first, cause);
      told += 1;
      if (told === this.#pages.ordersMax || touches >= PAGE_TOUCHES_MAX) break;
    }
    return told;
  }

  /** Orders that came, that a changed touchpoint may reach, and the old and new first one. */
  #touchedOrders(change: Change, first: JourneyOrder | null): JourneyOrder[] {
    const { journey, firstBefore } = change;
    const touched = new Map(change.placed);
    for (const order of this.#reached(change)) touched.set(order.orderId, order);
    if (firstBefore !== undefined && first?.orderId !== firstBefore?.orderId) {
      const before = firstBefore === null ? null : journey.orderAt(firstBefore);
      for (const order of [first, before]) if (order !== null) touched.set(order.orderId, order);
    }
    return [...touched.values()];
  }

  /** Orders with a changed touchpoint before them within the longest window. */
  *#reached({ journey, touchedAt }: Change): Iterable<JourneyOrder> {
    const longestWindowMs = longestWindow(this.#upkeep.settings(journey.workspace));
    const times = touchedAt.sort((a, b) => a - b);
    const [earliest] = times;
    const latest = times.at(-1);
    if (earliest === undefined || latest === undefined) return;
    let at = 0;
    for (const order of journey.ordersFrom(earliest)) {
      if (order.orderedAt - latest >= longestWindowMs) return;
      while ((times[at + 1] ?? Number.POSITIVE_INFINITY) <= order.orderedAt) at += 1;
      if (order.orderedAt - (times[at] ?? earliest) < longestWindowMs) yield order;
    }
  }

  #goOn({ workspace, node }: WorkContinued, cause: number): void {
    const journey = new Journey(this.#context.state, workspace, node);
    if (!this.#moved.has(changeKey(workspace, node))) {
      const untold = journey.takeUntold(this.#pages.ordersMax);
      this.#tellPage(journey, untold, journey.firstOrder(), cause);
    }
    if (journey.hasUntold) this.#sendOn(journey, cause);
    else journey.isTelling = false;
  }

  #sendOn({ workspace, personId }: Journey, cause: number): void {
    this.#context.emit(journeysContinued, { workspace, node: personId, work: TELL }, cause);
  }

  /** Answers how many touchpoints were told. */
  #tell(journey: Journey, order: JourneyOrder, first: JourneyOrder | null, cause: number): number {
    const { workspace, personId } = journey;
    const { orderId, orderedAt, contribution } = order;
    const settings = this.#upkeep.settings(workspace);
    const { touches, cut } = journey.eligibleTouches(orderedAt, settings, longestWindow(settings));
    const firstOrder = orderId === first?.orderId;
    this.#context.emit(
      ordersAttributed,
      { workspace, orderId, personId, contribution, firstOrder, cut, touches },
      cause,
    );
    return touches.length;
  }
}

function changeKey(workspace: string, personId: string): string {
  return `${workspace}/${personId}`;
}

function longestWindow({ windowsMs }: AttributionSettings): number {
  return Math.max(...Object.values(windowsMs));
}
