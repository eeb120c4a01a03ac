import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KeyPart, keyInteger, stateKey } from './state-key.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('\0', '\u0001', 'a', 'é', '\u{1F600}'), maxLength: 5 }),
);
const integer = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
);

function compareParts(a: KeyPart, b: KeyPart): number {
  if (typeof a === 'number') return Math.sign(a - (b as number));
  return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
}

test('keys sort as their parts do', () => {
  const parts = fc.tuple(text, integer, text);
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const order = a.map((part, i) => compareParts(part, b[i] as KeyPart)).find((n) => n !== 0);
      expect(Buffer.compare(stateKey(...a), stateKey(...b))).toBe(order ?? 0);
    }),
  );
});

test('a key of fewer parts is a prefix of exactly the keys that begin with these parts', () => {
  fc.assert(
    fc.property(text, text, integer, (a, b, n) => {
      const whole = stateKey(a, n);
      const begins = whole.subarray(0, stateKey(b).length).equals(stateKey(b));
      expect(begins).toBe(Buffer.from(a).equals(Buffer.from(b)));
    }),
  );
});

test('the integer that a key ends with is read again', () => {
  fc.assert(
    fc.property(text, integer, (a, n) => {
      expect(keyInteger(stateKey(a, n))).toBe(n);
    }),
  );
});
