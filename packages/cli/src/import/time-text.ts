/**
 * Times as exports write them, made into ISO 8601 in UTC. A text without a zone is read in the zone
 * that the user names, and never guessed.
 */
import { DateTime, FixedOffsetZone, IANAZone, type Zone } from 'luxon';
import type { DateOrder } from './date-orders.js';

export interface TimeReading {
  readonly order: DateOrder;
  /** IANA name for texts without a zone; null: none was named. */
  readonly timezone: string | null;
}

export type TimeResult =
  | { readonly ok: true; readonly iso: string }
  | { readonly ok: false; readonly reason: 'unreadable' | 'zone_missing' };

const separator = '[-/.]';
const clock =
  '(?:[T ,]+(?<hour>\\d{1,2}):(?<minute>\\d{2})' +
  '(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?\\s*(?<half>[AaPp][Mm])?)?';
const zoneText = '\\s*(?<zone>Z|z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?';
const dates = {
  iso: `(?<year>\\d{4})${separator}(?<month>\\d{1,2})${separator}(?<day>\\d{1,2})`,
  dmy: `(?<day>\\d{1,2})${separator}(?<month>\\d{1,2})${separator}(?<year>\\d{4})`,
  mdy: `(?<month>\\d{1,2})${separator}(?<day>\\d{1,2})${separator}(?<year>\\d{4})`,
};
const patternOf = (date: string) => new RegExp(`^${date}${clock}${zoneText}$`);
const patterns = {
  iso: patternOf(dates.iso),
  dmy: patternOf(dates.dmy),
  mdy: patternOf(dates.mdy),
};
const millisecondsDigitsMin = 12;

type Groups = Readonly<Record<string, string | undefined>>;

export function readTime(text: string, reading: TimeReading): TimeResult {
  const trimmed = text.trim();
  if (reading.order === 'unix') return readUnix(trimmed);
  // Four digits first are a year in every order.
  const match = patterns.iso.exec(trimmed) ?? patterns[reading.order].exec(trimmed);
  const groups: Groups | undefined = match?.groups;
  if (groups === undefined) return { ok: false, reason: 'unreadable' };
  const zone = groups['zone'] ?? reading.timezone;
  if (zone === null) return { ok: false, reason: 'zone_missing' };
  return inZone(groups, zoneOf(zone));
}

function inZone(groups: Groups, zone: Zone): TimeResult {
  const hour = hourOf(groups['hour'], groups['half']);
  if (hour === null) return { ok: false, reason: 'unreadable' };
  const time = DateTime.fromObject(
    {
      year: Number(groups['year']),
      month: Number(groups['month']),
      day: Number(groups['day']),
      hour,
      minute: Number(groups['minute'] ?? 0),
      second: Number(groups['second'] ?? 0),
      millisecond: Number((groups['fraction'] ?? '0').padEnd(3, '0').slice(0, 3)),
    },
    { zone },
  );
  return time.isValid
    ? { ok: true, iso: new Date(time.toMillis()).toISOString() }
    : { ok: false, reason: 'unreadable' };
}

/** Twelve-hour clocks: 12 AM is 0, 12 PM is 12. */
function hourOf(text: string | undefined, half: string | undefined): number | null {
  const hour = Number(text ?? 0);
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

function zoneOf(text: string): Zone {
  if (/^(?:z|utc|gmt)$/i.test(text)) return FixedOffsetZone.utcInstance;
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (offset === null) return IANAZone.create(text);
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return FixedOffsetZone.instance(offset[1] === '-' ? -minutes : minutes);
}

function readUnix(text: string): TimeResult {
  if (!/^\d{1,14}$/.test(text)) return { ok: false, reason: 'unreadable' };
  const timeMs = text.length >= millisecondsDigitsMin ? Number(text) : Number(text) * 1000;
  return { ok: true, iso: new Date(timeMs).toISOString() };
}

export function isTimezone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
