/**
 * JSON as producers mean it. Integers that a double can't hold are kept as their text, for they are
 * ids: rounding them would make one person of two. `__proto__` and `constructor.prototype` keys are
 * left out, of repeated keys the last one counts, and nothing here recurses.
 */
import sjson from 'secure-json-parse';

const safety = { protoAction: 'remove', constructorAction: 'remove' } as const;

/** Sixteen digits or more in a row; most bodies have none and are parsed once only. */
const manyDigits = /\d{16}/;
/** Strings are matched so that digits inside them are left alone. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const integer = /^-?\d+$/;

/** Undefined: not JSON. */
export function parseJson(text: string): unknown {
  try {
    const parsed: unknown = sjson.parse(text, null, safety);
    return manyDigits.test(text) ? sjson.parse(withExactIntegers(text), null, safety) : parsed;
  } catch {
    return undefined;
  }
}

/** The text is known to be JSON. */
function withExactIntegers(text: string): string {
  return text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"') || !integer.test(token)) return token;
    return Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
  });
}

/** Whether a value has more levels than `depthMax`; a flat object has one. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const entry of level) {
      if (typeof entry !== 'object' || entry === null) continue;
      if (depth >= depthMax) return true;
      for (const part of Object.values(entry)) {
        if (typeof part === 'object' && part !== null) next.push(part);
      }
    }
    level = next;
  }
  return false;
}
