/**
 * The identifiers processor: one node per identifier, per catalogue entry, per coupon code. This
 * file only routes records to the node parts and counts what became of each.
 */
import type { AttributionSettings } from '@rosi/attribution';
import {
  type CatalogueEntry,
  type CollectedEvent,
  type CouponResolved,
  type CouponUsed,
  contributionsMade,
  couponsResolved,
  couponsUsed,
  eventNode,
  eventsAccepted,
  identifierKey,
  ledgerCatalogue,
  ledgerIdentities,
  ledgerOrders,
  ledgerTouchpoints,
  linksObserved,
  nodesWalked,
  type OrderAttributed,
  ordersAttributed,
  type PersonAssigned,
  parseIdentifierKey,
  personsAssigned,
  type TextHash,
  type UpkeepBegun,
  upkeepBegun,
  type WalkContinued,
  type WorkContinued,
  workContinued,
} from '@rosi/events';
import type { Processor, ProcessorContext, ProcessorDeclaration } from '@rosi/streams';
import { defaultPages, type Pages } from '../pages.js';
import { Upkeep } from '../upkeep.js';
import { Catalogue, TELL_ORDERS } from './catalogue.js';
import { Commands, commandOutputs } from './commands.js';
import { HAND_OVER, type HandOver, Items } from './items.js';
import { type IdentifierNode, IdentifierNodes, isSeen } from './nodes.js';
import { Orders } from './orders.js';
import { Walk } from './walk.js';

export function identifiers(
  settings: AttributionSettings,
  hash: TextHash,
  pages: Pages = defaultPages,
): ProcessorDeclaration {
  return {
    name: 'identifiers',
    inputs: [
      eventsAccepted,
      personsAssigned,
      ordersAttributed,
      couponsUsed,
      couponsResolved,
      workContinued,
      upkeepBegun,
      nodesWalked,
    ],
    outputs: [
      ...commandOutputs,
      eventsAccepted,
      nodesWalked,
      linksObserved,
      contributionsMade,
      couponsUsed,
      couponsResolved,
      workContinued,
      ledgerOrders,
      ledgerTouchpoints,
      ledgerIdentities,
      ledgerCatalogue,
    ],
    stateVersion: 2,
    // Format 2 says of persons whether they are known by orders alone: that was one order each.
    upgrades: { 1: () => undefined },
    create: (context) => new Identifiers(context, settings, hash, pages),
  };
}

class Identifiers implements Processor {
  readonly #context: ProcessorContext;
  readonly #nodes: IdentifierNodes;
  readonly #items: Items;
  readonly #orders: Orders;
  readonly #catalogue: Catalogue;
  readonly #commands: Commands;
  readonly #upkeep: Upkeep;
  readonly #walk: Walk;
  readonly #handlers: Readonly<Record<string, (value: never, cause: number) => void>>;

