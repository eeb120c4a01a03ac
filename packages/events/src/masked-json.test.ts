import { afterEach, describe, expect, it, vi } from 'vitest';
import { maskValue } from './mask.js';
import { jsonDepthMax, maskedJson } from './masked-json.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('maskedJson', () => {
  it('masks values and names, deep, and keeps the rest', () => {
    const value = {
      note: 'ada@example.org',
      'bob@example.org': [{ tel: 33612345678, total: '129.90', n: 1.5, t: true, z: null }],
    };
    expect(JSON.parse(maskedJson(value, maskValue))).toEqual({
      note: '[email]',
      '[email]': [{ tel: '[phone]', total: '129.90', n: 1.5, t: true, z: null }],
    });
  });

  it('takes the parts of a named phone for one, and nothing else of it', () => {
    const value = {
      phone: { number: '0612345678', country: 'FR', updated: 1772359200000 },
      phones: [{ value: 612345678, phone_id: '612345678' }, ['0612345678']],
      mobile: { work: { raw: '0612345678' }, os: '1234567' },
      number: '0612345678',
      value: 1772359200000,
    };
    expect(JSON.parse(maskedJson(value, maskValue))).toEqual({
      phone: { number: '[phone]', country: 'FR', updated: 1772359200000 },
      phones: [{ value: '[phone]', phone_id: '612345678' }, ['[phone]']],
      mobile: { work: { raw: '[phone]' }, os: '1234567' },
      number: '0612345678',
      value: 1772359200000,
    });
  });

  it('keeps fields named like those of objects', () => {
    const text = '{"__proto__":{"a":1},"constructor":2,"toString":"x"}';
    expect(maskedJson(JSON.parse(text), maskValue)).toBe(text);
  });

  it('ends at its depth', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect(maskedJson(deep, maskValue)).toBe(
      `${'['.repeat(jsonDepthMax)}null${']'.repeat(jsonDepthMax)}`,
    );
  });

  it('replaces lone surrogates and keeps NUL escaped', () => {
    expect(maskedJson({ a: '\ud800x\udc00', b: '\u0000', c: '😀' }, maskValue)).toBe(
      '{"a":"\ufffdx\ufffd","b":"\\u0000","c":"😀"}',
    );
  });
});

describe('the name of a field', () => {
  it('is judged once, however many values stand under it', () => {
    const split = vi.spyOn(String.prototype, 'split');
    const work = (values: number) => {
      split.mockClear();
      maskedJson({ phone: Array(values).fill(612345678) }, maskValue);
      return split.mock.calls.length;
    };
    expect(work(100)).toBe(work(1));
  });

  it('is judged by its end', () => {
    const split = vi.spyOn(String.prototype, 'split');
    const text = maskedJson({ [`${'Ba'.repeat(1_000)}Phone`]: 612345678 }, maskValue);
    expect(text.endsWith('Phone":"[phone]"}')).toBe(true);
    expect(Math.max(...split.mock.contexts.map(String).map((name) => name.length))).toBe(128);
  });
});
