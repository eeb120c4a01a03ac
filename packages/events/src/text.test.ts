import { describe, expect, it, vi } from 'vitest';
import { maskProse } from './mask.js';
import { maskedCut } from './text.js';

const lengthMax = 1_024;
const masked = (text: string) => maskedCut(text, lengthMax, maskProse);

describe('maskedCut', () => {
  it('masks twice what is kept, however long the text is', () => {
    const mask = vi.fn((text: string) => text);
    const results = [1e4, 1e5].map((length) => maskedCut('a'.repeat(length), lengthMax, mask));
    expect(results).toEqual(Array(2).fill('a'.repeat(lengthMax)));
    expect(mask.mock.calls.map(([text]) => text.length)).toEqual([2_048, 2_048]);
  });

  it.each([
    'ada@example.org ',
    'ada.lovelace.countess.of.nowhere.in.particular@mail.example.org ',
    'ada%40example.org&',
    '+33 6 12 34 56 78, ',
    '(555) 123-4567 ',
  ])('keeps the begin of the masked text, wherever it is cut: %s', (personal) => {
    const all = personal.repeat(200);
    for (let before = 0; before < personal.length; before += 1) {
      const text = '-'.repeat(before) + all;
      expect(maskProse(text).startsWith(masked(text))).toBe(true);
    }
  });

  it('splits no character', () => {
    for (const before of ['', 'a']) {
      expect(masked(before + '😀'.repeat(2_000))).toMatch(/^a?(?:😀)+$/u);
    }
  });

  it('cuts what is not much too long after masking it all', () => {
    const text = `${'ada@example.org '.repeat(100)}end`;
    expect(masked(text)).toBe(maskProse(text));
  });
});
