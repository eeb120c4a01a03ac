import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeText } from './rows.js';

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

test('a time is told as Date tells it', () => {
  const times = fc.integer({ min: earliest, max: latest });
  fc.assert(
    fc.property(times, (ms) => timeText(ms) === new Date(ms).toISOString()),
    { numRuns: 5_000 },
  );
  for (const ms of [0, -1, 1, earliest, latest, 86_399_999, 86_400_000, -86_400_000]) {
    expect(timeText(ms)).toBe(new Date(ms).toISOString());
  }
});

test('a time that the column has no room for becomes the nearest that it has', () => {
  expect(timeText(-8_640_000_000_000_000)).toBe('1900-01-01T00:00:00.000Z');
  expect(timeText(8_640_000_000_000_000)).toBe('2299-12-31T23:59:59.999Z');
});
