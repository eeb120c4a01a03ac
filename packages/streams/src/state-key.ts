/**
 * Composite keys that sort as their parts do: strings by UTF-8 bytes, integers by value. A string
 * ends with two bytes 00 01 and its own NULs are written 00 FF, so no key is a prefix of another
 * part's, whatever the ids contain (the layout of FoundationDB's tuples).
 */

const INTEGER_BYTES = 8;
const TERMINATOR_BYTES = 2;
/** Of a UTF-16 unit: three in UTF-8 at most, two for a NUL. */
const UNIT_BYTES_MAX = 3;
const ASCII_MAX = 0x7f;
/** Makes the upper half of any part positive. */
const UPPER_OFFSET = 2 ** 31;

/** A part is a string or an integer between −2^53 and 2^53. */
export type KeyPart = string | number;

/** The key, or with fewer parts the prefix of all keys that begin with these parts. */
export function stateKey(...parts: readonly KeyPart[]): Buffer {
  // Keys are made several times an event, nearly always of ASCII, which takes a byte a character.
  const key = Buffer.allocUnsafe(bytesOf(parts, 1));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') at = writeInteger(key, at, part);
    else {
      at = writeAscii(key, at, part);
      if (at < 0) return keyOfAnyText(parts);
    }
  }
  return key;
}

function keyOfAnyText(parts: readonly KeyPart[]): Buffer {
  const key = Buffer.allocUnsafe(bytesOf(parts, UNIT_BYTES_MAX));
  let at = 0;
  for (const part of parts) {
    at = typeof part === 'number' ? writeInteger(key, at, part) : writeEscaped(key, at, part);
  }
  return key.subarray(0, at);
}

function bytesOf(parts: readonly KeyPart[], bytesPerUnit: number): number {
  let bytes = 0;
  for (const part of parts) {
    bytes +=
      typeof part === 'number' ? INTEGER_BYTES : part.length * bytesPerUnit + TERMINATOR_BYTES;
  }
  return bytes;
}

function writeInteger(key: Buffer, at: number, value: number): number {
  // Halves, because a double cannot hold the sum of a large integer and an offset exactly.
  const upper = Math.floor(value / 2 ** 32);
  key.writeUInt32BE(upper + UPPER_OFFSET, at);
  key.writeUInt32BE(value - upper * 2 ** 32, at + 4);
  return at + INTEGER_BYTES;
}

/** Where the part ends, or negative when it is not all ASCII. A loop is the fastest way. */
function writeAscii(key: Buffer, at: number, value: string): number {
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit === 0 || unit > ASCII_MAX) return -1;
    key[at + index] = unit;
  }
  return terminate(key, at + value.length);
}

function writeEscaped(key: Buffer, at: number, value: string): number {
  let end = at;
  value.split('\0').forEach((piece, index) => {
    if (index > 0) {
      key[end] = 0;
      key[end + 1] = 0xff;
      end += 2;
    }
    end += key.write(piece, end, 'utf8');
  });
  return terminate(key, end);
}

function terminate(key: Buffer, end: number): number {
  key[end] = 0;
  key[end + 1] = 1;
  return end + TERMINATOR_BYTES;
}

/** The integer that a key ends with; of a key that ends otherwise it says nothing. */
export function keyInteger(key: Buffer): number {
  const at = key.length - INTEGER_BYTES;
  return (key.readUInt32BE(at) - UPPER_OFFSET) * 2 ** 32 + key.readUInt32BE(at + 4);
}

/** The strings that a key begins with, at most so many; fewer when it has fewer, or a number next. */
export function leadingStrings(key: Uint8Array, count: number): string[] {
  const parts: string[] = [];
  let at = 0;
  while (parts.length < count) {
    const end = stringEnd(key, at);
    if (end < 0) break;
    parts.push(Buffer.from(key.subarray(at, end)).toString('utf8').replaceAll('\0\ufffd', '\0'));
    at = end + 2;
  }
  return parts;
}

/** Where the string that begins there ends: at the first NUL that is not an escaped one. */
function stringEnd(key: Uint8Array, from: number): number {
  for (let at = key.indexOf(0, from); at >= 0; at = key.indexOf(0, at + 2)) {
    if (key[at + 1] === 1) return at;
    if (key[at + 1] !== 0xff) return -1;
  }
  return -1;
}
