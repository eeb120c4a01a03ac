/** The whole table of examples, in the contract's order; their numbers give their prefixes. */
import type { Draft, Example } from '../example.js';
import { attribution } from './attribution.js';
import { catalogue } from './catalogue.js';
import { coupons } from './coupons.js';
import { events } from './events.js';
import { excluded } from './excluded.js';
import { identifiers } from './identifiers.js';
import { money } from './money.js';
import { orders } from './orders.js';
import { people } from './persons.js';
import { repeats } from './repeats.js';
import { tables } from './tables.js';
import { touchpoints } from './touchpoints.js';

const sections: readonly (readonly [string, readonly Draft[]])[] = [
  ['2 events', events],
  ['2 money', money],
  ['2 identifiers', identifiers],
  ['2 repeats', repeats],
  ['2 orders', orders],
  ['2 catalogue', catalogue],
  ['3.1 persons', people],
  ['3.2 and 3.4 touchpoints and dimensions', touchpoints],
  ['3.3 coupons', coupons],
  ['3.5 to 3.9 attribution', attribution],
  ['3.10 excluded', excluded],
  ['5 tables', tables],
];

export interface PlacedExample extends Example {
  readonly section: string;
}
const drafts = sections.flatMap(([section, list]) => list.map((draft) => ({ section, draft })));
export const examples: readonly PlacedExample[] = drafts.map(({ section, draft }, number) => ({
  ...draft(number),
  section,
}));
