/**
 * Money as integers of minor units by ISO 4217. An amount is read from its decimal digits alone,
 * never through binary fractions, so nothing is ever rounded.
 */
import currencyCodes from 'currency-codes';
import type { RejectionCode } from './rejection.js';

/** Largest amount, in minor units: sums of 9,000 such amounts stay exact in 64 bits. */
export const minorUnitsMax = 999_999_999_999_999;

/** Codes of ISO 4217 that have no minor unit: metals, baskets, testing, "no currency". */
const withoutMinorUnit: ReadonlySet<string> = new Set([
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
]);

/** Assigned by ISO after the list of the library was made. */
const assignedSince: readonly (readonly [code: string, digits: number])[] = [['XCG', 2]];

const digitsByCurrency: ReadonlyMap<string, number> = new Map([
  ...currencyCodes.data
    .filter(({ code }) => !withoutMinorUnit.has(code))
    .map(({ code, digits }) => [code, digits] as const),
  ...assignedSince,
]);

/** Digits after the point (EUR 2, JPY 0); undefined when it is no currency. Upper case only. */
export function currencyDigits(currency: string): number | undefined {
  return digitsByCurrency.get(currency);
}

export type MoneyResult =
  | { readonly ok: true; readonly minor: number }
  | { readonly ok: false; readonly code: RejectionCode };

/** A number's shortest decimal, without exponent. */
function decimalOf(value: number): string {
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign, first, rest = '', exponentText] = parts;
  const exponent = Number(exponentText);
  const digits = `${first}${rest}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}

const decimal = /^(\d+)(?:\.(\d+))?$/;
const negativeDecimal = /^-\d/;
const integerDigitsMax = 15;

/** Minor units of a decimal text or JSON number, or why it is no amount of the currency. */
export function parseMoney(value: unknown, currency: string): MoneyResult {
  const digits = currencyDigits(currency);
  if (digits === undefined) return { ok: false, code: 'currency_unknown' };
  const text = typeof value === 'number' ? decimalOf(value) : value;
  if (typeof text !== 'string') return { ok: false, code: 'amount_invalid' };
  const parts = decimal.exec(text);
  if (parts === null) {
    return { ok: false, code: negativeDecimal.test(text) ? 'amount_negative' : 'amount_invalid' };
  }
  const fraction = parts[2] ?? '';
  if (fraction.length > digits) return { ok: false, code: 'amount_too_precise' };
  const whole = (parts[1] ?? '').replace(/^0+(?=\d)/, '');
  if (whole.length > integerDigitsMax) return { ok: false, code: 'amount_too_large' };
  const minor = BigInt(whole + fraction.padEnd(digits, '0'));
  if (minor > minorUnitsMax) return { ok: false, code: 'amount_too_large' };
  return { ok: true, minor: Number(minor) };
}

/** The decimal text of minor units, with all digits of the currency: the inverse of parseMoney. */
export function formatMoney(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  if (digits === undefined) throw new Error(`not a currency: ${currency}`);
  if (!Number.isSafeInteger(minor)) throw new Error(`not minor units: ${minor}`);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const sign = minor < 0 ? '-' : '';
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
