/**
 * Composite keys that sort as their parts do: strings by UTF-8 bytes, integers by value. A string
 * ends with two bytes 00 01 and its own NULs are written 00 FF, so no key is a prefix of another
 * part's, whatever the ids contain (the layout of FoundationDB's tuples).
 */

const INTEGER_BYTES = 8;
/** Makes the upper half of any part positive. */
const UPPER_OFFSET = 2 ** 31;

/** A part is a string or an integer between −2^53 and 2^53. */
export type KeyPart = string | number;

/** The key, or with fewer parts the prefix of all keys that begin with these parts. */
export function stateKey(...parts: readonly KeyPart[]): Buffer {
  let size = 0;
  for (const part of parts) {
    size += typeof part === 'number' ? INTEGER_BYTES : Buffer.byteLength(part) + 2;
    if (typeof part === 'string' && part.includes('\0')) size += part.length;
  }
  const key = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') at = writeInteger(key, at, part);
    else at = writeString(key, at, part);
  }
  return at === size ? key : key.subarray(0, at);
}

function writeInteger(key: Buffer, at: number, value: number): number {
  // Halves, because a double cannot hold the sum of a large integer and an offset exactly.
  const upper = Math.floor(value / 2 ** 32);
  key.writeUInt32BE(upper + UPPER_OFFSET, at);
  key.writeUInt32BE(value - upper * 2 ** 32, at + 4);
  return at + INTEGER_BYTES;
}

function writeString(key: Buffer, at: number, value: string): number {
  const escaped = value.includes('\0') ? value.split('\0') : [value];
  let end = at;
  escaped.forEach((piece, index) => {
    if (index > 0) {
      key[end++] = 0;
      key[end++] = 0xff;
    }
    end += key.write(piece, end, 'utf8');
  });
  key[end++] = 0;
  key[end++] = 1;
  return end;
}
