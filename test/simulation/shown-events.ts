/**
 * Events as the tables show them when they are loaded again: who was erased is told by the list
 * alone. A touchpoint of an erased person stands under the id of its touchpoint then, too.
 */
import {
  type CollectedEvent,
  eventName,
  eventNameIn,
  isErasedId,
  isSuppressed,
  type LedgerSuppression,
  type LedgerTouchpoint,
  type TextHash,
  withoutPerson,
} from '@rosi/events';

interface Ledger {
  readonly suppressions: readonly LedgerSuppression[];
  readonly touchpoints: readonly LedgerTouchpoint[];
}

/** Events that would stand under another id than their touchpoints, as messages. */
export function namedTwice(
  events: readonly CollectedEvent[],
  { suppressions, touchpoints }: Ledger,
  hash: TextHash,
): string[] {
  const until = new Map<string, number>();
  const placed = new Map<string, string>();
  for (const one of suppressions) {
    if (isErasedId(one.name)) placed.set(eventNameIn(one.name), one.name);
    else until.set(one.name, Math.max(one.until, until.get(one.name) ?? one.until));
  }
  const ids = touchpoints.map(({ touch }) => touch.touchpointId).filter(isErasedId);
  const idOf = new Map(ids.map((id) => [eventNameIn(id), id]));
  return events.flatMap((event) => {
    if (!event.touchpoint || !isSuppressed(event, hash, (name) => until.get(name))) return [];
    const { eventId } = withoutPerson(event, hash, (name) => placed.get(name));
    const due = idOf.get(eventName(hash, event.workspace, event.eventId)) ?? eventId;
    return eventId === due ? [] : [`${event.eventId} stands under ${eventId}, not ${due}`];
  });
}
