/**
 * Items are the events that rules read again: touchpoints, purchases and refunds, kept under their
 * strongest identifier. A touchpoint item remembers the person it is contributed to, so that moving
 * it needs nothing but a look at it: whatever is contributed to another person than the node's is
 * withdrawn there and contributed here, a page at a time.
 */
import {
  type CollectedEvent,
  contributionsMade,
  ledgerTouchpoints,
  type StateItem,
  stateItemCodec,
  workContinued,
} from '@rosi/events';
import { type ProcessorContext, stateKey } from '@rosi/streams';
import { touchOf } from '../touch-of.js';
import { type IdentifierNode, isAnswered } from './nodes.js';

const ITEM = 'i';
const WAITING = 'w';
const MOVING = 'm';
const NOTHING = Buffer.alloc(0);

/** Items moved in one batch: what bounds how long a large person can hold up others. */
const PAGE_ITEMS_MAX = 500;

/** The piece of work that goes on in another batch. */
export const MOVE_ITEMS = 'move-items';

export class Items {
  readonly #context: ProcessorContext;

  constructor(context: ProcessorContext) {
    this.#context = context;
  }

  /** Keeps a purchase or refund under its order. */
  keepStatement(workspace: string, node: string, event: CollectedEvent): void {
    this.#put(workspace, node, { personId: '', event });
  }

  /** Keeps a touchpoint of nobody: it has a row, and no journey. */
  keepOfNobody(workspace: string, node: string, event: CollectedEvent, cause: number): void {
    this.#put(workspace, node, { personId: '', event });
    this.#recordTouchpoint(event, cause);
  }

  /** Keeps a touchpoint, and contributes it unless identity still owes the node an answer. */
  keepTouchpoint(node: IdentifierNode, event: CollectedEvent, cause: number): void {
    const { workspace, identifier } = node;
    this.#recordTouchpoint(event, cause);
    if (isAnswered(node)) {
      this.#contribute(workspace, node.personId, event, false, cause);
      this.#put(workspace, identifier, { personId: node.personId, event });
      return;
    }
    this.#put(workspace, identifier, { personId: '', event });
    this.#context.state.put(stateKey(WAITING, workspace, identifier, event.eventId), NOTHING);
  }

  /** All purchases and refunds of an order. */
  statements(workspace: string, node: string): CollectedEvent[] {
    const events: CollectedEvent[] = [];
    const prefix = stateKey(ITEM, workspace, node);
    for (const [, value] of this.#context.state.range({ prefix })) {
      const { event } = stateItemCodec.decode(value);
      if (event.type === 'purchase' || event.type === 'refund') events.push(event);
    }
    return events;
  }

  /** After an answer: what waited is contributed to the person that the node now has. */
  contributeWaiting(node: IdentifierNode, cause: number): void {
    const { workspace, identifier, personId } = node;
    const prefix = stateKey(WAITING, workspace, identifier);
    let moved = 0;
    for (const [key] of this.#context.state.range({ prefix, limit: PAGE_ITEMS_MAX })) {
      moved += 1;
      this.#context.state.delete(key);
      // The waiting key is the item's own key but for its first part.
      const itemKey = Buffer.concat([stateKey(ITEM), key.subarray(stateKey(WAITING).length)]);
      const item = this.#get(itemKey);
      this.#contribute(workspace, personId, item.event, false, cause);
      this.#context.state.put(itemKey, stateItemCodec.encode({ personId, event: item.event }));
    }
    if (moved === PAGE_ITEMS_MAX) this.#goOn(node, cause);
  }

  /** The node's person has changed: begins the move of its items, from the first one. */
  beginMove(node: IdentifierNode): void {
    this.#context.state.put(stateKey(MOVING, node.workspace, node.identifier), NOTHING);
  }

  /** Moves the next page; true when nothing is left. */
  movePage(node: IdentifierNode, cause: number): boolean {
    const { workspace, identifier, personId } = node;
    const cursorKey = stateKey(MOVING, workspace, identifier);
    const cursor = this.#context.state.get(cursorKey);
    if (cursor === undefined) return true;
    const prefix = stateKey(ITEM, workspace, identifier);
    const page = { prefix, ...(cursor.length > 0 && { from: cursor }), limit: PAGE_ITEMS_MAX + 1 };
    let read = 0;
    for (const [key, value] of this.#context.state.range(page)) {
      read += 1;
      if (read > PAGE_ITEMS_MAX) {
        this.#context.state.put(cursorKey, key);
        this.#goOn(node, cause);
        return false;
      }
      const item = stateItemCodec.decode(value);
      if (item.personId === '' || item.personId === personId) continue;
      this.#contribute(workspace, item.personId, item.event, true, cause);
      this.#contribute(workspace, personId, item.event, false, cause);
      this.#context.state.put(key, stateItemCodec.encode({ personId, event: item.event }));
    }
    this.#context.state.delete(cursorKey);
    return true;
  }

  #goOn(node: IdentifierNode, cause: number): void {
    const { workspace, identifier } = node;
    this.#context.emit(workContinued, { workspace, node: identifier, work: MOVE_ITEMS }, cause);
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

  #recordTouchpoint(event: CollectedEvent, cause: number): void {
    const strongest = event.identifiers[0];
    this.#context.emit(
      ledgerTouchpoints,
      {
        workspace: event.workspace,
        revision: 1,
        recordedAt: this.#context.now(),
        identifierType: strongest?.type ?? '',
        identifier: strongest?.value ?? '',
        touch: touchOf(event),
      },
      cause,
    );
  }

  #put(workspace: string, node: string, item: StateItem): void {
    const key = stateKey(ITEM, workspace, node, item.event.eventId);
    this.#context.state.put(key, stateItemCodec.encode(item));
  }

  #get(key: Buffer): StateItem {
    const value = this.#context.state.get(key);
    if (value === undefined) throw new Error('A waiting item has no item: state is inconsistent.');
    return stateItemCodec.decode(value);
  }
}
