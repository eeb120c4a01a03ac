import { expect, test } from 'vitest';
import { defaultSettings, readSettings } from './settings.js';

test('what is absent has its default', () => {
  expect(readSettings(undefined)).toEqual({ ok: true, settings: defaultSettings });
  expect(readSettings({})).toEqual({ ok: true, settings: defaultSettings });
  const reading = readSettings({ windowsMs: { view: 5 }, positionBased: { first: 60 } });
  expect(reading).toEqual({
    ok: true,
    settings: {
      ...defaultSettings,
      windowsMs: { ...defaultSettings.windowsMs, view: 5 },
      positionBased: { first: 60, last: 40 },
    },
  });
});

test('all problems are told together', () => {
  const reading = readSettings({
    windowsMs: { click: 0, swipe: 1 },
    touchpointsMax: 1.5,
    halfLifeMs: '7',
    positionBased: { first: 61, last: 40 },
    window: 1,
  });
  expect(reading).toEqual({
    ok: false,
    problems: [
      'settings has no field "window"',
      'windowsMs has no field "swipe"',
      'windowsMs.click must be a whole number from 1 to 315619200000',
      'touchpointsMax must be a whole number from 1 to 10000',
      'halfLifeMs must be a whole number from 1 to 315619200000',
      'positionBased.first and positionBased.last together must be at most 100',
    ],
  });
});

test.each([[], null, 'settings', 5])('%j is no object of settings', (stated) => {
  const [top, nested] = [readSettings(stated), readSettings({ positionBased: stated })];
  expect(top).toEqual({ ok: false, problems: ['settings must be an object'] });
  expect(nested).toEqual({ ok: false, problems: ['positionBased must be an object'] });
});

test('limits belong to what is allowed, and each is named', () => {
  const largest = { click: 315_619_200_000, page: 1 };
  for (const positionBased of [
    { first: 0, last: 100 },
    { first: 100, last: 0 },
  ]) {
    const stated = { windowsMs: largest, touchpointsMax: 10_000, halfLifeMs: 1, positionBased };
    expect(readSettings(stated)).toMatchObject({ ok: true, settings: stated });
  }
  const reading = readSettings({
    windowsMs: { click: 315_619_200_001 },
    touchpointsMax: 10_001,
    positionBased: { first: -1, last: 101 },
  });
  expect(reading).toEqual({
    ok: false,
    problems: [
      'windowsMs.click must be a whole number from 1 to 315619200000',
      'touchpointsMax must be a whole number from 1 to 10000',
      'positionBased.first must be a whole number from 0 to 100',
      'positionBased.last must be a whole number from 0 to 100',
    ],
  });
});
