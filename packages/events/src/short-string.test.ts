import avro from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShortString } from './short-string.js';

const ours = new ShortString();
const theirs = avro.Type.forSchema('string');
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\0', '\u{1F600}'), maxLength: 18 }),
);

test('writes the bytes of the library, also where there is little room', () => {
  fc.assert(
    fc.property(text, fc.nat(90), (value, room) => {
      expect(ours.toBuffer(value)).toEqual(theirs.toBuffer(value));
      const [a, b] = [Buffer.alloc(room), Buffer.alloc(room)];
      const [end, known] = [ours.encode(value, a, 0), theirs.encode(value, b, 0)];
      expect(end < 0).toBe(known < 0);
      if (end >= 0) expect([end, a]).toEqual([known, b]);
    }),
  );
  expect(() => ours.toBuffer(7)).toThrow('invalid "string": 7');
});

test('reads what the library reads, again and again, also of bytes that are no text', () => {
  const bytes = fc.oneof(
    text.map((value) => theirs.toBuffer(value)),
    fc.uint8Array({ maxLength: 20 }).map((some) => Buffer.from([2 * some.length, ...some])),
    fc
      .array(fc.constantFrom(0, 1, 2, 4, 0x61, 0xc3, 0xa9, 0xff), { maxLength: 6 })
      .map((some) => Buffer.from(some)),
  );
  const outcome = (type: avro.Type, from: Buffer) => {
    try {
      return type.fromBuffer(from) as string;
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 8 }), (list) => {
      for (const one of [...list, ...list]) expect(outcome(ours, one)).toBe(outcome(theirs, one));
    }),
    { numRuns: 300 },
  );
});
