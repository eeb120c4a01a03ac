import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decayWeights, exactWeights } from './decay-weights.js';
import { splitByDecay, splitQuickly } from './split-by-decay.js';
import { splitByPosition, splitEqually } from './split-equally.js';
import { splitMoney } from './split-money.js';

const amount = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.maxSafeNat(),
  fc.constant(10 ** 12),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const sumOf = (parts: ArrayLike<number>): bigint =>
  Array.from(parts, BigInt).reduce((sum, part) => sum + part, 0n);

describe('splitMoney', () => {
  test('floors, then hands the rest to the largest fractions, ties to the earlier', () => {
    expect(splitMoney(10, [1n, 1n, 1n])).toEqual([4, 3, 3]);
    expect(splitMoney(100, [1n, 2n, 3n])).toEqual([17, 33, 50]);
    expect(splitMoney(5, [1n, 3n, 1n, 3n])).toEqual([1, 2, 0, 2]);
    expect(splitMoney(1, [1n, 2n, 2n])).toEqual([0, 1, 0]);
    expect(splitMoney(7, [0n, 1n, 0n])).toEqual([0, 7, 0]);
    expect(() => splitMoney(7, [0n, 0n])).toThrow('weight above 0');
  });

  test('conserves; each part is within one unit of its share', () => {
    const weights = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 30n }), { minLength: 1, maxLength: 30 })
      .filter((all) => all.some((weight) => weight > 0n));
    fc.assert(
      fc.property(amount, weights, (whole, all) => {
        const parts = splitMoney(whole, all);
        expect(sumOf(parts)).toBe(BigInt(whole));
        const total = all.reduce((sum, weight) => sum + weight, 0n);
        parts.forEach((part, at) => {
          const off = BigInt(part) * total - BigInt(whole) * all[at]!;
          expect(off < total && -off < total).toBe(true);
        });
      }),
    );
  });
});

describe('the splits by integers give the very result of splitMoney', () => {
  const count = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 10_000 }));

  test('equally', () => {
    fc.assert(
      fc.property(amount, count, (whole, parts) => {
        const weights = new Array<bigint>(parts).fill(1n);
        expect(splitEqually(whole, parts)).toEqual(splitMoney(whole, weights));
      }),
    );
  });

  test('by position, with any percentages', () => {
    const percent = fc.integer({ min: 0, max: 100 });
    const percents = fc.tuple(percent, percent).map(([first, some]) => ({
      first,
      last: Math.min(some, 100 - first),
    }));
    fc.assert(
      fc.property(amount, count, percents, (whole, parts, { first, last }) => {
        const middles = BigInt(parts - 2);
        const weights = new Array<bigint>(parts).fill(BigInt(100 - first - last));
        weights[0] = BigInt(first) * middles;
        weights[parts - 1] = BigInt(last) * middles;
        const expected = splitMoney(whole, parts > 2 ? weights : weights.map(() => 1n));
        expect(splitByPosition(whole, parts, { first, last })).toEqual(expected);
      }),
    );
  });
});

const DAY_MS = 86_400_000;

describe('decay weights', () => {
  const ages = (...days: number[]): Float64Array => Float64Array.from(days, (day) => day * DAY_MS);

  test('halve with every half-life, exactly', () => {
    expect([...decayWeights(ages(21, 14, 7, 0), 7 * DAY_MS)]).toEqual([0.125, 0.25, 0.5, 1]);
    const [older, newer] = decayWeights(ages(10, 3), 7 * DAY_MS);
    expect(older).toBe((newer ?? 0) / 2);
  });

  test('are relative to the period of the newest; what is out of reach has none', () => {
    expect([...decayWeights(ages(7 * 66, 7 * 65, 7), 7 * DAY_MS)]).toEqual([0, 2 ** -64, 1]);
    expect([...exactWeights(Float64Array.of(0, 2 ** -64, 1))]).toEqual([0n, 1n << 53n, 1n << 117n]);
  });

  test('are 2^(−age / half-life) to the last bits', () => {
    const halfLife = fc.integer({ min: 1, max: 400 * DAY_MS });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 * DAY_MS }), halfLife, (age, halfLifeMs) => {
        const [weight] = decayWeights(Float64Array.of(age), halfLifeMs);
        const fraction = (age % halfLifeMs) / halfLifeMs;
        expect(Math.abs((weight ?? 0) / 2 ** -fraction - 1)).toBeLessThan(2 ** -50);
      }),
    );
  });
});