  constructor(
    context: ProcessorContext,
    settings: AttributionSettings,
    hash: TextHash,
    pages: Pages,
  ) {
    this.#context = context;
    const walks = { topic: nodesWalked, pageEntriesMax: pages.entriesMax };
    this.#upkeep = new Upkeep(context, settings, walks);
    this.#nodes = new IdentifierNodes(context, this.#upkeep);
    this.#items = new Items(context, this.#nodes, this.#upkeep, {
      hash,
      pageItemsMax: pages.itemsMax,
    });
    this.#orders = new Orders(context, this.#nodes, this.#items, this.#upkeep);
    this.#catalogue = new Catalogue(context, this.#upkeep, pages.couponOrdersMax);
    this.#commands = new Commands(context);
    this.#walk = new Walk(this.#upkeep, {
      nodes: this.#nodes,
      items: this.#items,
      orders: this.#orders,
      catalogue: this.#catalogue,
    });
    this.#handlers = {
      [eventsAccepted.name]: (value: CollectedEvent, cause) => this.#accept(value, cause),
      [personsAssigned.name]: (value: PersonAssigned, cause) => this.#assign(value, cause),
      [ordersAttributed.name]: (value: OrderAttributed, cause) =>
        this.#countAnswer(this.#orders.attribute(value, cause)),
      [couponsUsed.name]: (value: CouponUsed, cause) => {
        this.#catalogue.use(value, cause);
        this.#context.count('ok', 'coupon-used');
      },
      [couponsResolved.name]: (value: CouponResolved, cause) =>
        this.#countAnswer(this.#orders.resolveCoupon(value, cause)),
      [workContinued.name]: (value: WorkContinued, cause) => this.#goOn(value, cause),
      [upkeepBegun.name]: (value: UpkeepBegun, cause) => {
        this.#walk.begin(value, cause);
        this.#context.count('ok', 'upkeep');
      },
      [nodesWalked.name]: (value: WalkContinued, cause) => {
        this.#walk.goOn(value, cause);
        this.#context.count('ok', 'walked');
      },
    };
  }

  process(topic: string, value: unknown, timestamp: number): void {
    const handler = this.#handlers[topic];
    if (handler === undefined) throw new Error(`identifiers has no input ${topic}`);
    handler(value as never, timestamp);
  }

  endBatch(): void {
    this.#orders.endBatch();
    this.#nodes.endBatch();
    this.#upkeep.endBatch();
  }

  #accept(event: CollectedEvent, cause: number): void {
    if (event.catalogue !== null) {
      this.#acceptEntry(event, event.catalogue, cause);
    } else if (event.bot) {
      if (isStatement(event)) this.#keepStatement(event, cause);
      this.#context.count('ok', 'bot');
    } else if (event.identifiers.length === 0) {
      if (event.touchpoint) {
        this.#items.keepOfNobody(event.workspace, eventNode(event), event, cause);
      }
      this.#context.count('ok', 'nobody');
    } else {
      this.#acceptOfPerson(event, cause);
      this.#context.count('ok', event.type);
    }
  }

  #acceptEntry(event: CollectedEvent, entry: CatalogueEntry, cause: number): void {
    if (this.#commands.accept(event, entry, cause)) {
      this.#context.count('ok', entry.kind);
      return;
    }
    const newest = this.#catalogue.accept(event, entry, cause);
    if (newest !== null) this.#commands.tellSettings(newest, cause);
    this.#context.count(newest === null ? 'drop' : 'ok', newest === null ? 'older-entry' : 'entry');
  }

  #acceptOfPerson(event: CollectedEvent, cause: number): void {
    const node = this.#nodes.load(event.workspace, eventNode(event));
    this.#nodes.observe(node, event.identifiers, event.type === 'unlink', cause);
    if (event.touchpoint) this.#items.keepTouchpoint(node, event, cause);
    if (isStatement(event)) this.#keepStatement(event, cause);
    else this.#touchOrderOf(node, cause);
  }

  #keepStatement(event: CollectedEvent, cause: number): void {
    const orderId = event.order?.orderId ?? event.refund?.orderId;
    if (orderId === undefined) throw new Error(`A ${event.type} without its order was accepted.`);
    const node = identifierKey({ type: 'order_id', value: orderId });
    this.#items.keepStatement(event.workspace, node, event);
    this.#orders.touch(event.workspace, orderId, cause);
  }

  #assign(assigned: PersonAssigned, cause: number): void {
    const node = this.#nodes.load(assigned.workspace, assigned.identifier);
    if (assigned.forget) this.#nodes.forgetAsked(node);
    if (assigned.renamed !== '') this.#erase(node, { ...assigned, after: '' }, cause);
    if (assigned.personId !== '') this.#take(node, assigned, cause);
    this.#context.count('ok', assigned.renamed === '' ? 'assigned' : 'erased');
  }

  #take(node: IdentifierNode, assigned: PersonAssigned, cause: number): void {
    const before = node.personId;
    this.#nodes.assign(node, assigned, cause);
    if (before !== node.personId) this.#items.beginMove(node, cause);
    this.#items.settle(node, cause);
    this.#touchOrderOf(node, cause);
  }

  /** Hands on what the node has, then it is gone; an order's node stays. */
  #erase(node: IdentifierNode, { renamed, tied, after }: HandOver, cause: number): void {
    if (!isSeen(node)) return;
    const isDone = this.#items.handOver(node, { renamed, tied, after }, cause);
    if (!isDone || renamed === node.identifier) return;
    this.#items.nameAgain(node, renamed, cause);
    this.#nodes.remove(node);
  }

  /** An order's person or answers may have changed: its node looks at it. */
  #touchOrderOf(node: IdentifierNode, cause: number): void {
    const { type, value } = parseIdentifierKey(node.identifier);
    if (type === 'order_id') this.#orders.touch(node.workspace, value, cause);
  }

  #goOn({ workspace, node: name, work }: WorkContinued, cause: number): void {
    if (work.startsWith(TELL_ORDERS)) {
      const code = name.slice('coupon:'.length);
      this.#catalogue.tellOrders(workspace, code, work.slice(TELL_ORDERS.length), cause);
    } else if (work.startsWith(HAND_OVER)) {
      // Only `handOver` writes it.
      const rest = JSON.parse(work.slice(HAND_OVER.length)) as HandOver;
      this.#erase(this.#nodes.load(workspace, name), rest, cause);
    } else {
      this.#items.settle(this.#nodes.load(workspace, name), cause);
    }
    this.#context.count('ok', 'continued');
  }

  #countAnswer(isPresent: boolean): void {
    this.#context.count(isPresent ? 'ok' : 'drop', isPresent ? 'answer' : 'stale-answer');
  }
}

function isStatement(event: CollectedEvent): boolean {
  return event.type === 'purchase' || event.type === 'refund';
}
