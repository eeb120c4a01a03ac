/**
 * The decision on a request's items: which become records of events.collected, and which are
 * rejected, by index. Pure but for the hash and the ids that come in with the context.
 */
import { type CollectedEvent, type NormaliseContext, normalise } from '@rosi/events';
import { isDeeperThan } from './exact-json.js';
import { notJson } from './items.js';

/** One entry of the answer's `rejected`. */
export interface Rejection {
  readonly index: number;
  readonly event_id: string | null;
  readonly code: string;
  readonly message: string;
}

export interface Acceptance {
  /** Every item that is not rejected, repeats included, in order. */
  readonly records: readonly { readonly value: CollectedEvent; readonly timestamp: number }[];
  readonly rejected: readonly Rejection[];
  readonly droppedIdentifiers: readonly { readonly type: string; readonly reason: string }[];
}

export function accept(
  items: readonly unknown[],
  context: NormaliseContext,
  depthMax: number,
): Acceptance {
  const records: { value: CollectedEvent; timestamp: number }[] = [];
  const rejected: Rejection[] = [];
  const droppedIdentifiers: { readonly type: string; readonly reason: string }[] = [];
  items.forEach((item, index) => {
    if (item === notJson) {
      rejected.push(rejection(index, null, 'invalid_json', 'This line is not JSON.'));
      return;
    }
    if (isDeeperThan(item, depthMax)) {
      const message = `An event may be nested ${depthMax} levels deep.`;
      rejected.push(rejection(index, statedId(item), 'too_deep', message));
      return;
    }
    const result = normalise(item, context);
    if (result.ok) {
      records.push({ value: result.event, timestamp: context.receivedAt });
      droppedIdentifiers.push(...result.droppedIdentifiers);
    } else {
      rejected.push(rejection(index, result.eventId, result.code, result.message));
    }
  });
  return { records, rejected, droppedIdentifiers };
}

function rejection(
  index: number,
  eventId: string | null,
  code: string,
  message: string,
): Rejection {
  return { index, event_id: eventId, code, message };
}

const eventIdLengthMax = 128;

function statedId(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('event_id' in item)) return null;
  const { event_id: id } = item;
  return typeof id === 'string' && id.length <= eventIdLengthMax ? id : null;
}
