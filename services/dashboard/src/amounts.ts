/** Amounts and numbers as people read them. Digits are the currency's own (ISO 4217), all of them. */
import { currencyDigits } from '@rosi/events';

/** `€1,234.50` of 123450 minor units; exact however large. */
export function amountText(minor: bigint, currency: string): string {
  const digits = currencyDigits(currency) ?? 0;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A decimal text is formatted as it is, without the rounding that a number would bring.
  return format.format(decimalText(minor, digits) as unknown as number);
}

function decimalText(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : '';
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export const countText = (count: number): string => new Intl.NumberFormat('en').format(count);

/** (revenue − cost) / cost as whole percent: `+132 %`; null where nothing was spent. */
export function returnText(revenue: bigint, cost: bigint): string | null {
  if (cost <= 0n) return null;
  const percent = Math.round((Number(revenue - cost) / Number(cost)) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${countText(Math.abs(percent))} %`;
}

/** Whole percent of the largest, for bars: 0 to 100. */
export function percentOf(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) return 0;
  return Math.min(100, Number((part * 1000n) / whole) / 10);
}
