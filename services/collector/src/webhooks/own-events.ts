/** Bodies that hold events of ROSI, and ids for events whose sender gives them none. */
import { type Delivery, type RawEvent, withContentId } from './adapter.js';
import { at } from './reading.js';

/** The body's `data`, or the body itself: one event or a list of them. Null: neither. */
export function ownEvents(body: unknown): RawEvent[] | null {
  const found =
    at(body, 'type') !== undefined && at(body, 'data') === undefined
      ? body
      : (at(body, 'data') ?? body);
  const events = Array.isArray(found) ? found : [found];
  return events.every(isEvent) ? events : null;
}

function isEvent(value: unknown): value is RawEvent {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An event without an id has one made of its content, its place and the delivery's id, so that a
 * retry of the delivery counts once.
 */
export function withDeliveryId(
  kind: string,
  deliveryId: string,
  events: readonly RawEvent[],
  delivery: Delivery,
): RawEvent[] {
  return events.map((event, index) => {
    if (event['event_id'] !== undefined && event['event_id'] !== null) return event;
    const named = withContentId(kind, { deliveryId, index, event }, delivery);
    return { ...event, event_id: named['event_id'] };
  });
}
