/** Reads Kafka's wire format: big-endian integers, zigzag varints, strings and bytes by length. */

const TWO_32 = 2 ** 32;
const VARINT_BITS = 7;
const VARINT_BASE = 2 ** VARINT_BITS;

export class ByteReader {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  /** Exact up to 2^53: offsets and times are smaller. */
  int64(): number {
    const high = this.int32();
    return high * TWO_32 + this.bytes.readUInt32BE(this.advance(4));
  }

  /** An id: any 64 bits. */
  id64(): bigint {
    return this.bytes.readBigInt64BE(this.advance(8));
  }

  string(): string {
    const length = this.int16();
    return length < 0 ? '' : this.slice(length).toString();
  }

  /** An array's length; −1 (null) counts as 0. */
  count(): number {
    return Math.max(0, this.int32());
  }

  /** Zigzag varint of any length up to 2^53, read without bit operators, which know 32 bits only. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.advance(1)] as number;
      value += (byte % VARINT_BASE) * scale;
      if (byte < VARINT_BASE) break;
      scale *= VARINT_BASE;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Bytes after their varint length; null: length −1. Shares memory. */
  varBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.slice(length);
  }

  /** Shares memory. */
  slice(length: number): Buffer {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  private advance(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new RangeError('Kafka sent a cut message');
    this.at = start + length;
    return start;
  }
}
