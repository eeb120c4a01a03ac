/** Identity: which identifiers are one person. Pure; the rules are those of contract 3.1. */
export {
  compareIdentifierKeys,
  isKnown,
  personIdOf,
  representativeOf,
} from './identifier-order.js';
export {
  isShared,
  type LinkCounts,
  noLinks,
  withNeighbour,
  withoutNeighbour,
} from './link-counts.js';
export {
  type IdentifierLink,
  type PersonAssignment,
  type PersonsInput,
  personsOf,
} from './persons.js';
