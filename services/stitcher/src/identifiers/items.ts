/**
 * Items are the events that rules read again: touchpoints, purchases and refunds, kept under their
 * strongest identifier. A touchpoint item remembers the person it is contributed to, so that moving
 * it needs nothing but a look at it: whatever is contributed to another person than the node's is
 * withdrawn there and contributed here, a page at a time.
 */
import {
  type CollectedEvent,
  contributionsMade,
  ERASED,
  erasedTouchId,
  eventsAccepted,
  identifyEvent,
  isErasedId,
  keptOf,
  ledgerTouchpoints,
  NO_PLACE,
  parseIdentifierKey,
  type StateItem,
  stateItemCodec,
  type TextHash,
  workContinued,
} from '@rosi/events';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { touchOf } from '../touch-of.js';
import type { Upkeep } from '../upkeep.js';
import { type IdentifierNode, type IdentifierNodes, isAnswered } from './nodes.js';

export const ITEM = 'i';
export const WAITING = 'w';

/** Type of the node of an event that came with no identifier (eventNode). */
const NOBODYS = 'event';

/** The piece of work that goes on in another batch. */
const MOVE_ITEMS = 'move-items';
/** The same; a {@link HandOver} follows, as JSON. */
export const HAND_OVER = 'hand-over:';

/** How the touchpoints of an erased person go on. */
export interface HandOver {
  /** Identifier key that they go on under. */
  readonly renamed: string;
  /** Those whose ids have to keep an order, in it. */
  readonly tied: readonly string[];
  /** The last item that was looked at; empty: none. */
  readonly after: string;
}

export class Items {
  readonly #context: ProcessorContext;
  readonly #nodes: IdentifierNodes;
  readonly #upkeep: Upkeep;
  readonly #hash: TextHash;
  readonly #pageItemsMax: number;

  constructor(
    context: ProcessorContext,
    nodes: IdentifierNodes,
    upkeep: Upkeep,
    { hash, pageItemsMax }: { readonly hash: TextHash; readonly pageItemsMax: number },
  ) {
    this.#pageItemsMax = pageItemsMax;
    this.#context = context;
    this.#nodes = nodes;
    this.#upkeep = upkeep;
    this.#hash = hash;
  }

  /** Keeps a purchase or refund under its order. */
  keepStatement(workspace: string, node: string, event: CollectedEvent): void {
    this.#put(workspace, node, { personId: '', event });
  }

  /** Keeps a touchpoint of nobody: it has a row, and no journey. */
  keepOfNobody(workspace: string, node: string, event: CollectedEvent, cause: number): void {
    this.#put(workspace, node, { personId: '', event });
    this.#recordTouchpoint(event, node, cause);
  }

  /** Keeps a touchpoint, and contributes it unless identity still owes the node an answer. */
  keepTouchpoint(node: IdentifierNode, event: CollectedEvent, cause: number): void {
    const { workspace, identifier, personId } = node;
    this.#recordTouchpoint(event, identifier, cause);
    node.touchpoints += 1;
    this.#nodes.change(node, cause);
    if (isAnswered(node)) {
      this.#contribute(workspace, personId, event, false, cause);
      this.#put(workspace, identifier, { personId, event });
      return;
    }
    node.waiting += 1;
    const key = stateKey(workspace, identifier, WAITING, event.eventId);
    this.#context.state.put(key, stateItemCodec.encode({ personId: '', event: keptOf(event) }));
  }

  /** All purchases and refunds of an order. */
  statements(workspace: string, node: string): CollectedEvent[] {
    const events: CollectedEvent[] = [];
    const prefix = stateKey(workspace, node, ITEM);
    for (const [, value] of this.#context.state.range({ prefix })) {
      const { event } = stateItemCodec.decode(value);
      if (event.type === 'purchase' || event.type === 'refund') events.push(event);
    }
    return events;
  }

  /** Records the touchpoint of an item, or of one that waits, in the present generation. */
  recordAgain(node: string, value: Buffer, cause: number): void {
    const { event } = stateItemCodec.decode(value);
    if (event.touchpoint) this.#recordTouchpoint(event, node, cause);
  }

