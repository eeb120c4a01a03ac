/** Going through all nodes: orders are valued again, or whatever is current is recorded again. */
import { ledgerOrderCodec, type UpkeepBegun, type WalkContinued } from '@rosi/events';
import type { Upkeep, WalkedEntry } from '../upkeep.js';
import { type Catalogue, ENTRY } from './catalogue.js';
import { ITEM, type Items, WAITING } from './items.js';
import { type IdentifierNodes, NODE } from './nodes.js';
import { type Orders, RECORDED } from './orders.js';

/** Orders are looked at with the present settings. */
const REVALUE = 'revalue';
/** Everything current is recorded in the present generation. */
const REPLAY = 'replay';

interface Parts {
  readonly nodes: IdentifierNodes;
  readonly items: Items;
  readonly orders: Orders;
  readonly catalogue: Catalogue;
}

export class Walk {
  readonly #upkeep: Upkeep;
  readonly #parts: Parts;

  constructor(upkeep: Upkeep, parts: Parts) {
    this.#upkeep = upkeep;
    this.#parts = parts;
  }

  begin(begun: UpkeepBegun, cause: number): void {
    this.#upkeep.begin(begun, begun.work === REPLAY ? REPLAY : REVALUE, cause);
  }

  goOn(walk: WalkContinued, cause: number): void {
    for (const entry of this.#upkeep.walk(walk, cause)) {
      if (entry.letter === RECORDED) {
        const { orderId } = ledgerOrderCodec.decode(entry.value);
        this.#parts.orders.touch(walk.workspace, orderId, cause);
      } else if (walk.work === REPLAY) {
        this.#recordAgain(walk.workspace, entry, cause);
      }
    }
  }

  #recordAgain(workspace: string, { node, letter, value }: WalkedEntry, cause: number): void {
    const { nodes, items, catalogue } = this.#parts;
    if (letter === ITEM || letter === WAITING) items.recordAgain(node, value, cause);
    else if (letter === NODE) nodes.recordAgain(nodes.load(workspace, node), cause);
    else if (letter === ENTRY) catalogue.recordAgain(value, cause);
  }
}
