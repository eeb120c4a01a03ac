/**
 * Readers of single fields of an event: each turns unknown JSON into what the log keeps, and says
 * why when the event can't be accepted with it.
 */

import { normalisePlatform } from './catalogue.js';
import type { Interaction, Page, Utm } from './generated/records.js';
import { utmOf } from './landing.js';
import { maskProse, maskUrl, maskValue } from './mask.js';
import type { Cleaning } from './refused-identifiers.js';
import type { RejectionCode, Rejections } from './rejection.js';
import {
  fitsCharacters,
  isAbsent,
  isObject,
  type JsonObject,
  labelLengthMax,
  maskedCut,
  objectOrEmpty,
  stringOrEmpty,
  textLengthMax,
  textOf,
  urlLengthMax,
} from './text.js';
import { parseTime } from './time.js';
import { interactionKinds, media, mediaTypes } from './vocabulary.js';

const eventIdCharactersMax = 128;
const futureMsMax = 24 * 60 * 60 * 1_000;
const mediumSet: ReadonlySet<string> = new Set(media);
const mediaTypeSet: ReadonlySet<string> = new Set(mediaTypes);
const interactionKindSet: ReadonlySet<string> = new Set(interactionKinds);

export function readEventId(stated: unknown, rejections: Rejections): string | null {
  if (isAbsent(stated)) return null;
  const text = textOf(stated);
  if (text !== null && text !== '' && fitsCharacters(text, eventIdCharactersMax)) return text;
  rejections.add('event_id_invalid');
  return null;
}

/** A touchpoint is named by its event: it must not be taken for one that ROSI makes. */
export function isReservedId(eventId: string): boolean {
  return eventId === 'unattributed' || /^coupon:.+:/s.test(eventId);
}

export function readOccurredAt(
  stated: unknown,
  receivedAt: number,
  rejections: Rejections,
): number {
  if (isAbsent(stated)) return receivedAt;
  const ms = typeof stated === 'string' ? parseTime(stated) : null;
  if (ms === null) rejections.add('occurred_at_invalid');
  else if (ms < 0) rejections.add('occurred_at_too_early');
  else if (ms > receivedAt + futureMsMax) rejections.add('occurred_at_in_future');
  return ms ?? receivedAt;
}

export interface Consent {
  /** Null: not stated. */
  readonly analytics: boolean | null;
  readonly marketing: boolean | null;
}

export const noConsentStated: Consent = { analytics: null, marketing: null };

/** Wrong consent rejects: to guess what a person allowed would be worse than to miss an event. `refused`:
 * the browser itself refuses, whatever is stated.
 */
export function readConsent(stated: unknown, refused: boolean, rejections: Rejections): Consent {
  if (!isAbsent(stated) && !isObject(stated)) rejections.add('consent_invalid');
  const consent = objectOrEmpty(stated);
  const analytics = readDecision(consent['analytics'], rejections);
  const marketing = readDecision(consent['marketing'], rejections);
  return { analytics: refused ? false : analytics, marketing };
}

function readDecision(stated: unknown, rejections: Rejections): boolean | null {
  if (typeof stated === 'boolean') return stated;
  if (!isAbsent(stated)) rejections.add('consent_invalid');
  return null;
}

export interface Dimensions {
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: string;
}

export function readDimensions(raw: JsonObject, rejections: Rejections): Dimensions {
  return {
    platform: normalisePlatform(raw['platform']),
    medium: readWord(raw['medium'], mediumSet, 'medium_unknown', rejections),
    mediaType: readWord(raw['media_type'], mediaTypeSet, 'media_type_unknown', rejections),
  };
}

/** One of a closed list; empty when absent, rejected when it is another. */
function readWord(
  stated: unknown,
  words: ReadonlySet<string>,
  code: RejectionCode,
  rejections: Rejections,
): string {
  if (isAbsent(stated) || stated === '') return '';
  if (typeof stated === 'string' && words.has(stated)) return stated;
  rejections.add(code);
  return '';
}

export function readUtm(stated: unknown): Utm | null {
  if (!isObject(stated)) return null;
  return utmOf((field) => textOf(stated[field])?.trim() ?? '');
}

export function maskUtm(utm: Utm | null, { text }: Cleaning): Utm | null {
  return (
    utm &&
    utmOf((field) => maskedCut(utm[field], labelLengthMax, (value) => maskValue(text(value))))
  );
}

export function readPage(
  page: JsonObject,
  url: string,
  referrer: string,
  { text }: Cleaning,
): Page | null {
  const address = (stated: string) =>
    maskedCut(stated, urlLengthMax, (part) => maskUrl(text(part)));
  const title = maskedCut(stringOrEmpty(page['title']), labelLengthMax, (part) =>
    maskProse(text(part)),
  );
  if (url === '' && referrer === '' && title === '') return null;
  return { url: address(url), referrer: address(referrer), title };
}

export function readInteraction(
  stated: unknown,
  rejections: Rejections,
  { text }: Cleaning,
): Interaction | null {
  if (!isObject(stated)) return null;
  return {
    kind: readWord(stated['kind'], interactionKindSet, 'interaction_kind_unknown', rejections),
    text: maskedCut(stringOrEmpty(stated['text']), textLengthMax, (part) => maskProse(text(part))),
  };
}