  /**
   * The node's person was erased: its touchpoints go on under other ids and another identifier,
   * where they come as events that were accepted. A page of them; true when nothing is left.
   */
  handOver(node: IdentifierNode, work: HandOver, cause: number): boolean {
    const { workspace, identifier } = node;
    const { renamed, after } = work;
    const places = new Map(work.tied.map((id, place) => [id, place]));
    const prefix = stateKey(workspace, identifier, ITEM);
    const from = after === '' ? prefix : stateKey(workspace, identifier, ITEM, after);
    const range = { prefix, from, limit: this.#pageItemsMax };
    let read = 0;
    let last = after;
    for (const [key, value] of this.#context.state.range(range)) {
      const { personId, event } = stateItemCodec.decode(value);
      read += 1;
      last = event.eventId;
      if (!event.touchpoint || isErasedId(event.eventId)) continue;
      this.#context.state.delete(key);
      node.touchpoints -= 1;
      this.#contribute(workspace, personId, event, true, cause);
      const place = places.get(event.eventId) ?? NO_PLACE;
      const eventId = erasedTouchId(this.#hash, workspace, event.eventId, place);
      const identifiers = [parseIdentifierKey(renamed)];
      this.#context.emit(eventsAccepted, { ...event, eventId, identifiers }, cause);
    }
    this.#nodes.change(node, cause);
    if (read < this.#pageItemsMax) return true;
    const rest = HAND_OVER + JSON.stringify({ ...work, after: last });
    this.#context.emit(workContinued, { workspace, node: identifier, work: rest }, cause);
    return false;
  }

  /** The new identifier is one that an event carried, also where nothing went on under it. */
  nameAgain({ workspace }: IdentifierNode, renamed: string, cause: number): void {
    const command = { workspace, eventId: ERASED, at: cause };
    this.#context.emit(eventsAccepted, identifyEvent(command, parseIdentifierKey(renamed)), cause);
  }

  /** Goes on with whatever the node's person and answers now allow, a page of it. */
  settle(node: IdentifierNode, cause: number): void {
    const isMoved = this.#movePage(node, cause);
    const isGiven = !isAnswered(node) || this.#contributeWaiting(node, cause);
    if (isMoved && isGiven) return;
    const { workspace, identifier } = node;
    this.#context.emit(workContinued, { workspace, node: identifier, work: MOVE_ITEMS }, cause);
  }

  /** The node's person has changed: begins the move of its items, from the first one. */
  beginMove(node: IdentifierNode, cause: number): void {
    if (node.touchpoints === node.waiting) return;
    node.moving = '';
    this.#nodes.change(node, cause);
  }

  /** What waited is contributed to the person that the node now has; true when nothing is left. */
  #contributeWaiting(node: IdentifierNode, cause: number): boolean {
    if (node.waiting === 0) return true;
    const { workspace, identifier, personId } = node;
    const prefix = stateKey(workspace, identifier, WAITING);
    for (const [key, value] of this.#context.state.range({ prefix, limit: this.#pageItemsMax })) {
      const { event } = stateItemCodec.decode(value);
      this.#context.state.delete(key);
      // It moves to where a replay that is under way may have passed already.
      if (this.#upkeep.generation(workspace) > 0) this.#recordTouchpoint(event, identifier, cause);
      this.#contribute(workspace, personId, event, false, cause);
      this.#put(workspace, identifier, { personId, event });
      node.waiting -= 1;
    }
    this.#nodes.change(node, cause);
    return node.waiting === 0;
  }

  /** Moves the next page of items to the node's person; true when nothing is left. */
  #movePage(node: IdentifierNode, cause: number): boolean {
    if (node.moving === null) return true;
    const { workspace, identifier, personId, moving } = node;
    const prefix = stateKey(workspace, identifier, ITEM);
    const from = moving === '' ? prefix : stateKey(workspace, identifier, ITEM, moving);
    this.#nodes.change(node, cause);
    let read = 0;
    for (const [key, value] of this.#context.state.range({
      prefix,
      from,
      limit: this.#pageItemsMax + 1,
    })) {
      const { personId: before, event } = stateItemCodec.decode(value);
      read += 1;
      if (read > this.#pageItemsMax) {
        node.moving = event.eventId;
        return false;
      }
      if (before === '' || before === personId) continue;
      this.#contribute(workspace, before, event, true, cause);
      this.#contribute(workspace, personId, event, false, cause);
      this.#context.state.put(key, stateItemCodec.encode({ personId, event }));
    }
    node.moving = null;
    return true;
  }

  #contribute(
    workspace: string,
    personId: string,
    event: CollectedEvent,
    withdrawn: boolean,
    cause: number,
  ): void {
    const contribution = { workspace, personId, withdrawn, touch: touchOf(event), order: null };
    this.#context.emit(contributionsMade, contribution, cause);
  }

  /** `node`: identifier key, or that of an event that nobody's identifier came with. */
  #recordTouchpoint(event: CollectedEvent, node: string, cause: number): void {
    const { type, value } = parseIdentifierKey(node);
    const isNobodys = type === NOBODYS;
    this.#context.emit(
      ledgerTouchpoints,
      {
        workspace: event.workspace,
        generation: this.#upkeep.generation(event.workspace),
        revision: 1,
        recordedAt: this.#context.now(),
        identifierType: isNobodys ? '' : type,
        identifier: isNobodys ? '' : value,
        touch: touchOf(event),
      },
      cause,
    );
  }

  #put(workspace: string, node: string, item: StateItem): void {
    const key = stateKey(workspace, node, ITEM, item.event.eventId);
    const kept = { ...item, event: keptOf(item.event) };
    this.#context.state.put(key, stateItemCodec.encode(kept));
  }
}
