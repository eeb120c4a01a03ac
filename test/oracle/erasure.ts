/**
 * Erasure: the one thing to which the law of order does not apply. At its place in the log every
 * person to whom one of its identifiers belongs is renamed: each identifier but order_ids to a
 * random one of the same type (a customer_id keeps its shop), each touchpoint to a random id.
 * What was seen stays as it was, and so does everything that follows from it. What an erasure gave
 * a name or id points to nobody: another one leaves it.
 *
 * Later events that occurred or were received no later than the erasure and carry a renamed
 * identifier lose all identifiers but the order_id that they belong to, as without consent; those
 * that name an order of an erased person do so for ever. An order's events are its books and keep
 * their ids; those without an order, and touchpoints, which were the person's, go on under another
 * id, too. Events that belong to somebody else lose nothing but the renamed identifier: where it was
 * shared when it was erased, where the erasure knew the two as two, and where a bot sent them.
 */
import { eventPerson, identifierKey, type Persons, personsOf } from './persons.js';
import { SuppressionList } from './suppression-list.js';
import type { Accepted, Identifier, Renaming, Words } from './types.js';

/** An event as it counts at the end. */
export interface Standing extends Accepted {
  /** As it was sent. */
  readonly posted: Accepted;
  readonly words: Words;
}

/** Keys of identifiers and ids of events that erasures have given. */
type Given = Set<string>;

/** The customer_id's shop with its colon; '' for a shop without a name, and all other types. */
function prefixOf({ type, value }: Identifier): string {
  return type === 'customer_id' ? value.slice(0, value.indexOf(':') + 1) : '';
}

/** All identifiers of the persons named, and those named that nobody has seen. */
function concernedBy(erasure: Accepted, persons: Persons): Identifier[] {
  const members = erasure.identifiers.flatMap((named) => [named, ...persons.membersOf(named)]);
  return [...new Map(members.map((member) => [identifierKey(member), member])).values()];
}

const isOrder = ({ type }: Identifier): boolean => type === 'order_id';
const keysOf = (identifiers: readonly Identifier[]) => new Set(identifiers.map(identifierKey));

interface Erased {
  readonly erasure: Accepted;
  /** Whom the erasure concerns, orders included. */
  readonly concerned: readonly Identifier[];
  readonly persons: Persons;
  readonly renaming: Renaming | undefined;
  readonly label: string;
}

/** The events of the log so far, as if they had always been somebody else's. */
function renamed(
  log: readonly Standing[],
  { erasure, concerned, persons, renaming, label }: Erased,
  given: Given,
): Standing[] {
  const names = new Map<string, Identifier>();
  for (const [index, old] of concerned.entries()) {
    const key = identifierKey(old);
    if (isOrder(old) || given.has(key)) continue;
    const value = renaming?.identifiers.get(key) ?? `${prefixOf(old)}${label}-${index}`;
    names.set(key, { type: old.type, value });
  }
  for (const name of names.values()) given.add(identifierKey(name));
  const gone = new Set(
    concerned.map((old) => persons.personOf(old)).filter((person) => person !== ''),
  );
  return log.map((before, index) => {
    const identifiers = before.identifiers.map((one) => names.get(identifierKey(one)) ?? one);
    const event = { ...before, identifiers, words: wordsAfter(before, erasure, concerned) };
    const isTheirs = event.touchpoint && gone.has(eventPerson(before, persons));
    if (!isTheirs || given.has(event.eventId)) return event;
    const eventId = renaming?.touchpoints.get(event.eventId) ?? `${label}-touchpoint-${index}`;
    given.add(eventId);
    return { ...event, eventId };
  });
}

/** Of those whom the erasure concerns they go; of what seems to come after it, nobody can tell. */
function wordsAfter(
  { identifiers, words, ...event }: Standing,
  { occurredAt }: Accepted,
  concerned: readonly Identifier[],
): Words {
  const keys = keysOf(concerned);
  const theirs = identifiers.filter((one) => keys.has(identifierKey(one)));
  const isLater = Math.min(event.occurredAt, event.receivedAt) > occurredAt;
  if (words === 'open' || (isLater && theirs.some((one) => !isOrder(one)))) return 'open';
  const isStrongest = identifiers[0] !== undefined && theirs.includes(identifiers[0]);
  return isStrongest ? 'gone' : words;
}

function suppressed(
  posted: Accepted,
  list: SuppressionList,
  renamings: readonly Renaming[],
  given: Given,
): Standing {
  const left = list.leftOf(posted);
  if (left !== null) return { ...posted, identifiers: left, posted, words: 'kept' };
  const identifiers = posted.identifiers.filter(isOrder).slice(0, 1);
  const event: Standing = { ...posted, identifiers, posted, words: 'gone' };
  if (identifiers.length > 0 && !posted.touchpoint) return event;
  const ids = renamings.map(({ touchpoints }) => touchpoints.get(posted.eventId));
  const eventId = ids.find((id) => id !== undefined) ?? `late-${posted.eventId}`;
  given.add(eventId);
  return { ...event, eventId };
}

/** The events as they count at the end, given those accepted in the order of the log, each once. */
export function withErasures(
  events: readonly Accepted[],
  renamings: readonly Renaming[],
): Standing[] {
  let log: Standing[] = [];
  const list = new SuppressionList();
  const given: Given = new Set();
  let number = 0;
  for (const event of events) {
    if (event.type !== 'erase') {
      log.push(suppressed(event, list, renamings, given));
      continue;
    }
    const persons = personsOf(log);
    const concerned = concernedBy(event, persons);
    const context = { persons, concerned: keysOf(concerned) };
    for (const one of concerned) {
      list.add(one, isOrder(one) ? Number.POSITIVE_INFINITY : event.occurredAt, context);
    }
    const label = `erased-${number}`;
    const renaming = renamings[number];
    log = renamed(log, { erasure: event, concerned, persons, renaming, label }, given);
    number += 1;
  }
  return log.map((event) =>
    list.isClear(event.posted.identifiers) ? event : { ...event, words: 'open' },
  );
}
