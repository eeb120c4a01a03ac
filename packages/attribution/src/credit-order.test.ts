import type { Touch } from '@rosi/events';
import { describe, expect, test } from 'vitest';
import { creditOrder, unattributedTouch } from './credit-order.js';
import { type Model, models, SHARE_WHOLE } from './models.js';
import { type AttributionSettings, defaultSettings } from './settings.js';

const DAY_MS = 86_400_000;
const ORDERED_AT = 100 * DAY_MS;

/** Touches so many days before the order, with the media given. */
const touchesOf = (...stated: readonly (readonly [daysBefore: number, medium: string])[]) =>
  stated.map(
    ([days, medium], at): Touch => ({
      ...unattributedTouch(ORDERED_AT - days * DAY_MS),
      touchpointId: `t${at}`,
      type: 'click',
      medium,
    }),
  );
const credit = (
  touches: readonly Touch[],
  net: number,
  settings: AttributionSettings = defaultSettings,
) => creditOrder({ touches, orderedAt: ORDERED_AT, net, settings });
const creditsOf = (touches: readonly Touch[], net: number, model: Model) =>
  credit(touches, net)
    .credits.filter((row) => row.model === model)
    .map((row) => [row.touch, row.credit]);

describe('models', () => {
  const mixed = touchesOf([14, 'direct'], [7, 'social'], [7, 'email'], [0, 'direct']);

  test.each<[Model, number[][]]>([
    ['first_touch', [[0, 101]]],
    ['last_touch', [[3, 101]]],
    ['last_non_direct', [[2, 101]]],
    [
      'linear',
      [
        [1, 51],
        [2, 50],
      ],
    ],
    [
      'position_based',
      [
        [1, 51],
        [2, 50],
      ],
    ],
    [
      'time_decay',
      [
        [1, 51],
        [2, 50],
      ],
    ],
  ])('%s ignores direct unless it is the first or the last', (model, expected) => {
    expect(creditsOf(mixed, 101, model)).toEqual(expected);
  });

  test('direct counts when nothing else is eligible', () => {
    const direct = touchesOf([7, 'direct'], [0, 'direct']);
    expect(creditsOf(direct, 100, 'last_non_direct')).toEqual([[1, 100]]);
    expect(creditsOf(direct, 100, 'time_decay')).toEqual([
      [0, 33],
      [1, 67],
    ]);
  });

  test('position_based gives 40 / 20 / 40', () => {
    const four = touchesOf([4, 'social'], [3, 'social'], [2, 'social'], [1, 'social']);
    expect(creditsOf(four, 1000, 'position_based').map(([, part]) => part)).toEqual([
      400, 100, 100, 400,
    ]);
    expect(creditsOf(four, 7, 'position_based').map(([, part]) => part)).toEqual([3, 1, 0, 3]);
  });

  test('a single touch has all of every model', () => {
    const { credits } = credit(touchesOf([3, 'direct']), 999);
    expect(credits.map((row) => row.model)).toEqual(models);
    expect(new Set(credits.map((row) => `${row.touch} ${row.credit} ${row.share}`))).toEqual(
      new Set([`0 999 ${SHARE_WHOLE}`]),
    );
  });
});

describe('rows', () => {
  test('stand for every share, also where it comes to no unit', () => {
    const three = touchesOf([3, 'social'], [2, 'social'], [1, 'social']);
    expect(creditsOf(three, 1, 'linear')).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
    const shares = credit(three, 1).credits.filter((row) => row.model === 'linear');
    expect(shares.map((row) => row.share)).toEqual([333333333334, 333333333333, 333333333333]);
  });

  test('stand for no touch without a share', () => {
    const settings = { ...defaultSettings, positionBased: { first: 50, last: 50 } };
    const three = touchesOf([3, 'social'], [2, 'social'], [1, 'social']);
    const rows = credit(three, 100, settings).credits;
    expect(rows.filter((row) => row.model === 'position_based').map((row) => row.touch)).toEqual([
      0, 2,
    ]);
  });

  test('stand for every unit, even where a huge net outdoes the smallest share', () => {
    const settings = { ...defaultSettings, halfLifeMs: DAY_MS };
    const rows = credit(touchesOf([41, 'social'], [0, 'social']), 10 ** 13, settings).credits;
    const decay = rows.filter((row) => row.model === 'time_decay');
    expect(decay.map((row) => [row.touch, row.credit, row.share])).toEqual([
      [0, 5, 0],
      [1, 10 ** 13 - 5, SHARE_WHOLE],
    ]);
  });

  test('are none for a net of 0', () => {
    const touches = touchesOf([1, 'social']);
    expect(credit(touches, 0)).toEqual({ touches, credits: [] });
    expect(credit([], 0).credits).toEqual([]);
  });

  test('give the whole net to unattributed when nothing is eligible', () => {
    const { touches, credits } = credit([], 1234);
    const dimensions = {
      ...{ platform: '', medium: '', mediaType: '', postId: '', influencerId: '' },
      ...{ campaignId: '', linkId: '', programId: '', utmCampaign: '', couponCode: '' },
    };
    expect(touches).toEqual([
      { touchpointId: 'unattributed', type: '', touchedAt: ORDERED_AT, ...dimensions },
    ]);
    expect(credits).toEqual(
      models.map((model) => ({ model, touch: 0, credit: 1234, share: SHARE_WHOLE })),
    );
  });
});

describe('what selectEligible does not give is a broken invariant', () => {
  const two = touchesOf([2, 'social'], [1, 'social']);
  test.each<[string, () => unknown]>([
    ['out of order', () => credit([...two].reverse(), 1)],
    ['after the order', () => credit(touchesOf([-1, 'social']), 1)],
    ['over the limit', () => credit(two, 1, { ...defaultSettings, touchpointsMax: 1 })],
    ['whole number', () => credit(two, 1.5)],
    ['whole number', () => credit(two, -1)],
  ])('%s', (message, run) => {
    expect(run).toThrow(message);
  });
});
