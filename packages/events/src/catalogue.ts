/**
 * Catalogue entries: posts, influencers, campaigns, links, coupons, spend. They describe no person.
 * Only what can't be meant is rejected: an entry without its id, a time or rate that is none, spend
 * without its amount or day. Fields that are absent are left out of the entry.
 */
import type { CatalogueEntry } from './generated/records.js';
import { maskPlain, maskProse, maskUrlQuery, maskValue, withoutCredentials } from './mask.js';
import { couponCode, readAmount, readCurrency } from './order.js';
import type { Rejections } from './rejection.js';
import {
  idOrEmpty,
  isAbsent,
  isObject,
  type JsonObject,
  labelLengthMax,
  maskedCut,
  objectOrEmpty,
  stringOrEmpty,
  textOf,
  urlLengthMax,
} from './text.js';
import { parseDate, parseTime, parseTimeOrDate } from './time.js';
import { type CatalogueType, mediaTypes } from './vocabulary.js';

/** Handles of one influencer; further ones are left out. */
const handlesMax = 100;

type Value = string | number | readonly string[] | undefined;
type Reader = (stated: unknown, rejections: Rejections) => Value;
type Fields = Readonly<Record<string, Reader>>;

const id: Reader = (stated) => idOrEmpty(stated) || undefined;

const label: Reader = (stated) => {
  const text = textOf(stated)?.trim() ?? '';
  return maskedCut(text, labelLengthMax, maskProse) || undefined;
};

/** `@ada@social.example` is no e-mail address. */
const handle = /(?<![^\s:,;(])@[\p{L}\p{M}\p{N}_.-]+(?:@[\p{L}\p{M}\p{N}_.-]+)?/gu;

/** Names by which the public knows an author: handles stay, what stands beside them is masked. */
const publicName: Reader = (stated) =>
  maskedCut(stringOrEmpty(stated).trim(), labelLengthMax, maskBesideHandles) || undefined;

function maskBesideHandles(text: string): string {
  let masked = '';
  let done = 0;
  for (const { index, 0: found } of text.matchAll(handle)) {
    masked += maskValue(text.slice(done, index)) + found;
    done = index + found.length;
  }
  return masked + maskValue(text.slice(done));
}

const url: Reader = (stated) =>
  maskedCut(stringOrEmpty(stated).trim(), urlLengthMax, maskUrlQuery) || undefined;

/** Where a link leads; with a user name before its host nowhere, as for links that are made. */
const destination: Reader = (stated, rejections) => {
  const text = stringOrEmpty(stated).trim();
  return withoutCredentials(text) === text ? url(text, rejections) : undefined;
};

export function normalisePlatform(stated: unknown): string {
  return maskedCut(stringOrEmpty(stated).trim().toLowerCase(), labelLengthMax, maskPlain);
}

const platform: Reader = (stated) => normalisePlatform(stated) || undefined;

const mediaType: Reader = (stated, rejections) => {
  if (isAbsent(stated) || stated === '') return undefined;
  const known = mediaTypes.find((type) => type === stated);
  if (known === undefined) rejections.add('media_type_unknown');
  return known;
};

/** Times and days that every table can hold: up to the year 2299, days from 1900. */
const timeEnd = Date.UTC(2300, 0, 1);
const dayFirst = '1900-01-01';
const dayEnd = '2300-01-01';

/** An instant as ISO 8601 in UTC with milliseconds. */
const time: Reader = (stated, rejections) => {
  if (isAbsent(stated) || stated === '') return undefined;
  const ms = typeof stated === 'string' ? parseTimeOrDate(stated) : null;
  if (ms !== null && ms >= 0 && ms < timeEnd) return new Date(ms).toISOString();
  rejections.add('catalogue_field_invalid');
  return undefined;
};

const ratePattern = /^\d{1,9}(?:\.\d{1,9})?$/;

const rate: Reader = (stated, rejections) => {
  if (isAbsent(stated) || stated === '') return undefined;
  const value = typeof stated === 'string' && ratePattern.test(stated) ? Number(stated) : stated;
  if (typeof value === 'number' && value >= 0 && value <= 1e9) return value;
  rejections.add('catalogue_field_invalid');
  return undefined;
};

/** A list of handles, one handle, or an object {platform: handle}. */
const handles: Reader = (stated) => {
  const list = isObject(stated)
    ? Object.entries(stated).map(([name, handle]) => `${name}:${textOf(handle) ?? ''}`)
    : Array.isArray(stated)
      ? stated
      : [stated];
  const known = list.map((handle) => idOrEmpty(handle).toLowerCase()).filter((text) => text !== '');
  return known.length === 0 ? undefined : [...new Set(known)].slice(0, handlesMax);
};

const coupon: Reader = (stated) => couponCode(stated) || undefined;

/** The day as stated; of a time with a zone, the day that it names. */
const day: Reader = (stated, rejections) => {
  const text = stringOrEmpty(stated);
  const date = parseTime(text) === null ? parseDate(text) : text.slice(0, 'YYYY-MM-DD'.length);
  if (date !== null && date >= dayFirst && date < dayEnd) return date;
  rejections.add('spend_date_invalid');
  return undefined;
};

interface Kind {
  /** The field that holds the entry's id. */
  readonly idField: string;
  readonly fields: Fields;
}

const owners: Fields = { post_id: id, influencer_id: id, campaign_id: id };

const kinds: Readonly<Record<CatalogueType, Kind>> = {
  post: {
    idField: 'post_id',
    fields: {
      post_id: id,
      platform,
      url,
      author: publicName,
      influencer_id: id,
      campaign_id: id,
      media_type: mediaType,
      format: label,
      topic: label,
      published_at: time,
      goal: label,
    },
  },
  influencer: {
    idField: 'influencer_id',
    fields: { influencer_id: id, name: publicName, handles, commission_rate: rate },
  },
  campaign: {
    idField: 'campaign_id',
    fields: { campaign_id: id, name: label, objective: label, starts_at: time, ends_at: time },
  },
  link: {
    idField: 'link_id',
    fields: { link_id: id, url: destination, ...owners, program_id: id },
  },
  coupon: { idField: 'code', fields: { code: coupon, ...owners, program_id: id } },
  spend: { idField: 'spend_id', fields: { spend_id: id, date: day, ...owners, platform } },
};

/** The entry that an event of a catalogue type states under the name of its type. */
export function readCatalogue(
  kind: CatalogueType,
  stated: unknown,
  rejections: Rejections,
): CatalogueEntry {
  const body = objectOrEmpty(stated);
  const { idField, fields } = kinds[kind];
  const entry: Record<string, Value> = {};
  const entryId = String(fields[idField]?.(body[idField], rejections) ?? '');
  if (entryId === '') rejections.add('catalogue_id_missing');
  for (const [name, read] of Object.entries(fields)) entry[name] = read(body[name], rejections);
  if (kind === 'spend') Object.assign(entry, readSpend(body, rejections));
  return { kind, id: entryId, entry: JSON.stringify(entry) };
}

function readSpend(body: JsonObject, rejections: Rejections): Record<string, Value> {
  const currency = readCurrency(body['currency'], rejections);
  const amount = readAmount(body['amount'], currency, rejections);
  if (amount === null) rejections.add('spend_amount_missing');
  return { amount: amount ?? 0, currency };
}
