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
  expect(readSettings([]).ok).toBe(false);
  expect(readSettings({ windowsMs: null }).ok).toBe(false);
});
