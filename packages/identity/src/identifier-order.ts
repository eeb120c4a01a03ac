/**
 * The order of identifiers, and what follows from it: which member stands for a person, and the
 * person's id. Guarantees that a person_id depends on the members of its component alone.
 */
import { compareUtf8 } from '@rosi/events';

/**
 * From the one that best stands for a person to the one that stands for it last. (An event's own
 * strongest identifier follows another order, contract 3.1: there the order_id comes first.)
 */
const typesByRank: readonly string[] = [
  'user_id',
  'customer_id',
  'email',
  'phone',
  'handle',
  'anonymous_id',
  'click_id',
  'order_id',
];
const ranks: ReadonlyMap<string, number> = new Map(typesByRank.map((type, rank) => [type, rank]));

/** The type in an identifier key (`type:value`); types contain no colon. */
export function typeOfKey(key: string): string {
  return key.slice(0, key.indexOf(':'));
}

/** By rank of the type, then by the UTF-8 bytes of the value. */
export function compareIdentifierKeys(a: string, b: string): number {
  // Keys of one type begin with the same bytes, so that comparing the keys compares the values.
  return rankOf(a) - rankOf(b) || compareUtf8(a, b);
}

/** The smallest member by {@link compareIdentifierKeys}; a person has at least one. */
export function representativeOf(members: Iterable<string>): string {
  let smallest: string | undefined;
  for (const member of members) {
    if (smallest === undefined || compareIdentifierKeys(member, smallest) < 0) smallest = member;
  }
  if (smallest === undefined) throw new Error('a person without members has no representative');
  return smallest;
}

/** `p_` and the digest of the representative's key. */
export function personIdOf(representative: string, digest: (text: string) => string): string {
  return `p_${digest(representative)}`;
}

/** Whether a person is known by more than orders; one known by orders alone is no customer. */
export function isKnown(members: Iterable<string>): boolean {
  for (const member of members) {
    if (typeOfKey(member) !== 'order_id') return true;
  }
  return false;
}

function rankOf(key: string): number {
  const rank = ranks.get(typeOfKey(key));
  if (rank === undefined) throw new Error(`no identifier key: type "${typeOfKey(key)}" is unknown`);
  return rank;
}