describe('splitting by decay', () => {
  const age = fc.oneof(
    fc.integer({ min: 0, max: 30 * DAY_MS }),
    fc.integer({ min: 0, max: 30 }).map((days) => days * DAY_MS),
  );
  const weights = fc
    .tuple(
      fc.array(age, { minLength: 2, maxLength: 120 }),
      fc.constantFrom(7 * DAY_MS, DAY_MS, 3_600_000),
    )
    .map(([ages, halfLifeMs]) =>
      decayWeights(Float64Array.from(ages).sort().reverse(), halfLifeMs),
    );

  test('gives the very result of splitMoney', () => {
    fc.assert(
      fc.property(amount, weights, (whole, all) => {
        expect(Array.from(splitByDecay(whole, all))).toEqual(splitMoney(whole, exactWeights(all)));
      }),
      { numRuns: 300 },
    );
  });

  test('the quick way is equal where it answers, and does answer', () => {
    const spread = fc
      .array(fc.integer({ min: 0, max: 30 * DAY_MS }), { minLength: 2, maxLength: 120 })
      .map((ages) => decayWeights(Float64Array.from(ages).sort().reverse(), 7 * DAY_MS));
    let answered = 0;
    const runs = 300;
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 10 ** 15 }), spread, (whole, all) => {
        const quick = splitQuickly(whole, all);
        if (quick === undefined) return;
        answered += 1;
        expect([...quick]).toEqual(splitMoney(whole, exactWeights(all)));
      }),
      { numRuns: runs },
    );
    expect(answered).toBeGreaterThan(runs * 0.6);
  });

  test('the quick way serves the earlier of equal weights', () => {
    expect([...(splitQuickly(9, Float64Array.of(0.5, 0.5)) ?? [])]).toEqual([5, 4]);
    const days = fc
      .array(fc.constantFrom(8, 5, 3, 2), { minLength: 20, maxLength: 120 })
      .map((ages) => decayWeights(Float64Array.from(ages).sort().reverse(), 7));
    let answered = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 10 ** 15 }), days, (whole, all) => {
        const quick = splitQuickly(whole, all);
        if (quick === undefined) return;
        answered += 1;
        expect([...quick]).toEqual(splitMoney(whole, exactWeights(all)));
      }),
    );
    expect(answered).toBeGreaterThan(60);
  });

  test.each([
    ['below a whole number', 2 ** 53 - 1, [0.5625, 0.75, 0.9375, 1]],
    ['above one', 9_006_551_891_091_587, [0.1767578125, 0.2216796875, 0.376953125]],
    ['above one too', 9_006_845_302_553_194, [0.0498046875, 0.8984375, 0.880859375]],
  ])('the quick way answers where a huge share was rounded to %s', (_, whole, all) => {
    const exact = splitMoney(whole, exactWeights(Float64Array.from(all)));
    expect([...(splitQuickly(whole, Float64Array.from(all)) ?? [])]).toEqual(exact);
  });

  test('the quick way refuses what it can not prove', () => {
    expect(splitQuickly(10, Float64Array.of(1, 1))).toBeUndefined();
    expect(splitQuickly(2, Float64Array.of(0.25, 0.5, 0.75))).toBeUndefined();
    expect(splitQuickly(2, Float64Array.of(0.25, 0.75))).toBeUndefined();
    expect(splitQuickly(3, Float64Array.of(2 ** -60, 1))).toBeUndefined();
    expect(splitQuickly(4, Float64Array.of(0.25, 0.3125, 0.4375 + 2 ** -24))).toBeUndefined();
    expect(Array.from(splitByDecay(2, Float64Array.of(0.25, 0.5, 0.75)))).toEqual([0, 1, 1]);
    expect(Array.from(splitByDecay(2, Float64Array.of(0.25, 0.75)))).toEqual([1, 1]);
    expect(Array.from(splitByDecay(3, Float64Array.of(2 ** -60, 1)))).toEqual([0, 3]);
  });
});
