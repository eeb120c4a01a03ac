import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareUtf8 } from './utf8-order.js';

test('orders texts as their UTF-8 bytes do, beyond the basic plane too', () => {
  expect(compareUtf8('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  expect('\u{1F600}' > '\uFFFD').toBe(false);
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\uE000', '\uFFFD', '😀', '🂡', '\0') });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareUtf8(a, b))).toBe(bytes);
    }),
  );
});
