/**
 * Laws of attribution at the door of its package, and a second opinion on every credit: plain
 * fractions of big integers, and powers of two to 200 bits, sharing no line with the package.
 */
import {
  type AttributionSettings,
  creditOrder,
  defaultSettings,
  explainOrder,
  isEligible,
  models,
  SHARE_WHOLE,
  selectEligible,
  touchTypes,
  unattributedTouch,
} from '@rosi/attribution';
import type { LedgerCredit, Touch } from '@rosi/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const DAY_MS = 86_400_000;
const ORDERED_AT = 100 * DAY_MS;

const touchedAt = fc.oneof(
  fc.integer({ min: ORDERED_AT - 35 * DAY_MS, max: ORDERED_AT + DAY_MS }),
  fc.integer({ min: -1, max: 31 }).map((days) => ORDERED_AT - days * DAY_MS),
);
const drawnTouch = fc.record({
  type: fc.constantFrom(...touchTypes),
  medium: fc.constantFrom('direct', 'social', 'email', ''),
  touchedAt,
});
const touches = fc
  .array(drawnTouch, { maxLength: 40 })
  .map((all) =>
    all.map((each, at): Touch => ({ ...unattributedTouch(0), ...each, touchpointId: `t${at}` })),
  );
const window = fc.integer({ min: 1, max: 40 * DAY_MS });
const settings: fc.Arbitrary<AttributionSettings> = fc.oneof(
  fc.constant(defaultSettings),
  fc.record({
    windowsMs: fc.record({
      click: window,
      page: window,
      interaction: window,
      view: window,
      coupon: window,
    }),
    touchpointsMax: fc.integer({ min: 1, max: 40 }),
    halfLifeMs: fc.integer({ min: DAY_MS, max: 60 * DAY_MS }),
    positionBased: fc
      .tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 }))
      .map(([first, last]) => ({ first, last: Math.min(last, 100 - first) })),
  }),
);
const net = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 10 ** 7 }), fc.nat({ max: 10 ** 15 }));

const creditAll = (all: readonly Touch[], amount: number, set: AttributionSettings) => {
  const selected = selectEligible(all, ORDERED_AT, set);
  const input = { touches: selected.touches, orderedAt: ORDERED_AT, net: amount, settings: set };
  return { ...selected, ...creditOrder(input) };
};
const sumOf = (rows: readonly LedgerCredit[], of: 'credit' | 'share'): number =>
  rows.reduce((sum, row) => sum + row[of], 0);

describe('laws of attribution', () => {
  test('conservation: each model gives the net and a share of 1, to the unit', () => {
    fc.assert(
      fc.property(touches, net, settings, (all, amount, set) => {
        const { credits } = creditAll(all, amount, set);
        for (const model of models) {
          const rows = credits.filter((row) => row.model === model);
          expect(sumOf(rows, 'credit')).toBe(amount);
          expect(sumOf(rows, 'share')).toBe(amount === 0 ? 0 : SHARE_WHOLE);
        }
        for (const { credit, share } of credits) {
          expect(credit >= 0 && share >= 0 && credit + share > 0).toBe(true);
        }
      }),
    );
  });

  test('order: how the touches come changes nothing', () => {
    const both = touches.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      ),
    );
    fc.assert(
      fc.property(both, net, settings, ([all, shuffled], amount, set) => {
        expect(creditAll(shuffled, amount, set)).toEqual(creditAll(all, amount, set));
      }),
    );
  });

  test('windows: a longer one loses no touch', () => {
    fc.assert(
      fc.property(touches, settings, fc.nat({ max: 40 * DAY_MS }), (all, set, more) => {
        const { click, page, interaction, view, coupon } = set.windowsMs;
        const windowsMs = {
          click: click + more,
          page: page + more,
          interaction: interaction + more,
          view: view + more,
          coupon: coupon + more,
        };
        for (const touch of all) {
          if (!isEligible(touch, ORDERED_AT, set)) continue;
          expect(isEligible(touch, ORDERED_AT, { ...set, windowsMs })).toBe(true);
        }
      }),
    );
  });

  test('limit: what is cut is older than whatever is kept', () => {
    fc.assert(
      fc.property(touches, settings, (all, set) => {
        const unlimited = selectEligible(all, ORDERED_AT, { ...set, touchpointsMax: 10_000 });
        const { touches: kept, cut } = selectEligible(all, ORDERED_AT, set);
        expect(cut).toBe(unlimited.touches.length > set.touchpointsMax);
        expect(kept).toEqual(unlimited.touches.slice(-set.touchpointsMax));
      }),
    );
  });

  test('receipt: it says the very credits, and leaves no touch without a verdict', () => {
    fc.assert(
      fc.property(touches, net, settings, (all, amount, set) => {
        const receipt = explainOrder({
          orderedAt: ORDERED_AT,
          net: amount,
          touches: all,
          settings: set,
        });
        expect(receipt.touches.length).toBe(all.length);
        const verdicts = receipt.touches.flatMap((each) => (each.eligible ? each.models : []));
        const said = [...verdicts, ...receipt.unattributed].filter((each) => each.credited);
        const { credits } = creditAll(all, amount, set);
        const plain = (rows: readonly { model: string; credit: number; share: number }[]) =>
          rows.map(({ model, credit, share }) => `${model} ${credit} ${share}`).sort();
        expect(plain(said)).toEqual(plain(credits));
      }),
    );
  });
});

