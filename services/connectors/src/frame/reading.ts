/** Reads fields out of a provider's JSON, whatever it holds. Nothing here throws. */

/** The value at a path such as `account.acct`; undefined when it is not there. */
export function at(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const part of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) {
      return undefined;
    }
    current = (current as Readonly<Record<string, unknown>>)[part]; // Checked just above.
  }
  return current;
}

/** Empty when it is no text. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}
