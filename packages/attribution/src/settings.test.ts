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
});

test.each([[], null, 'settings', 5])('%j is no object of settings', (stated) => {
  const [top, nested] = [readSettings(stated), readSettings({ position_based: stated })];
  expect(top).toEqual({ ok: false, problems: ['settings must be an object'] });
  expect(nested).toEqual({ ok: false, problems: ['position_based must be an object'] });
});

test.each([
  { first: 0, last: 100 },
  { first: 100, last: 0 },
])('limits belong to what is allowed, as do %j percent', (position_based) => {
  const stated = { windows_days: { click: 3653 }, touchpoints_max: 10_000, half_life_days: 3653 };
  const { settings } = readOk({ ...stated, position_based });
  expect(stateSettings(settings)).toMatchObject({ ...stated, position_based });
});

test('what is beyond a limit is named', () => {
  const reading = readSettings({
    windows_days: { click: 3653.001, view: 0 },
    touchpoints_max: 10_001,
    position_based: { first: -1, last: 101 },
  });
  expect(reading).toEqual({
    ok: false,
    problems: [
      'windows_days.click must be a number of days above 0, at most 3653',
      'windows_days.view must be a number of days above 0, at most 3653',
      'touchpoints_max must be a whole number from 1 to 10000',
      'position_based.first must be a whole number from 0 to 100',
      'position_based.last must be a whole number from 0 to 100',
    ],
  });
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