describe('a second opinion on the credits', () => {
  test('agrees with every model', () => {
    let compared = 0;
    fc.assert(
      fc.property(touches, fc.nat({ max: 10 ** 8 }), settings, (all, amount, set) => {
        const { touches: seen, credits } = creditAll(all, amount, set);
        if (amount === 0 || seen[0]?.type === '') return;
        for (const model of models) {
          const expected = secondOpinion(model, seen, amount, set);
          if (expected === 'too close to call') continue;
          compared += 1;
          const parts = new Array<number>(seen.length).fill(0);
          for (const row of credits) if (row.model === model) parts[row.touch] = row.credit;
          expect({ model, parts }).toEqual({ model, parts: expected });
        }
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(800);
  });
});

/** The credit of each touch by the words of the contract. */
function secondOpinion(
  model: string,
  seen: readonly Touch[],
  amount: number,
  set: AttributionSettings,
): number[] | 'too close to call' {
  const paid = seen.filter((touch) => touch.medium !== 'direct');
  const looksAtAll = model === 'first_touch' || model === 'last_touch' || paid.length === 0;
  const counted = looksAtAll ? seen : paid;
  const parts = shareOut(
    amount,
    counted.map((touch, at) => weightOf(model, touch, at, counted.length, set)),
    model === 'time_decay',
  );
  if (typeof parts === 'string') return parts;
  return seen.map((touch) => parts[counted.indexOf(touch)] ?? 0);
}

function weightOf(
  model: string,
  touch: Touch,
  at: number,
  count: number,
  set: AttributionSettings,
): bigint {
  const { first, last } = set.positionBased;
  const middles = BigInt(count - 2);
  switch (model) {
    case 'first_touch':
      return at === 0 ? 1n : 0n;
    case 'last_touch':
    case 'last_non_direct':
      return at === count - 1 ? 1n : 0n;
    case 'linear':
      return 1n;
    case 'position_based':
      if (count < 3) return 1n;
      if (at === 0) return BigInt(first) * middles;
      return at === count - 1 ? BigInt(last) * middles : BigInt(100 - first - last);
    default:
      return halved(ORDERED_AT - touch.touchedAt, set.halfLifeMs);
  }
}

const BITS = 200n;
const ONE = 1n << BITS;
/** ln 2 to 60 digits. */
const LN2 = (693147180559945309417232121458176568075500134360255254120680n * ONE) / 10n ** 60n;

/** 2^(−age / halfLife) in units of 2^−200, by the series of the exponential function. */
function halved(ageMs: number, halfLifeMs: number): bigint {
  const periods = BigInt(ageMs) / BigInt(halfLifeMs);
  const x = (LN2 * (BigInt(ageMs) % BigInt(halfLifeMs))) / BigInt(halfLifeMs);
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = -(term * x) / (ONE * n);
    sum += term;
  }
  return sum >> periods;
}

/**
 * Floors, then a unit each to the largest fractions. Weights that are rounded (to 53 bits by the
 * package) may decide differently between fractions that agree to five digits.
 */
function shareOut(
  amount: number,
  weights: readonly bigint[],
  rounded: boolean,
): number[] | 'too close to call' {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const shares = weights.map((weight, at) => {
    const product = BigInt(amount) * weight;
    return { at, weight, part: Number(product / total), cut: product % total };
  });
  const left = amount - shares.reduce((sum, { part }) => sum + part, 0);
  const ranked = [...shares].sort((a, b) =>
    a.cut === b.cut ? a.at - b.at : a.cut > b.cut ? -1 : 1,
  );
  const close = (a: bigint, b: bigint): boolean => (a > b ? a - b : b - a) * 100_000n < total;
  const [served, unserved] = [ranked[left - 1], ranked[left]];
  if (rounded) {
    const border = served && unserved && served.weight !== unserved.weight;
    if (border && close(served.cut, unserved.cut)) return 'too close to call';
    if (shares.some(({ cut }) => close(cut, 0n) || close(cut, total))) {
      if (weights.length > 1) return 'too close to call';
    }
  }
  return shares.map(({ at, part }) => part + (ranked.findIndex((r) => r.at === at) < left ? 1 : 0));
}
