/**
 * Writes values from JSON back as JSON text, with their texts and names masked. Bounded in depth;
 * names such as `__proto__` are names like any other.
 */
import { isPhoneDigits, namesPhone, phoneMask } from './mask.js';
import { wellFormed } from './text.js';

/** Nesting of properties and items; what is deeper is null. */
export const jsonDepthMax = 32;

/** Names of parts that are what the whole is: of `{"phone": {"number": …}}`, but not its country. */
const partNames =
  /^(?:numbers?|values?|raw|formatted|e164|(?:inter)?national|home|work|main|primary|private)$/i;

/** JSON text of a value from JSON, with its texts and names masked. */
export function maskedJson(value: unknown, mask: (text: string) => string): string {
  return writeJson(value, false, mask, 0);
}

/** `isPhone`: by the field's name, judged once however many values stand under it. */
function writeJson(
  value: unknown,
  isPhone: boolean,
  mask: (text: string) => string,
  depth: number,
): string {
  if (typeof value === 'string') return writeText(value, isPhone, mask);
  if (typeof value === 'number') return writeNumber(value, isPhone);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object' || value === null || depth === jsonDepthMax) return 'null';
  if (Array.isArray(value)) {
    return `[${value.map((item) => writeJson(item, isPhone, mask, depth + 1)).join(',')}]`;
  }
  const fields = Object.entries(value).map(
    ([key, field]) =>
      `${writeText(key, false, mask)}:` +
      writeJson(field, partNames.test(key) ? isPhone : namesPhone(key), mask, depth + 1),
  );
  return `{${fields.join(',')}}`;
}

function writeText(text: string, isPhone: boolean, mask: (text: string) => string): string {
  if (isPhone && isPhoneDigits(text)) return `"${phoneMask}"`;
  return JSON.stringify(mask(wellFormed(text)));
}

function writeNumber(value: number, isPhone: boolean): string {
  if (isPhone && isPhoneDigits(String(value))) return `"${phoneMask}"`;
  return Number.isFinite(value) ? String(value) : 'null';
}
