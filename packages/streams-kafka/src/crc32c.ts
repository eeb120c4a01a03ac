/** CRC-32C (Castagnoli), which Kafka's batches carry; four bytes a step by tables of remainders. */

const POLYNOMIAL = 0x82f63b78;
const STEP_BYTES = 4;
const tables = makeTables();

function makeTables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const [first, second, third, fourth] = [0, 1, 2, 3].map(() => new Uint32Array(256)) as [
    ...[Uint32Array, Uint32Array, Uint32Array, Uint32Array],
  ];
  for (let n = 0; n < 256; n += 1) {
    let remainder = n;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & 1) === 0 ? remainder >>> 1 : (remainder >>> 1) ^ POLYNOMIAL;
    }
    first[n] = remainder;
  }
  for (let n = 0; n < 256; n += 1) {
    second[n] = next(first, first[n] as number);
    third[n] = next(first, second[n] as number);
    fourth[n] = next(first, third[n] as number);
  }
  return [first, second, third, fourth];
}

function next(table: Uint32Array, remainder: number): number {
  return (remainder >>> 8) ^ (table[remainder & 0xff] as number);
}

export function crc32c(bytes: Uint8Array): number {
  const [first, second, third, fourth] = tables;
  const end = bytes.length;
  let crc = 0xffffffff;
  let at = 0;
  for (const last = end - STEP_BYTES; at <= last; at += STEP_BYTES) {
    // Indices are within the tables and the bytes by the loop's bound.
    crc =
      (fourth[(crc ^ (bytes[at] as number)) & 0xff] as number) ^
      (third[((crc >>> 8) ^ (bytes[at + 1] as number)) & 0xff] as number) ^
      (second[((crc >>> 16) ^ (bytes[at + 2] as number)) & 0xff] as number) ^
      (first[(crc >>> 24) ^ (bytes[at + 3] as number)] as number);
  }
  for (; at < end; at += 1)
    crc = (crc >>> 8) ^ (first[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
