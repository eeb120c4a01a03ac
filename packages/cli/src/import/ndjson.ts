/** Events that are already in the form of the event API, one JSON object a line. */
import { createLineIds } from './event-id.js';
import type { LineImporter } from './importer.js';
import { type Digest, type ImportEvent, rejected } from './item.js';

export function ndjsonImporter(options: { readonly digest: Digest }): LineImporter {
  const idOf = createLineIds('line', options.digest);
  return {
    line(text, number) {
      const value = parse(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return rejected(number, 'not_json', 'the line is not one JSON object');
      }
      // A JSON object is a record of unknown values; its event_id is stated or made here.
      const event = value as Readonly<Record<string, unknown>>;
      return { kind: 'event', line: number, event: withId(event, () => idOf(text)) };
    },
  };
}

function withId(event: Readonly<Record<string, unknown>>, makeId: () => string): ImportEvent {
  const stated = event['event_id'];
  // An id of another type than text is for the collector to reject.
  if (stated !== undefined && stated !== null) return event as ImportEvent;
  return { ...event, event_id: makeId() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
