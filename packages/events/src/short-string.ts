/**
 * Avro's string, read and written as the library does it, but faster where texts are short, as most
 * of ours are: an empty one costs no call, one of few characters is the very string that was read
 * before when its bytes are the same (a workspace, a type, a currency), and one of ASCII is written
 * without asking for its length first.
 */
import avro from 'avsc';

/** What the library reads from and writes to. */
interface Tap {
  readonly buf: Uint8Array;
  pos: number;
  readString(): string;
  writeString(text: string): void;
}

/** Longer ones are ids, and seldom come again. */
const KNOWN_LENGTH_MAX = 16;
/** A length that takes one byte. */
const SHORT_LENGTH_MAX = 63;
const ASCII_MAX = 0x7f;
const KNOWN_COUNT = 1024;

/** Texts read lately, each at a place that its bytes give. */
const known: string[] = new Array<string>(KNOWN_COUNT).fill('');

export class ShortString extends avro.types.StringType {
  _read(tap: Tap): string {
    const { buf, pos } = tap;
    // Lengths are doubled, and even where they are not negative.
    const doubled = buf[pos];
    if (doubled === 0) {
      tap.pos = pos + 1;
      return '';
    }
    if (doubled === undefined || doubled > 2 * KNOWN_LENGTH_MAX || (doubled & 1) === 1) {
      return tap.readString();
    }
    const length = doubled >> 1;
    const start = pos + 1;
    const last = buf[pos + length];
    if (last === undefined) return tap.readString();
    const place = ((buf[start] as number) * 31 + last * 7 + length) & (KNOWN_COUNT - 1);
    const text = known[place] as string;
    if (text.length === length && isAt(buf, start, text)) {
      tap.pos = start + length;
      return text;
    }
    const read = tap.readString();
    // Where it has as many characters as bytes each byte is its character.
    if (read.length === length) known[place] = read;
    return read;
  }

  _write(tap: Tap, text: unknown): void {
    if (typeof text !== 'string') throw new Error(`invalid "string": ${JSON.stringify(text)}`);
    const { length } = text;
    if (length > SHORT_LENGTH_MAX) {
      tap.writeString(text);
      return;
    }
    const { buf, pos } = tap;
    // What is written beyond the end goes nowhere; the library sees by `pos` that it did not fit.
    buf[pos] = length * 2;
    for (let at = 0; at < length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > ASCII_MAX) {
        tap.writeString(text);
        return;
      }
      buf[pos + 1 + at] = unit;
    }
    tap.pos = pos + 1 + length;
  }
}

function isAt(bytes: Uint8Array, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[start + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}
