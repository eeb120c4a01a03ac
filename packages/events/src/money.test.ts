import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyDigits, formatMoney, minorUnitsMax, parseMoney } from './money.js';

const minor = (value: unknown, currency: string) => {
  const result = parseMoney(value, currency);
  return result.ok ? result.minor : result.code;
};

describe('parseMoney', () => {
  it.each([
    ['129.90', 'EUR', 12990],
    ['129.9', 'EUR', 12990],
    ['129', 'EUR', 12900],
    ['0', 'EUR', 0],
    ['0.05', 'EUR', 5],
    ['007.50', 'EUR', 750],
    [129.9, 'EUR', 12990],
    [0.1, 'EUR', 10],
    [-0, 'EUR', 0],
    [1e3, 'JPY', 1000],
    ['1500', 'JPY', 1500],
    ['1.234', 'KWD', 1234],
    ['1.2345', 'CLF', 12345],
    ['9999999999999.99', 'EUR', minorUnitsMax],
    ['0000000000000000000001', 'JPY', 1],
    ['1', 'XCG', 100],
  ])('%s %s is %s', (value, currency, expected) => {
    expect(minor(value, currency)).toBe(expected);
  });

  it.each([
    ['1.234', 'EUR', 'amount_too_precise'],
    ['1.230', 'EUR', 'amount_too_precise'],
    ['1500.0', 'JPY', 'amount_too_precise'],
    [1e-7, 'EUR', 'amount_too_precise'],
    [0.1 + 0.2, 'EUR', 'amount_too_precise'],
    ['-1', 'EUR', 'amount_negative'],
    [-1.5, 'EUR', 'amount_negative'],
    [-1e21, 'EUR', 'amount_negative'],
    ['10000000000000', 'EUR', 'amount_too_large'],
    [1e21, 'EUR', 'amount_too_large'],
    [1.5e300, 'JPY', 'amount_too_large'],
    ['9'.repeat(1_000_000), 'JPY', 'amount_too_large'],
    ['+1', 'EUR', 'amount_invalid'],
    [' 1 ', 'EUR', 'amount_invalid'],
    ['1,00', 'EUR', 'amount_invalid'],
    ['1.', 'EUR', 'amount_invalid'],
    ['.5', 'EUR', 'amount_invalid'],
    ['1e3', 'EUR', 'amount_invalid'],
    ['', 'EUR', 'amount_invalid'],
    ['NaN', 'EUR', 'amount_invalid'],
    [Number.NaN, 'EUR', 'amount_invalid'],
    [Number.POSITIVE_INFINITY, 'EUR', 'amount_invalid'],
    [true, 'EUR', 'amount_invalid'],
    ['١', 'EUR', 'amount_invalid'],
    ['1', 'eur', 'currency_unknown'],
    ['1', 'ABC', 'currency_unknown'],
    ['1', 'XXX', 'currency_unknown'],
    ['1', 'XAU', 'currency_unknown'],
    ['1', '', 'currency_unknown'],
    ['1', '__proto__', 'currency_unknown'],
  ])('%s %s is %s', (value, currency, expected) => {
    expect(minor(value, currency)).toBe(expected);
  });

  it('reads back what formatMoney writes, for every currency', () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'HUF', 'COP');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: minorUnitsMax }), currencies, (amount, currency) => {
        expect(minor(formatMoney(amount, currency), currency)).toBe(amount);
      }),
    );
  });

  it('takes a JSON number by its shortest decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (amount) => {
        expect(minor(JSON.parse(formatMoney(amount, 'EUR')), 'EUR')).toBe(amount);
      }),
    );
  });
});

describe('formatMoney', () => {
  it('writes all digits, and signs', () => {
    expect(formatMoney(5, 'EUR')).toBe('0.05');
    expect(formatMoney(-12990, 'EUR')).toBe('-129.90');
    expect(formatMoney(1500, 'JPY')).toBe('1500');
    expect(formatMoney(1, 'KWD')).toBe('0.001');
  });

  it('refuses what is no money', () => {
    expect(() => formatMoney(1, 'ABC')).toThrow('ABC');
    expect(() => formatMoney(1.5, 'EUR')).toThrow('1.5');
  });
});

it('takes digits from ISO 4217, not from Intl', () => {
  expect(currencyDigits('HUF')).toBe(2);
  expect(currencyDigits('JPY')).toBe(0);
  expect(currencyDigits('jpy')).toBeUndefined();
});
