/**
 * Erased persons: what is left of an event when nobody may be recognised by it, and the suppression
 * list, which knows erased identifiers by a keyed hash alone. Pure: the hash is the caller's.
 */
import type { CollectedEvent } from './generated/records.js';
import { identifierKey } from './topics.js';
import { compareUtf8 } from './utf8-order.js';

/** A hash under the suppression key. */
export type TextHash = (text: string) => string;

/** Ids under which the events and touchpoints of erased persons go on begin so. */
export const ERASED = 'erased:';
/** The same, where the id came before a coupon touchpoint's: it still does. */
const ERASED_BEFORE_COUPONS = 'cleared:';
const COUPONS = 'coupon:';
/** Where a touchpoint needs no place. */
export const NO_PLACE = -1;
/** Digits of a place among touchpoints of the same time. */
const PLACE_DIGITS = 7;

/** Whether an id is one under which something of an erased person goes on. */
export function isErasedId(id: string): boolean {
  return id.startsWith(ERASED) || id.startsWith(ERASED_BEFORE_COUPONS);
}

/** The last moment of all: nothing else may ever be linked to an order that an erased person made. */
export const FOR_GOOD = 8_640_000_000_000_000;

/** Names of identifiers begin so that were shared when they were erased. */
const SHARED = 'shared:';

/**
 * What the suppression list knows an identifier by: one that was somebody's own, or one that was
 * shared when it was erased and so joined nothing. Each may be listed beside the other.
 */
export function suppressedName(
  hash: TextHash,
  workspace: string,
  identifier: string,
  shared = false,
): string {
  return (shared ? SHARED : '') + hash(`identifier\n${workspace}\n${identifier}`);
}

/** What the list knows a pair by that was carried together and was not of one person: see `leftOf`. */
export function apartName(hash: TextHash, workspace: string, kept: string, erased: string): string {
  return hash(`apart\n${workspace}\n${JSON.stringify([kept, erased])}`);
}

/** What a repeat is recognised by, whoever's event it was. */
export function eventName(hash: TextHash, workspace: string, eventId: string): string {
  return hash(`event\n${workspace}\n${eventId}`);
}

/** Ids with a place, by the names of their events: nothing else can tell the place again. */
export type PlacedIds = (name: string) => string | undefined;

/** The name of the event that goes on under this id. */
export function eventNameIn(erased: string): string {
  return erased.slice(Math.max(erased.lastIndexOf(':'), erased.lastIndexOf('.')) + 1);
}

/**
 * The id under which an erased person's event goes on, a touchpoint's being its touchpoint's; an id
 * that is one already stays.
 */
export function erasedId(
  hash: TextHash,
  event: Pick<CollectedEvent, 'workspace' | 'eventId' | 'touchpoint'>,
  placed: PlacedIds = () => undefined,
): string {
  const { workspace, eventId } = event;
  if (isErasedId(eventId)) return eventId;
  const name = eventName(hash, workspace, eventId);
  if (!event.touchpoint) return ERASED + name;
  return placed(name) ?? erasedTouchId(hash, workspace, eventId, NO_PLACE);
}

/**
 * The same for a touchpoint, whose id decides its place among those of the same time: `place`
 * counts among the person's that need one, and is negative where none is needed.
 */
export function erasedTouchId(
  hash: TextHash,
  workspace: string,
  eventId: string,
  place: number,
): string {
  if (isErasedId(eventId)) return eventId;
  const prefix = compareUtf8(eventId, COUPONS) < 0 ? ERASED_BEFORE_COUPONS : ERASED;
  const digits = place < 0 ? '' : `${String(place).padStart(PLACE_DIGITS, '0')}.`;
  return prefix + digits + eventName(hash, workspace, eventId);
}

/** What an event is held against. */
export interface SuppressionList {
  /** Until when events lose what has this name; undefined: it was not erased. */
  readonly until: (name: string) => number | undefined;
  readonly placed?: PlacedIds;
}

/** What the suppression list leaves of an event. */
export interface Left {
  /** The same one where nothing was lost. */
  readonly event: CollectedEvent;
  readonly lost: 'nothing' | 'identifiers' | 'person';
}

/**
 * What is left of an event that carries identifiers which were erased no earlier than it happened
 * or came. One that was somebody's own takes the person with it, since it would link all else to
 * them. It is dropped alone where it can't: a bot's event links nothing, and the erasure knew the
 * event's strongest identifier as somebody else's (a shared one, or one whose link was removed). So
 * is one that was shared; either takes the person of events that belong to it, as their strongest.
 */
export function leftOf(event: CollectedEvent, hash: TextHash, list: SuppressionList): Left {
  const { workspace, identifiers, bot } = event;
  const at = Math.min(event.occurredAt, event.receivedAt);
  const keys = identifiers.map(identifierKey);
  const [strongest = ''] = keys;
  const listed = keys.map((key) => {
    const name = suppressedName(hash, workspace, key);
    return listedAs(at, list.until(name), list.until(SHARED + name));
  });
  const isApart = (key: string) => {
    const until = list.until(apartName(hash, workspace, strongest, key));
    return until !== undefined && at <= until;
  };
  const takesPerson = keys.some((key, index) => {
    if (index === 0) return listed[index] !== 'nothing';
    return listed[index] === 'own' && !bot && !isApart(key);
  });
  if (takesPerson) return { event: withoutPerson(event, hash, list.placed), lost: 'person' };
  const kept = identifiers.filter((_, index) => listed[index] === 'nothing');
  if (kept.length === identifiers.length) return { event, lost: 'nothing' };
  return { event: { ...event, identifiers: kept }, lost: 'identifiers' };
}

/**
 * What an identifier was that was erased as somebody's own until one time, and as a shared one until
 * another: the erasure that came next after the event decides, and of one moment the stricter.
 */
function listedAs(at: number, own = Number.NEGATIVE_INFINITY, shared = Number.NEGATIVE_INFINITY) {
  if (at <= own && (own <= shared || shared < at)) return 'own';
  return at <= shared ? 'shared' : 'nothing';
}

/**
 * The event without its person, as without consent: the order's id alone stays, of two orders that
 * of its own, since an erased person's may never be linked again. An order's events are its books
 * and keep their ids; any other, and what is a touchpoint as well, goes on under an id that nobody
 * knows.
 */
export function withoutPerson(
  event: CollectedEvent,
  hash: TextHash,
  placed?: PlacedIds,
): CollectedEvent {
  const { interaction } = event;
  const identifiers = event.identifiers.filter(({ type }) => type === 'order_id').slice(0, 1);
  const isBook = identifiers.length > 0 && !event.touchpoint;
  return {
    ...event,
    eventId: isBook ? event.eventId : erasedId(hash, event, placed),
    identifiers,
    page: null,
    interaction: interaction === null ? null : { ...interaction, text: '' },
    properties: '{}',
  };
}

/** What the rules read again; identifiers, pages, texts and properties are of no use to them. */
export function keptOf(event: CollectedEvent): CollectedEvent {
  return { ...event, identifiers: [], page: null, interaction: null, properties: '{}' };
}
