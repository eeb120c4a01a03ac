import { expect, test } from 'vitest';
import { defaultSettings, readSettings, stateSettings } from './settings.js';

test('what is absent has its default', () => {
  expect(readSettings(undefined)).toEqual({ ok: true, settings: defaultSettings });
  expect(readSettings({})).toEqual({ ok: true, settings: defaultSettings });
  const reading = readSettings({ windows_days: { view: 0.5 }, position_based: { first: 60 } });
  expect(reading).toEqual({
    ok: true,
    settings: {
      ...defaultSettings,
      windowsMs: { ...defaultSettings.windowsMs, view: 43_200_000 },
      positionBased: { first: 60, last: 40 },
    },
  });
});

test('all problems are told together', () => {
  const reading = readSettings({
    windows_days: { click: 0, swipe: 1 },
    touchpoints_max: 1.5,
    half_life_days: '7',
    position_based: { first: 61, last: 40 },
    window: 1,
  });
  expect(reading).toEqual({
    ok: false,
    problems: [
      'settings has no field "window"',
      'windows_days has no field "swipe"',
      'windows_days.click must be a number of days above 0, at most 3653',
      'touchpoints_max must be a whole number from 1 to 10000',
      'half_life_days must be a number of days above 0, at most 3653',
      'position_based.first and position_based.last together must be at most 100',
    ],
  });
  expect(readSettings([]).ok).toBe(false);
  expect(readSettings({ windows_days: null }).ok).toBe(false);
});

test('settings that were stated read as what they were', () => {
  const { settings } = readOk({ windows_days: { view: 1 / 3 }, half_life_days: 2.5 });
  expect(readOk(stateSettings(settings)).settings).toEqual(settings);
  expect(readOk(JSON.parse(JSON.stringify(stateSettings(defaultSettings)))).settings).toEqual(
    defaultSettings,
  );
});

function readOk(stated: unknown) {
  const reading = readSettings(stated);
  if (!reading.ok) throw new Error(reading.problems.join('; '));
  return reading;
}
