import { expect, test } from 'vitest';
import { type Gathering, nothingGathered, notInserted, waitMs } from './gathering.js';
import { defaultLimits } from './loader-options.js';

const NOW = 1_000_000;
const { insertIntervalMs, lateIntervalMs, restMs } = defaultLimits;

/** One record, so late, in a log that grew so long ago. */
const batch = (lateMs: number, grownMsAgo: number, isFull = false): Gathering => ({
  records: [{ offset: 0, timestamp: NOW - lateMs, value: Buffer.alloc(0) }],
  next: 1,
  grownAt: NOW - grownMsAgo,
  isFull,
  bytes: 0,
});
const insert = (beganMsAgo: number, tookMs: number) => ({ beganAt: NOW - beganMsAgo, tookMs });
const wait = (gathered: Gathering, last = insert(0, 0)) =>
  waitMs(gathered, last, defaultLimits, NOW);

test('the first batch, a full one and an empty one wait for nothing', () => {
  expect(wait(batch(0, 0), notInserted)).toBeLessThanOrEqual(0);
  expect(wait(batch(60_000, 0, true))).toBe(0);
  expect(wait(nothingGathered(7))).toBe(0);
});

test('a batch that is on time waits for the interval since the last insert', () => {
  expect(wait(batch(50, 0))).toBe(insertIntervalMs);
  expect(wait(batch(50, 0), insert(150, 40))).toBe(insertIntervalMs - 150);
  expect(wait(batch(50, 0), insert(insertIntervalMs, 40))).toBeLessThanOrEqual(0);
});

test('slow inserts are made more seldom, late records gathered for longer, both within a limit', () => {
  expect(wait(batch(0, 0), insert(100, 300))).toBe(500);
  expect(wait(batch(0, 0), insert(100, 3_000))).toBe(restMs);
  expect(wait(batch(15_000, 0), insert(1_100, 10))).toBe(400);
  expect(wait(batch(1e9, 0), insert(lateIntervalMs - 10, 10))).toBe(10);
});

test('a log that rests is not waited for, but the interval is kept', () => {
  expect(wait(batch(1e9, restMs), insert(insertIntervalMs, 10))).toBeLessThanOrEqual(0);
  expect(wait(batch(1e9, restMs - 30), insert(insertIntervalMs, 10))).toBe(30);
  expect(wait(batch(1e9, 60_000), insert(50, 10))).toBe(insertIntervalMs - 50);
});
