/**
 * The identifiers of an event: which of the stated ones are usable, normalised, personal ones as
 * keyed hashes, strongest first (contract 2 and 3.1). Nothing in clear leaves this module that the
 * contract wants hashed.
 */
import type { Identifier } from './generated/records.js';
import { replaceEmails, replaceInternationalPhones } from './mask.js';
import { fitsCharacters, idCharactersMax, type JsonObject, textOf } from './text.js';
import { type IdentifierType, identifierTypes } from './vocabulary.js';

export type DropReason =
  | 'not_a_text'
  | 'empty'
  | 'too_long'
  | 'placeholder'
  | 'not_e164'
  | 'no_consent';

export interface DroppedIdentifier {
  readonly type: IdentifierType;
  readonly reason: DropReason;
}

type Normalised =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: DropReason };

/** What forms and templates send when they know nobody; not for orders, whose ids they may be. */
const placeholders: ReadonlySet<string> = new Set([
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
 * One identifier as the log keeps it. `hash` is the keyed hash of the workspace. A caller that
 * looks a person up normalises by this function too, and so finds the same key.
 */
export function normaliseIdentifier(
  type: IdentifierType,
  stated: unknown,
  hash: (text: string) => string,
): Normalised {
  const text = textOf(stated);
  if (text === null) return { ok: false, reason: 'not_a_text' };
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, reason: 'empty' };
  if (!fitsCharacters(trimmed, idCharactersMax)) return { ok: false, reason: 'too_long' };
  if (type === 'order_id') return { ok: true, value: trimmed };
  const lower = trimmed.toLowerCase();
  if (placeholders.has(lower)) return { ok: false, reason: 'placeholder' };
  switch (type) {
    case 'email':
      return { ok: true, value: hash(lower) };
    case 'phone':
      if (!e164.test(trimmed)) return { ok: false, reason: 'not_e164' };
      return { ok: true, value: hash(trimmed) };
    case 'handle':
      return { ok: true, value: lower };
    default:
      return { ok: true, value: withoutPersonalData(trimmed, hash) };
  }
}

/** A shop that uses e-mail addresses or phone numbers as its ids gets hashes in their place. */
function withoutPersonalData(id: string, hash: (text: string) => string): string {
  return replaceInternationalPhones(replaceEmails(id, hash), hash);
}

export interface IdentifierSources {
  /** The event's `identifiers`. */
  readonly stated: JsonObject;
  /** As stated by order and refund, the one that the event belongs to first. */
  readonly orderIds: readonly unknown[];
  /** What the page's url tells, or null. */
  readonly urlClickId: string | null;
  /** Without it all but the order's id is dropped. */
  readonly consent: boolean;
  hash(text: string): string;
}

export interface ReadIdentifiers {
  /** Strongest first; at most one a type, but of orders each that is named. */
  readonly usable: readonly Identifier[];
  readonly dropped: readonly DroppedIdentifier[];
}

export function readIdentifiers(sources: IdentifierSources): ReadIdentifiers {
  const usable: Identifier[] = [];
  const dropped: DroppedIdentifier[] = [];
  for (const type of identifierTypes) {
    const isOrder = type === 'order_id';
    for (const candidate of candidatesOf(type, sources)) {
      if (!isOrder && !sources.consent) {
        dropped.push({ type, reason: 'no_consent' });
        continue;
      }
      const read = normaliseIdentifier(type, candidate, sources.hash);
      if (!read.ok) {
        dropped.push({ type, reason: read.reason });
        continue;
      }
      // Orders are read first: whatever is usable by now is one.
      if (isOrder && usable.some(({ value }) => value === read.value)) continue;
      usable.push({ type, value: read.value });
      if (!isOrder) break;
    }
  }
  return { usable, dropped };
}

const none: readonly unknown[] = [];

/** Values that an event has for a type; but of orders the first usable one counts. */
function candidatesOf(type: IdentifierType, sources: IdentifierSources): readonly unknown[] {
  if (type === 'order_id') return sources.orderIds;
  const stated = sources.stated[type];
  if (type === 'click_id' && sources.urlClickId !== null) {
    return stated === undefined ? [sources.urlClickId] : [stated, sources.urlClickId];
  }
  return stated === undefined ? none : [stated];
}
