/**
 * Which identifiers an event carries after normalisation, personal ones hashed.
 */
import { createHmac } from 'node:crypto';
import { type JsonObject, objectOf } from './text.js';
import { type Identifier, type IdentifierType, identifierTypes } from './types.js';

const junk = new Set([
  'null',
  'undefined',
  'none',
  '0',
  'guest',
  'anonymous',
  'unknown',
  'test@test.com',
]);
const e164 = /^\+[1-9]\d{1,14}$/;

/**
 * The usable text of an identifier in clear, or '' when it is dropped.
 * reading: the exception "(not for order_id)" is about the whole list of junk words, since order
 * "0" exists; an empty or overlong order_id is as unusable as any other.
 */
function usableText(type: IdentifierType, value: unknown): string {
  const isInteger = typeof value === 'number' && Number.isInteger(value);
  if (typeof value !== 'string' && !isInteger) return '';
  const trimmed = String(value).trim();
  const text = type === 'email' || type === 'handle' ? trimmed.toLowerCase() : trimmed;
  if (text === '' || [...text].length > 256) return '';
  if (type !== 'order_id' && junk.has(text.toLowerCase())) return '';
  return type === 'phone' && !e164.test(text) ? '' : text;
}

function kept(type: IdentifierType, text: string, hashKey: string): string {
  if (type !== 'email' && type !== 'phone') return text;
  return createHmac('sha256', Buffer.from(hashKey, 'utf8')).update(text, 'utf8').digest('hex');
}

/**
 * The orders that an event names, each once.
 * reading: both are identifiers of the event; it belongs to the person of the order that it is
 * about, which of a refund is the refund's own.
 */
function orderIdsOf(body: JsonObject): unknown[] {
  const named = ['order', 'refund'].map((part) => objectOf(body[part])['order_id']);
  const ids = named.map((id) => usableText('order_id', id));
  return [...new Set(body['type'] === 'refund' ? ids.reverse() : ids)];
}

export interface IdentifierInput {
  readonly body: JsonObject;
  readonly hashKey: string;
  /** Click id from the page's url, '' when it gives none. */
  readonly urlClickId: string;
  readonly consented: boolean;
}

/** In the order of strength. Without consent orders alone are left. */
export function identifiersOf(input: IdentifierInput): Identifier[] {
  const stated = objectOf(input.body['identifiers']);
  const raw = (type: IdentifierType): unknown[] => {
    if (type === 'order_id') return orderIdsOf(input.body);
    if (type === 'click_id' && stated['click_id'] === undefined) return [input.urlClickId];
    return [stated[type]];
  };
  return identifierTypes
    .filter((type) => type === 'order_id' || input.consented)
    .flatMap((type) => raw(type).map((value) => ({ type, text: usableText(type, value) })))
    .filter(({ text }) => text !== '')
    .map(({ type, text }) => ({ type, value: kept(type, text, input.hashKey) }));
}
