/**
 * Names the amount that the collector refused for its digits: its texts never contain anything of
 * an event, but the one who imports a file looks for the very cell.
 */
import { currencyDigits, parseMoney, type RejectionCode } from '@rosi/events';
import type { ImportEvent } from './item.js';

const amountFields = ['total', 'tax', 'shipping', 'amount'];
const tooPrecise: RejectionCode = 'amount_too_precise';

/** The collector's message, or one that quotes field and value where they are found. */
export function rejectionText(code: string, message: string, event: ImportEvent): string {
  return (code === tooPrecise ? tooPreciseText(event) : null) ?? message;
}

function tooPreciseText({ order, refund, spend }: ImportEvent): string | null {
  for (const part of [order, refund, spend]) {
    if (typeof part !== 'object' || part === null) continue;
    const stated = new Map<string, unknown>(Object.entries(part));
    const currency = String(stated.get('currency'));
    for (const field of amountFields) {
      const money = parseMoney(stated.get(field), currency);
      if (money.ok || money.code !== tooPrecise) continue;
      const value = JSON.stringify(stated.get(field));
      const digits = currencyDigits(currency);
      return (
        `${field} ${value} has more digits after the point than ${currency} has (${digits}): ` +
        'round it in the file'
      );
    }
  }
  return null;
}
