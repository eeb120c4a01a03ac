import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, parseTime, parseTimeOrDate } from './time.js';

const iso = (text: string) => {
  const ms = parseTime(text);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('parseTime', () => {
  it.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00.9999Z', '2026-03-01T10:00:00.999Z'],
    ['2026-03-01T10:00:00,5Z', '2026-03-01T10:00:00.500Z'],
    ['2026-03-01T10:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01 10:00:00z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00+01:00', '2026-03-01T09:00:00.000Z'],
    ['2026-03-01T00:30:00+0130', '2026-02-28T23:00:00.000Z'],
    ['2026-03-01T10:00:00-05', '2026-03-01T15:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0050-01-01T00:00:00.000Z', '0050-01-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    ['2026-03-01T10:00:00'],
    ['2026-03-01'],
    ['2026-02-29T10:00:00Z'],
    ['2026-02-29T10:00:00.000Z'],
    ['2026-04-31T10:00:00.000Z'],
    ['2026-03-01T24:00:00.000Z'],
    ['2026-03-01T10:60:00.000Z'],
    ['2026-13-01T10:00:00Z'],
    ['2026-00-01T10:00:00Z'],
    ['2026-03-01T24:00:00Z'],
    ['2026-03-01T10:60:00Z'],
    ['2026-03-01T10:00:61Z'],
    ['2026-03-01T10:00:00+24:00'],
    ['1772359200000'],
    ['Sun, 01 Mar 2026 10:00:00 GMT'],
    [' 2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00Z\n'],
    ['now'],
    [''],
  ])('%j is none', (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it('reads what Date writes', () => {
    const dates = fc.date({
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

it('reads days that the calendar has', () => {
  expect(parseDate('2026-03-01')).toBe('2026-03-01');
  expect(parseDate('2026-02-30')).toBeNull();
  expect(parseTimeOrDate('2026-03-01')).toBe(Date.UTC(2026, 2, 1));
  expect(parseTimeOrDate('2026-03-01T10:00:00Z')).toBe(Date.UTC(2026, 2, 1, 10));
  expect(parseTimeOrDate('soon')).toBeNull();
});
