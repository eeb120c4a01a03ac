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
 * id, too.
 */
import { eventPerson, identifierKey, type Persons, personsOf } from './persons.js';
import type { Accepted, Identifier, Renaming } from './types.js';

/** Keys of identifiers and ids of events that erasures have given. */
type Given = Set<string>;

interface Suppression {
  readonly keys: ReadonlySet<string>;
  /** Milliseconds since the epoch; of an erased person's order for ever. */
  readonly until: number;
}

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
  /** Whom the erasure concerns, orders included. */
  readonly concerned: readonly Identifier[];
  readonly persons: Persons;
  readonly renaming: Renaming | undefined;
  readonly label: string;
}

/** The events of the log so far, as if they had always been somebody else's. */
function renamed(
  log: readonly Accepted[],
  { concerned, persons, renaming, label }: Erased,
  given: Given,
): Accepted[] {
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
  return log.map((event, index) => {
    const identifiers = event.identifiers.map((one) => names.get(identifierKey(one)) ?? one);
    const isTheirs = event.touchpoint && gone.has(eventPerson(event, persons));
    if (!isTheirs || given.has(event.eventId)) return { ...event, identifiers };
    const eventId = renaming?.touchpoints.get(event.eventId) ?? `${label}-touchpoint-${index}`;
    given.add(eventId);
    return { ...event, eventId, identifiers };
  });
}

function suppressed(
  event: Accepted,
  suppressions: readonly Suppression[],
  renamings: readonly Renaming[],
  given: Given,
): Accepted {
  const isLate = suppressions.some(
    ({ keys, until }) =>
      (event.occurredAt <= until || event.receivedAt <= until) &&
      event.identifiers.some((one) => keys.has(identifierKey(one))),
  );
  if (!isLate) return event;
  const identifiers = event.identifiers.filter(isOrder).slice(0, 1);
  if (identifiers.length > 0 && !event.touchpoint) return { ...event, identifiers };
  const ids = renamings.map(({ touchpoints }) => touchpoints.get(event.eventId));
  const eventId = ids.find((id) => id !== undefined) ?? `late-${event.eventId}`;
  given.add(eventId);
  return { ...event, eventId, identifiers };
}

/** The events as they count at the end, given those accepted in the order of the log, each once. */
export function withErasures(
  events: readonly Accepted[],
  renamings: readonly Renaming[],
): Accepted[] {
  let log: Accepted[] = [];
  const suppressions: Suppression[] = [];
  const given: Given = new Set();
  let number = 0;
  for (const event of events) {
    if (event.type !== 'erase') {
      log.push(suppressed(event, suppressions, renamings, given));
      continue;
    }
    const persons = personsOf(log);
    const concerned = concernedBy(event, persons);
    const others = concerned.filter((one) => !isOrder(one));
    suppressions.push({ keys: keysOf(others), until: event.occurredAt });
    suppressions.push({ keys: keysOf(concerned.filter(isOrder)), until: Number.POSITIVE_INFINITY });
    const label = `erased-${number}`;
    log = renamed(log, { concerned, persons, renaming: renamings[number], label }, given);
    number += 1;
  }
  return log;
}
