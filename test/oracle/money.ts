/**
 * Money of the contract's section 2: decimal text to an integer of minor units, by ISO 4217.
 */
import type { Money } from './types.js';

/** Digits after the point. A selection: the generator uses these and plainly unknown ones only. */
const currencyDigits: Readonly<Record<string, number>> = {
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  IDR: 2,
  INR: 2,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PLN: 2,
  SEK: 2,
  SGD: 2,
  TND: 3,
  TRY: 2,
  USD: 2,
  VND: 0,
  ZAR: 2,
};
const int64Max = 2n ** 63n - 1n;

export type MoneyResult = { readonly ok: true; readonly money: Money } | { readonly ok: false };

/** A JSON number means its shortest decimal; exponents of very large or small ones are spelt out. */
function decimalOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const text = String(value === 0 ? 0 : value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', head = '', tail = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${head}${tail}`;
  return `${sign}${head}${tail.padEnd(exponent, '0')}`;
}

/**
 * `amount` in `currency`. Not ok: no decimal text, a sign, more digits than the currency has
 * (trailing zeros included), an unknown or lower-case currency.
 */
export function moneyOf(amount: unknown, currency: unknown): MoneyResult {
  if (typeof currency !== 'string' || !Object.hasOwn(currencyDigits, currency))
    return { ok: false };
  const digits = currencyDigits[currency] ?? 0;
  const match = /^(\d+)(?:\.(\d+))?$/.exec(decimalOf(amount) ?? '');
  if (match === null) return { ok: false };
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > digits) return { ok: false };
  const minor = BigInt(whole + fraction.padEnd(digits, '0'));
  // reading: credit is Int64, so an amount that does not fit is rejected like any other bad one.
  return minor > int64Max ? { ok: false } : { ok: true, money: { minor, currency } };
}

export function isCurrency(currency: unknown): boolean {
  return typeof currency === 'string' && Object.hasOwn(currencyDigits, currency);
}
