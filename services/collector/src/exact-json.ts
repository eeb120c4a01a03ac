/**
 * JSON as producers mean it. Integers that a double can't hold are kept as their text, for they are
 * ids: rounding them would make one person of two. `__proto__` and `constructor.prototype` keys are
 * left out, of repeated keys the last one counts, and nothing here recurses without a bound.
 */
import sjson from 'secure-json-parse';

const safety = { protoAction: 'remove', constructorAction: 'remove' } as const;

/**
 * Sixteen digits or more where a number may begin; most bodies have none and are parsed once only.
 * Digits inside most strings are passed over at their first one.
 */
const manyDigits = /(?:^|[:,[\s-])\d{16}/;
/** Strings are matched so that digits inside them are left alone. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const integer = /^-?\d+$/;

/** Undefined: not JSON. */
export function parseJson(text: string): unknown {
  const parse = wantsCare(text) ? parseSafely : parsePlain;
  try {
    const parsed = parse(text);
    return manyDigits.test(text) ? parse(withExactIntegers(text)) : parsed;
  } catch {
    return undefined;
  }
}

/**
 * Both names (`__proto__`, and `prototype` under `constructor`) have this in them, or an escape. To
 * look for plain words is cheaper than the expressions that look for the names as keys.
 */
const wantsCare = (text: string) =>
  text.includes('proto') || text.includes('\\u') || text.startsWith('\uFEFF');

const parsePlain = (text: string): unknown => JSON.parse(text);
const parseSafely = (text: string): unknown => sjson.parse(text, null, safety);

/** The text is known to be JSON. */
function withExactIntegers(text: string): string {
  return text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"') || !integer.test(token)) return token;
    return Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
  });
}

/** Whether a value has more levels than `depthMax`, and looks no deeper; a flat object has one. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depthMax <= 0) return true;
  if (Array.isArray(value)) return value.some((part) => isDeeperThan(part, depthMax - 1));
  // What JSON says has no keys but its own.
  for (const key in value) {
    const part: unknown = value[key as keyof typeof value];
    if (typeof part === 'object' && part !== null && isDeeperThan(part, depthMax - 1)) return true;
  }
  return false;
}
