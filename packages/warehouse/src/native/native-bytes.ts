/**
 * Bytes that grow as values are appended to them, in the encodings of ClickHouse's format Native:
 * little-endian integers, and texts after their length as a varint.
 */
const BYTES_MIN = 4_096;
const VARINT_BYTES_MAX = 5;
/** Up to here a loop is quicker than a call into the runtime. */
const LOOP_CHARACTERS_MAX = 48;
/** Of one UTF-16 unit in UTF-8. */
const BYTES_PER_UNIT_MAX = 3;
const TWO_TO_32 = 4_294_967_296;
const ASCII_MAX = 0x7f;

export class NativeBytes {
  #bytes = Buffer.allocUnsafeSlow(BYTES_MIN);
  #length = 0;

  /** What was appended; valid until the next append. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /** Signed or not: a whole number within ±2^53 has the same bytes as either. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / TWO_TO_32);
    this.#put32(value - high * TWO_TO_32);
    this.#put32(high);
  }

  varint(value: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    let rest = value;
    while (rest > ASCII_MAX) {
      this.#bytes[this.#length++] = (rest & ASCII_MAX) | (ASCII_MAX + 1);
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  text(value: string): void {
    if (value.length > LOOP_CHARACTERS_MAX || !this.#asciiText(value)) this.#longText(value);
  }

  /** False, and nothing is appended, unless all are ASCII. */
  #asciiText(value: string): boolean {
    const { length } = value;
    this.#reserve(1 + length);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = length;
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > ASCII_MAX) return false;
      bytes[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  #longText(value: string): void {
    this.varint(Buffer.byteLength(value));
    this.#reserve(BYTES_PER_UNIT_MAX * value.length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  #put32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#length = at + 4;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
