/**
 * Providers' amounts as the event API takes them: decimal texts with at most the digits of the
 * currency. Zeros beyond those are taken off; anything else is left as it is, for the event to be
 * rejected by name: nothing is rounded.
 */
import { currencyDigits, formatMoney, minorUnitsMax, parseMoney } from '@rosi/events';

/** Undefined: no amount is stated. */
export function amountText(value: unknown, currency: string): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  const digits = currencyDigits(currency);
  const parts = /^(-?\d+)\.(\d+)$/.exec(text.trim());
  if (digits === undefined || parts === null) return text.trim();
  const [, whole = '', fraction = ''] = parts;
  const kept = fraction.slice(0, digits);
  if (/[1-9]/.test(fraction.slice(digits))) return text.trim();
  return kept === '' ? whole : `${whole}.${kept}`;
}

/**
 * Tax and shipping, which are within a total: one that can't be read exactly is left out, since it is
 * no reason to lose the order. Shops that round no taxes state 90.91 yen of 1000.
 */
export function partText(value: unknown, currency: string): string | undefined {
  const text = amountText(value, currency);
  return parseMoney(text, currency).ok ? text : undefined;
}

/** An amount without its sign: shops write refunds both ways. */
export function unsignedAmountText(value: unknown, currency: string): string | undefined {
  return amountText(value, currency)?.replace(/^-/, '');
}

/** An amount in units of 10^-decimals of the currency; undefined when it is no whole number. */
export function amountOfUnits(units: unknown, decimals: number, currency: string) {
  const text = typeof units === 'string' ? units.trim() : String(units);
  const [whole, sign = '', digits = ''] = /^(-?)(\d+)$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const padded = digits.padStart(decimals + 1, '0');
  const exact =
    decimals === 0 ? padded : `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
  return amountText(sign + exact, currency);
}

/** The sum; when one of them can't be read exactly, that one, for the event to be rejected. */
export function sumOf(amounts: readonly string[], currency: string): string {
  let sum = 0;
  for (const amount of amounts) {
    const read = parseMoney(amount, currency);
    if (!read.ok) return amount;
    sum += read.minor;
  }
  // A sum beyond what one amount may be is told as such, by the event's own check.
  return formatMoney(Math.min(sum, minorUnitsMax + 1), currency);
}

/** What is left of a total, at least nothing; undefined when an amount can't be read exactly. */
export function leftOf(
  total: string,
  taken: readonly string[],
  currency: string,
): string | undefined {
  let left = 0;
  for (const [index, amount] of [total, ...taken].entries()) {
    const read = parseMoney(amount, currency);
    if (!read.ok) return undefined;
    left = index === 0 ? read.minor : left - read.minor;
  }
  return formatMoney(Math.max(0, left), currency);
}
