/** The fixed-point weight against exact and well-known values. */
import { expect, it } from 'vitest';
import { halfLifeWeight } from './half-life.js';

const weekMs = 604_800_000;

it('is exact at whole half-lives', () => {
  expect(halfLifeWeight(0)).toBe(1n << 384n);
  expect(halfLifeWeight(weekMs)).toBe(1n << 383n);
  expect(halfLifeWeight(3 * weekMs)).toBe(1n << 381n);
});

it('keeps exact proportion between ages that are whole half-lives apart', () => {
  expect(halfLifeWeight(12_345)).toBe(halfLifeWeight(12_345 + 2 * weekMs) * 4n);
});

it('squares to a half at half a half-life, to more than 250 bits', () => {
  const weight = halfLifeWeight(weekMs / 2);
  const error = weight * weight - (1n << 767n);
  expect((error < 0n ? -error : error) >> (768n - 250n)).toBe(0n);
});

it('agrees with the double to its precision', () => {
  for (const age of [1, 86_400_000, 604_799_999, 2_591_999_999]) {
    const double = Number(halfLifeWeight(age) >> 320n) / 2 ** 64;
    expect(Math.abs(double - 2 ** (-age / weekMs))).toBeLessThan(1e-15);
  }
});

it('falls with every millisecond', () => {
  expect(halfLifeWeight(1_000)).toBeGreaterThan(halfLifeWeight(1_001));
});
