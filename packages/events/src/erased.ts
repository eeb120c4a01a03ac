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

/** What the suppression list knows an identifier by. */
export function suppressedName(hash: TextHash, workspace: string, identifier: string): string {
  return hash(`identifier\n${workspace}\n${identifier}`);
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

/**
 * Whether the event carries an identifier that was erased and belongs to what was erased: it
 * happened or came no later than `until` says for that identifier.
 */
export function isSuppressed(
  event: CollectedEvent,
  hash: TextHash,
  until: (name: string) => number | undefined,
): boolean {
  const at = Math.min(event.occurredAt, event.receivedAt);
  return event.identifiers.some((identifier) => {
    const name = suppressedName(hash, event.workspace, identifierKey(identifier));
    return at <= (until(name) ?? Number.NEGATIVE_INFINITY);
  });
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
