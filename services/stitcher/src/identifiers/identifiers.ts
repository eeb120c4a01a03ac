/**
 * The identifiers processor: one node per identifier, per catalogue entry, per coupon code. This
 * file only routes records to the node parts and counts what became of each.
 */
import type { AttributionSettings } from '@rosi/attribution';
import {
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
  type OrderAttributed,
  ordersAttributed,
  type PersonAssigned,
  parseIdentifierKey,
  personsAssigned,
  type WorkContinued,
  workContinued,
} from '@rosi/events';
import type { Processor, ProcessorContext, ProcessorDeclaration } from '@rosi/streams';
import { Catalogue, TELL_ORDERS } from './catalogue.js';
import { Items } from './items.js';
import { type IdentifierNode, IdentifierNodes } from './nodes.js';
import { Orders } from './orders.js';

export function identifiers(settings: AttributionSettings): ProcessorDeclaration {
  return {
    name: 'identifiers',
    inputs: [
      eventsAccepted,
      personsAssigned,
      ordersAttributed,
      couponsUsed,
      couponsResolved,
      workContinued,
    ],
    outputs: [
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
    stateVersion: 1,
    create: (context) => new Identifiers(context, settings),
  };
}

class Identifiers implements Processor {
  readonly #context: ProcessorContext;
  readonly #nodes: IdentifierNodes;
  readonly #items: Items;
  readonly #orders: Orders;
  readonly #catalogue: Catalogue;
  readonly #handlers: Readonly<Record<string, (value: never, cause: number) => void>>;

  constructor(context: ProcessorContext, settings: AttributionSettings) {
    this.#context = context;
    this.#nodes = new IdentifierNodes(context);
    this.#items = new Items(context, this.#nodes);
    this.#orders = new Orders(context, this.#nodes, this.#items, settings);
    this.#catalogue = new Catalogue(context);
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
  }

  #accept(event: CollectedEvent, cause: number): void {
    if (event.catalogue !== null) {
      const isNewest = this.#catalogue.accept(event, event.catalogue, cause);
      this.#context.count(isNewest ? 'ok' : 'drop', isNewest ? 'entry' : 'older-entry');
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
    const before = node.personId;
    this.#nodes.assign(node, assigned, cause);
    if (before !== node.personId) this.#items.beginMove(node, cause);
    this.#items.settle(node, cause);
    this.#touchOrderOf(node, cause);
    this.#context.count('ok', 'assigned');
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
