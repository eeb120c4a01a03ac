import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storedTime } from './rows.js';

const FIRST_MS = Date.UTC(1900, 0, 1);
const LAST_MS = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

test('a time is stored to the millisecond', () => {
  const times = fc.integer({ min: FIRST_MS, max: LAST_MS });
  fc.assert(fc.property(times, (ms) => storedTime(ms) === ms));
  expect(storedTime(1.9)).toBe(1);
});

test('a time that ClickHouse cannot hold is the nearest that it can', () => {
  expect(storedTime(-8_640_000_000_000_000)).toBe(FIRST_MS);
  expect(storedTime(8_640_000_000_000_000)).toBe(LAST_MS);
});
