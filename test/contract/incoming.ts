/**
 * Short ways to write the events of examples, as a producer would send them. Times count in days
 * and milliseconds from one noon, so that a window's edge is one readable number.
 */
import type { IncomingEvent } from './example.js';

const dayMs = 86_400_000;
const noon = Date.UTC(2024, 2, 1, 12);

type Fields = Readonly<Record<string, unknown>>;

/** The time of day `days` after 2024-03-01T12:00Z, as sent. */
export function at(days: number, ms = 0): string {
  return new Date(noon + days * dayMs + ms).toISOString();
}
/** The same instant as ClickHouse writes it. */
export function stored(days: number, ms = 0): string {
  return at(days, ms).replace('T', ' ').replace('Z', '');
}

function personal(type: string) {
  return (
    id: string,
    when: string,
    identifiers: Fields = {},
    more: Fields = {},
  ): IncomingEvent => ({
    event_id: id,
    type,
    occurred_at: when,
    identifiers,
    ...more,
  });
}
export const click = personal('click');
export const view = personal('view');
export const lead = personal('lead');
export const page = personal('page');
export const identify = personal('identify');
export const unlink = personal('unlink');

/** A reaction; a like unless told otherwise. */
export function interaction(id: string, when: string, identifiers: Fields, more: Fields = {}) {
  return personal('interaction')(id, when, identifiers, { interaction: { kind: 'like' }, ...more });
}
/** A purchase in euros unless told otherwise; `order` needs its order_id. */
export function purchase(
  id: string,
  when: string,
  identifiers: Fields,
  order: Fields,
  more: Fields = {},
): IncomingEvent {
  const currency = 'total' in order ? { currency: 'EUR' } : {};
  return personal('purchase')(id, when, identifiers, { order: { ...currency, ...order }, ...more });
}
/** A refund in euros unless told otherwise. */
export function refund(id: string, when: string, body: Fields, more: Fields = {}): IncomingEvent {
  return {
    event_id: id,
    type: 'refund',
    occurred_at: when,
    refund: { currency: 'EUR', ...body },
    ...more,
  };
}
/** A catalogue entry of the kind given. */
export function entry(kind: string, id: string, when: string, body: Fields): IncomingEvent {
  return { event_id: id, type: kind, occurred_at: when, [kind]: body };
}
