/** Reads fields out of others' JSON, whatever it holds. Nothing here throws. */

/** The value at a path such as `data.object.id` or `items.0.sku`; undefined when it is not there. */
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

/** The entries of a list; none when it is not one. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}
