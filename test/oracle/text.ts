/**
 * Small readers of untrusted JSON, and the order of ids as UTF-8 bytes.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The text of a field that holds free text; '' when it is absent or no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An id: its text trimmed; an integer counts as its text. */
export function idOf(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  return textOf(value).trim();
}

/** Ids compare as UTF-8 bytes, which differs from UTF-16 order beyond the BMP. */
export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

export function last<T>(values: readonly T[]): T | undefined {
  return values[values.length - 1];
}

/** Groups values by a key, keeping their order. */
export function groupBy<T>(values: Iterable<T>, keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
