import type { Touch } from '@rosi/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unattributedTouch } from './credit-order.js';
import { compareTouches, isEligible, selectEligible } from './eligibility.js';
import { defaultSettings, touchTypes } from './settings.js';

const DAY_MS = 86_400_000;
const ORDERED_AT = 100 * DAY_MS;
const touchOf = (stated: Partial<Touch>): Touch => ({
  ...unattributedTouch(ORDERED_AT),
  touchpointId: 't',
  type: 'click',
  ...stated,
});

describe('the window', () => {
  test.each([
    ['click', 30],
    ['page', 30],
    ['interaction', 7],
    ['view', 1],
  ])('of a %s is %i days, open at its old end and closed at the order', (type, days) => {
    const eligible = (ageMs: number): boolean =>
      isEligible(touchOf({ type, touchedAt: ORDERED_AT - ageMs }), ORDERED_AT, defaultSettings);
    expect(eligible(days * DAY_MS)).toBe(false);
    expect(eligible(days * DAY_MS - 1)).toBe(true);
    expect(eligible(0)).toBe(true);
    expect(eligible(-1)).toBe(false);
  });

  test('a coupon stands at its order', () => {
    expect(isEligible(touchOf({ type: 'coupon' }), ORDERED_AT, defaultSettings)).toBe(true);
  });

  test('what is no type of touchpoint is a broken invariant', () => {
    const lead = touchOf({ type: 'lead' });
    expect(() => isEligible(lead, ORDERED_AT, defaultSettings)).toThrow('"lead"');
  });
});

const touch = fc
  .record({
    touchpointId: fc.string({ unit: fc.constantFrom('a', 'é', '\uFFFD', '😀'), maxLength: 3 }),
    type: fc.constantFrom(...touchTypes),
    touchedAt: fc.integer({ min: ORDERED_AT - 40 * DAY_MS, max: ORDERED_AT + DAY_MS }),
  })
  .map(touchOf);

test('touches are in order of time, then of the bytes of their ids', () => {
  const sameTime = touch.map((each) => ({ ...each, touchedAt: 0 }));
  fc.assert(
    fc.property(touch, touch, sameTime, sameTime, (a, b, c, d) => {
      expect(Math.sign(compareTouches(c, d))).toBe(
        Buffer.compare(Buffer.from(c.touchpointId), Buffer.from(d.touchpointId)),
      );
      if (a.touchedAt !== b.touchedAt) {
        expect(Math.sign(compareTouches(a, b))).toBe(Math.sign(a.touchedAt - b.touchedAt));
      }
    }),
  );
});

test('the newest eligible up to the limit are selected, in order', () => {
  const touches = [5, 3, 4, 1, 2, 40].map((days) =>
    touchOf({ touchpointId: `t${days}`, touchedAt: ORDERED_AT - days * DAY_MS }),
  );
  const select = (touchpointsMax: number) => {
    const settings = { ...defaultSettings, touchpointsMax };
    const { touches: selected, cut } = selectEligible(touches, ORDERED_AT, settings);
    return { ids: selected.map((each) => each.touchpointId), cut };
  };
  expect(select(3)).toEqual({ ids: ['t3', 't2', 't1'], cut: true });
  expect(select(5)).toEqual({ ids: ['t5', 't4', 't3', 't2', 't1'], cut: false });
});
