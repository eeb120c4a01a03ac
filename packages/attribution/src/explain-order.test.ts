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
});
