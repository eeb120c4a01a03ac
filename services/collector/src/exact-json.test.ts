import { describe, expect, test } from 'vitest';
import { parseJson } from './exact-json.js';

describe('names that prototypes have are left out, however they are spelt', () => {
  test.each([
    ['{"a": 1, "__proto__": {"b": 2}}'],
    ['{"a": 1, "\\u005f_proto__": {"b": 2}}'],
    ['{"a": 1, "__\\u0070roto__": {"b": 2}}'],
    ['{"a": 1, "constructor": {"prototype": {"b": 2}}}'],
    ['{"a": 1, "c\\u006fnstructor": {"\\u0070rototype": {"b": 2}}}'],
  ])('%s', (text) => {
    const parsed = parseJson(text) as object;
    expect(Object.getOwnPropertyNames(parsed)).toEqual(['a']);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });
});

test('integers that a double does not hold are kept as their text, on either way', () => {
  const id = '12345678901234567890';
  expect(parseJson(`{"id": ${id}, "n": 5}`)).toEqual({ id, n: 5 });
  expect(parseJson(`{"id": ${id}, "word": "proto"}`)).toEqual({ id, word: 'proto' });
});

test('what is not JSON is undefined', () => {
  for (const text of ['', '{', '{"proto"', 'NaN']) expect(parseJson(text)).toBeUndefined();
});
