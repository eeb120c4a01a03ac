/**
 * Events as the tables show them when they are loaded again: who was erased is told by the list
 * alone. What the tables forgot at the erasure is gone then, too, and nothing else; a touchpoint of
 * an erased person stands under the id of its touchpoint.
 */
import {
  type CollectedEvent,
  eventName,
  eventNameIn,
  identifierKey,
  isErasedId,
  type LedgerSuppression,
  type LedgerTouchpoint,
  leftOf,
  type SuppressionList,
  type TextHash,
} from '@rosi/events';
import type { ShownEvent } from '../oracle/index.js';

interface Ledger {
  readonly suppressions: readonly LedgerSuppression[];
  readonly touchpoints: readonly LedgerTouchpoint[];
}

/** The list as an empty database would have it. */
export function listOf(suppressions: readonly LedgerSuppression[]): SuppressionList {
  const until = new Map<string, number>();
  const placed = new Map<string, string>();
  for (const one of suppressions) {
    if (isErasedId(one.name)) placed.set(eventNameIn(one.name), one.name);
    else until.set(one.name, Math.max(one.until, until.get(one.name) ?? one.until));
  }
  return { until: (name) => until.get(name), placed: (name) => placed.get(name) };
}

/** Events that would stand under another id than their touchpoints, as messages. */
export function namedTwice(
  events: readonly CollectedEvent[],
  { suppressions, touchpoints }: Ledger,
  hash: TextHash,
): string[] {
  const list = listOf(suppressions);
  const ids = touchpoints.map(({ touch }) => touch.touchpointId).filter(isErasedId);
  const idOf = new Map(ids.map((id) => [eventNameIn(id), id]));
  return events.flatMap((event) => {
    const left = leftOf(event, hash, list);
    if (!event.touchpoint || left.lost !== 'person') return [];
    const { eventId } = left.event;
    const due = idOf.get(eventName(hash, event.workspace, event.eventId)) ?? eventId;
    return eventId === due ? [] : [`${event.eventId} stands under ${eventId}, not ${due}`];
  });
}

/** Events that would have more or less than they had when the tables forgot, as messages. */
export function shownOtherwise(
  events: readonly CollectedEvent[],
  due: readonly ShownEvent[],
  suppressions: readonly LedgerSuppression[],
  hash: TextHash,
): string[] {
  const list = listOf(suppressions);
  const dueOf = new Map(due.map((one) => [one.postedId, one]));
  return events.flatMap((sent) => {
    const expected = dueOf.get(sent.eventId);
    if (expected === undefined || expected.words === 'open') return [];
    const { event, lost } = leftOf(sent, hash, list);
    const words = lost === 'person' ? 'gone' : 'kept';
    if (words !== expected.words) {
      return [`loaded again, words of ${sent.eventId} are ${words}, not ${expected.words}`];
    }
    const identifier = event.identifiers.slice(0, 1).map(identifierKey).join();
    if (lost === 'person' || identifier === expected.identifier) return [];
    return [`loaded again, ${sent.eventId} is of ${identifier}, not of ${expected.identifier}`];
  });
}
