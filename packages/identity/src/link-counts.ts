/**
 * Judges whether an identifier is shared by several people (a family tablet, a shop's kiosk, a
 * forwarded link), from the counts of its direct links. The batch function and the incremental
 * processor both keep these counts, so that both judge by the very same rule.
 * Guarantees that counts depend on the set of present neighbours alone: removing a neighbour
 * gives exactly the counts from before it was added, the order of shops included.
 */
import type { StateLinkCounts, StateShopCustomers } from '@rosi/events';
import { compareUtf8 } from '@rosi/events';
import { typeOfKey } from './identifier-order.js';

/**
 * An identifier's direct links by the kind of neighbour. Each neighbour counts once, a shared
 * neighbour too; the caller adds a neighbour when the link is new, removes it when it is unlinked.
 */
export type LinkCounts = StateLinkCounts;

/** An identifier without links. */
export const noLinks: LinkCounts = {
  userIds: 0,
  customers: [],
  emails: 0,
  anonymousIds: 0,
  strong: 0,
};

const USER_IDS_MAX = 1;
const CUSTOMER_IDS_OF_ONE_SHOP_MAX = 1;
const EMAILS_MAX = 3;
const ANONYMOUS_IDS_OF_A_CLICK_MAX = 1;
const STRONG_MAX = 50;

/** The counts with one more neighbour, given by its identifier key. */
export function withNeighbour(counts: LinkCounts, neighbour: string): LinkCounts {
  return changed(counts, neighbour, 1);
}

/** The counts with one neighbour less; it must have been counted before. */
export function withoutNeighbour(counts: LinkCounts, neighbour: string): LinkCounts {
  return changed(counts, neighbour, -1);
}

/** Whether the identifier with these direct links is shared (contract 3.1). */
export function isShared(identifier: string, counts: LinkCounts): boolean {
  if (counts.strong > STRONG_MAX) return true;
  const type = typeOfKey(identifier);
  if (type === 'click_id' && counts.anonymousIds > ANONYMOUS_IDS_OF_A_CLICK_MAX) return true;
  return (type === 'click_id' || type === 'anonymous_id') && linksSeveralPeople(counts);
}

function linksSeveralPeople(counts: LinkCounts): boolean {
  return (
    counts.userIds > USER_IDS_MAX ||
    counts.emails > EMAILS_MAX ||
    counts.customers.some((customer) => customer.count > CUSTOMER_IDS_OF_ONE_SHOP_MAX)
  );
}

function changed(counts: LinkCounts, neighbour: string, step: 1 | -1): LinkCounts {
  const type = typeOfKey(neighbour);
  const stepped = (count: number): number => atLeastZero(count + step, neighbour);
  switch (type) {
    case 'click_id':
    case 'order_id':
      return counts;
    case 'anonymous_id':
      return { ...counts, anonymousIds: stepped(counts.anonymousIds) };
    case 'user_id':
      return { ...counts, strong: stepped(counts.strong), userIds: stepped(counts.userIds) };
    case 'email':
      return { ...counts, strong: stepped(counts.strong), emails: stepped(counts.emails) };
    case 'customer_id': {
      const customers = customersChanged(counts.customers, neighbour, step);
      return { ...counts, strong: stepped(counts.strong), customers };
    }
    case 'phone':
    case 'handle':
      return { ...counts, strong: stepped(counts.strong) };
    default:
      throw new Error(`no identifier key: type "${type}" is unknown`);
  }
}

/** Sorted by shop, without shops that have no customer left. */
function customersChanged(
  customers: readonly StateShopCustomers[],
  neighbour: string,
  step: 1 | -1,
): readonly StateShopCustomers[] {
  const shop = shopOf(neighbour);
  const before = customers.find((customer) => customer.shop === shop)?.count ?? 0;
  const count = atLeastZero(before + step, neighbour);
  const others = customers.filter((customer) => customer.shop !== shop);
  if (count === 0) return others;
  return [...others, { shop, count }].sort((a, b) => compareUtf8(a.shop, b.shop));
}

/** The part of a customer_id before its first colon; none: the shop without a name. */
function shopOf(customerKey: string): string {
  const customerId = customerKey.slice(customerKey.indexOf(':') + 1);
  const colon = customerId.indexOf(':');
  return colon < 0 ? '' : customerId.slice(0, colon);
}

function atLeastZero(count: number, neighbour: string): number {
  if (count >= 0) return count;
  throw new Error(`one ${typeOfKey(neighbour)} too many was taken from the counts of links`);
}
