/** Reads fields out of a provider's JSON, whatever it holds. Nothing here throws. */
import { at } from '@rosi/service-kit';

export { at, listAt } from '@rosi/service-kit';

/** A text, or an integer as its text, trimmed; empty when it is neither. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found === 'string') return found.trim();
  return Number.isSafeInteger(found) ? String(found) : '';
}

/** The first of the paths that has a text. */
export function firstText(value: unknown, paths: readonly string[]): string {
  for (const path of paths) {
    const text = textAt(value, path);
    if (text !== '') return text;
  }
  return '';
}

/** What is read of each entry; undefined when it is no list, which states nothing. */
export function eachAt<T>(
  value: unknown,
  path: string,
  read: (entry: unknown) => T,
): T[] | undefined {
  const found = at(value, path);
  return Array.isArray(found) ? found.map(read) : undefined;
}

/** Without the fields that are undefined, an empty text or an object left empty. */
export function stated(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** ISO time of whole seconds since 1970; empty when it is none. */
export function timeOfSeconds(seconds: unknown): string {
  const ms = typeof seconds === 'number' ? seconds * 1_000 : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : '';
}
