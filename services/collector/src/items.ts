/**
 * Turns a body into items, one an event as sent, in order. An NDJSON line that is not JSON is an
 * item of its own, so that it is rejected by its index and its neighbours are accepted.
 */
import { isUtf8 } from 'node:buffer';
import type { BodyFormat } from './body.js';
import { parseJson } from './exact-json.js';
import { type Problem, problem } from './problems.js';

/** In place of an item that is not JSON. */
export const notJson: unique symbol = Symbol('not JSON');

const byteOrderMark = '\uFEFF';

/** The items; a problem when the body as a whole is not JSON, or holds too many. */
export function itemsOf(
  body: Buffer,
  format: BodyFormat,
  eventsMax: number,
): readonly unknown[] | Problem {
  const items = format === 'json' ? jsonItems(body) : ndjsonItems(body, eventsMax);
  if (items === null) return problem(400, 'invalid_json', messages[format]);
  if (items.length <= eventsMax) return items;
  return problem(413, 'too_many_events', `A request may hold ${eventsMax} events: split it.`);
}

const messages = {
  json: 'The body must be one JSON object or an array of them, in UTF-8.',
  ndjson: 'The body must hold one JSON object a line, in UTF-8.',
};

function jsonItems(body: Buffer): readonly unknown[] | null {
  if (!isUtf8(body)) return null;
  const parsed = parseJson(withoutMark(body.toString('utf8')));
  if (Array.isArray(parsed)) return parsed;
  return typeof parsed === 'object' && parsed !== null ? [parsed] : null;
}

function ndjsonItems(body: Buffer, eventsMax: number): readonly unknown[] | null {
  const items: unknown[] = [];
  let anyJson = false;
  for (const line of linesOf(body)) {
    if (line !== null && line.trim() === '') continue;
    const parsed = line === null ? undefined : parseJson(line);
    if (parsed !== undefined) anyJson = true;
    items.push(parsed === undefined ? notJson : parsed);
    if (items.length > eventsMax) return items;
  }
  return anyJson ? items : null;
}

/** Null: a line that is not UTF-8. */
function* linesOf(body: Buffer): Iterable<string | null> {
  if (isUtf8(body)) {
    yield* withoutMark(body.toString('utf8')).split('\n');
    return;
  }
  for (let from = 0; from <= body.length; ) {
    const feed = body.indexOf(0x0a, from);
    const line = body.subarray(from, feed === -1 ? body.length : feed);
    yield isUtf8(line) ? line.toString('utf8') : null;
    if (feed === -1) return;
    from = feed + 1;
  }
}

const withoutMark = (text: string) => (text.startsWith(byteOrderMark) ? text.slice(1) : text);
