/**
 * Reads times out of text: ISO 8601 with a date, a time and a zone, cut (not rounded) to
 * milliseconds. A date that the calendar does not have is none.
 */

const isoPattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)$/;
const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const minuteMs = 60_000;

/** Milliseconds since 1970 of a calendar day, null when the calendar lacks it. */
function dayMs(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() : null;
}

/** Milliseconds since 1970, or null when the text is no ISO 8601 time with a zone. */
export function parseTime(text: string): number | null {
  return parsePlainTime(text) ?? parseAnyTime(text);
}

/**
 * As programs write it, `2026-03-01T10:00:00.000Z`, on a day that every month has: nearly all are so.
 * Null: written in another way.
 */
function parsePlainTime(text: string): number | null {
  if (!plainPattern.test(text)) return null;
  return Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 2) - 1,
    digits(text, 8, 2),
    digits(text, 11, 2),
    digits(text, 14, 2),
    digits(text, 17, 2),
    digits(text, 20, 3),
  );
}

/** Not before the year 1000: Date.UTC takes the first hundred years for those of the last century. */
const plainPattern =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The number that so many digits make. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let at = from; at < from + count; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

function parseAnyTime(text: string): number | null {
  const parts = isoPattern.exec(text);
  if (parts === null) return null;
  const day = dayMs(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  const hours = Number(parts[4]);
  const minutes = Number(parts[5]);
  // A leap second (60) counts as the first of the next minute, as POSIX time has it.
  const seconds = Number(parts[6] ?? 0);
  const zoneHours = Number(parts[10] ?? 0);
  const zoneMinutes = Number(parts[11] ?? 0);
  if (day === null || hours > 23 || minutes > 59 || seconds > 60) return null;
  if (zoneHours > 23 || zoneMinutes > 59) return null;
  const milliseconds = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const zone = (zoneHours * 60 + zoneMinutes) * minuteMs * (parts[9] === '-' ? -1 : 1);
  return day + (hours * 60 + minutes) * minuteMs + seconds * 1_000 + milliseconds - zone;
}

/** The day itself when it is a YYYY-MM-DD that the calendar has. */
export function parseDate(text: string): string | null {
  const parts = datePattern.exec(text);
  if (parts === null) return null;
  return dayMs(Number(parts[1]), Number(parts[2]), Number(parts[3])) === null ? null : text;
}

/** A time, or a day as its first instant in UTC. */
export function parseTimeOrDate(text: string): number | null {
  const day = parseDate(text);
  return parseTime(day === null ? text : `${day}T00:00:00Z`);
}
