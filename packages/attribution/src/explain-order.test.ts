import type { Touch } from '@rosi/events';
import { expect, test } from 'vitest';
import { unattributedTouch } from './credit-order.js';
import { explainOrder, type ModelVerdict, type TouchVerdict } from './explain-order.js';
import { describeUnattributed, describeVerdict } from './receipt-words.js';
import { defaultSettings } from './settings.js';

const HOUR_MS = 3_600_000;
const ORDERED_AT = Date.UTC(2026, 2, 10, 12);
const touchOf = (
  touchpointId: string,
  hoursBefore: number,
  stated: Partial<Touch> = {},
): Touch => ({
  ...unattributedTouch(ORDERED_AT - hoursBefore * HOUR_MS),
  touchpointId,
  type: 'click',
  platform: 'mastodon',
  medium: 'social',
  ...stated,
});
const settings = { ...defaultSettings, touchpointsMax: 3 };
const explain = (touches: readonly Touch[], net: number) =>
  explainOrder({ orderedAt: ORDERED_AT, net, touches, settings });
const words = {
  orderedAt: ORDERED_AT,
  settings,
  formatAmount: (minor: number) => `${(minor / 100).toFixed(2)} EUR`,
};
const shortly = (verdict: TouchVerdict): string =>
  `${verdict.touch.touchpointId}: ${
    verdict.eligible ? verdict.models.map(shortModel).join(' ') : verdict.reason
  }`;
const shortModel = (verdict: ModelVerdict): string =>
  verdict.credited ? String(verdict.credit) : verdict.reason;

const touches = [
  touchOf('late', -1),
  touchOf('visit', 0, { type: 'page', platform: '', medium: 'direct' }),
  touchOf('cut', 30),
  touchOf('b', 27),
  touchOf('a', 28),
  touchOf('old', 24, { type: 'view' }),
];

test('every touch of the person has a verdict, in order', () => {
  const receipt = explain(touches, 1001);
  expect(receipt.touches.map(shortly)).toEqual([
    'cut: cut_by_limit',
    'a: 1001 not_last not_last 501 501 499',
    'b: not_first not_last 1001 500 500 502',
    'old: outside_window',
    'visit: not_first 1001 direct_ignored direct_ignored direct_ignored direct_ignored',
    'late: after_order',
  ]);
  expect(receipt.cut).toBe(true);
  expect(receipt.unattributed).toEqual([]);
});

test('says it in sentences', () => {
  const receipt = explain(touches, 1001);
  expect(receipt.touches.map((verdict) => describeVerdict(verdict, words))).toEqual([
    'click cut (mastodon, social) of 2026-03-09T06:00:00.000Z, 1 day 6 hours before the order: ' +
      'not eligible, only the newest 3 eligible touchpoints count.',
    'click a (mastodon, social) of 2026-03-09T08:00:00.000Z, 1 day 4 hours before the order: ' +
      'credited 10.01 EUR by first_touch (100 %), 5.01 EUR by linear (50 %), ' +
      '5.01 EUR by position_based (50 %), 4.99 EUR by time_decay (49.9 %); ' +
      'nothing by last_touch, last_non_direct: it is not the last touchpoint that counts.',
    'click b (mastodon, social) of 2026-03-09T09:00:00.000Z, 1 day 3 hours before the order: ' +
      'credited 10.01 EUR by last_non_direct (100 %), 5.00 EUR by linear (50 %), ' +
      '5.00 EUR by position_based (50 %), 5.02 EUR by time_decay (50.1 %); ' +
      'nothing by first_touch: it is not the first touchpoint; ' +
      'nothing by last_touch: it is not the last touchpoint that counts.',
    'view old (mastodon, social) of 2026-03-09T12:00:00.000Z, 1 day before the order: ' +
      'not eligible, a touchpoint of type view counts less than 1 day before an order.',
    'page visit (direct) of 2026-03-10T12:00:00.000Z, at the time of the order: ' +
      'credited 10.01 EUR by last_touch (100 %); ' +
      'nothing by first_touch: it is not the first touchpoint; ' +
      'nothing by last_non_direct, linear, position_based, time_decay: ' +
      'a direct visit is ignored beside other touchpoints.',
    'click late (mastodon, social) of 2026-03-10T13:00:00.000Z, 1 hour after the order: ' +
      'not eligible, it came after the order.',
  ]);
});

test('a touch at the very time of the order may be cut, and did not come after it', () => {
  const receipt = explain(
    ['a', 'b', 'c', 'd'].map((id) => touchOf(id, 0)),
    3,
  );
  expect(receipt.touches.map(shortly)[0]).toBe('a: cut_by_limit');
});

test.each([
  [400, '400 milliseconds'],
  [1_000, '1 second'],
  [61_001, '1 minute 1 second'],
  [5_400_000, '1 hour 30 minutes'],
  [86_400_000 + 60_000, '1 day'],
  [2 * 86_400_000 + 3 * HOUR_MS + 60_000, '2 days 3 hours'],
])('%i ms are said by their largest unit and the next: %s', (ageMs, said) => {
  const [verdict] = explain([touchOf('a', ageMs / HOUR_MS)], 100).touches;
  expect(verdict && describeVerdict(verdict, words)).toContain(`, ${said} before the order: `);
});

test('a touch without platform and medium has no brackets', () => {
  const [verdict] = explain([touchOf('a', 0, { platform: '', medium: '' })], 100).touches;
  expect(verdict && describeVerdict(verdict, words)).toMatch(
    /^click a of 2026-03-10T12:00:00\.000Z, at the time of the order: /,
  );
});

test.each([
  [10 ** 8, '0.01 %'],
  [10 ** 8 - 1, 'below 0.01 %'],
])('a share of %i parts is said as %s', (share, said) => {
  const verdict = { model: 'linear', credited: true, credit: 1, share } as const;
  expect(describeUnattributed([verdict], words)).toContain(`(${said})`);
});

test('an order that nothing earned has its whole net at unattributed', () => {
  const receipt = explain([touchOf('late', -1)], 500);
  expect(receipt.unattributed.map(shortModel)).toEqual(['500', '500', '500', '500', '500', '500']);
  expect(describeUnattributed(receipt.unattributed, words)).toMatch(
    /^No touchpoint was eligible: credited 5\.00 EUR by first_touch \(100 %\), /,
  );
  expect(describeUnattributed(explain(touches, 1).unattributed, words)).toBe('');
});

test('an order refunded whole credits nothing', () => {
  const [verdict] = explain([touchOf('a', 1)], 0).touches;
  expect(verdict && shortly(verdict)).toBe(`a:${' net_zero'.repeat(6)}`);
  expect(verdict && describeVerdict(verdict, words)).toMatch(
    /: nothing by first_touch, .*, time_decay: nothing is left to credit after refunds\.$/,
  );
});

test('a weight without a share is told as such', () => {
  const zero = { ...settings, positionBased: { first: 50, last: 50 } };
  const three = [touchOf('a', 3), touchOf('b', 2), touchOf('c', 1)];
  const receipt = explainOrder({ orderedAt: ORDERED_AT, net: 9, touches: three, settings: zero });
  expect(receipt.touches.map(shortly)[1]).toBe('b: not_first not_last not_last 3 no_weight 3');
  expect(receipt.touches[1] && describeVerdict(receipt.touches[1], words)).toContain(
    '; nothing by position_based: its weight is too small for a share.',
  );
});
