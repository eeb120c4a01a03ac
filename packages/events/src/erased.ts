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

/** The id under which an erased person's event goes on; an id that is one already stays. */
export function erasedId(hash: TextHash, workspace: string, eventId: string): string {
  return isErasedId(eventId) ? eventId : ERASED + eventName(hash, workspace, eventId);
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
 * The event without its person, as without consent: the order's id alone stays. An order's events
 * are its books and keep their ids; any other goes on under an id that nobody knows.
 */
export function withoutPerson(event: CollectedEvent, hash: TextHash): CollectedEvent {
  const { interaction, workspace, eventId } = event;
  const identifiers = event.identifiers.filter(({ type }) => type === 'order_id');
  return {
    ...event,
    eventId: identifiers.length > 0 ? eventId : erasedId(hash, workspace, eventId),
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
