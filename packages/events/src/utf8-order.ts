/**
 * Compares texts as their UTF-8 bytes compare, without encoding them. JavaScript's own `<` compares
 * UTF-16 units, which puts U+10000 and above before U+E000–U+FFFF; UTF-8 puts them after.
 * Guarantees a total order over well-formed texts, the same as that of the bytes.
 */

const SURROGATES_FROM = 0xd800;
const SURROGATES_TO = 0xe000;

/** Negative, 0 or positive, as `a` is before, equal to or after `b`. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates (halves of U+10000 and above) behind all other units. */
function utf8Rank(unit: number): number {
  return unit >= SURROGATES_FROM && unit < SURROGATES_TO ? unit + 0x10000 : unit;
}
