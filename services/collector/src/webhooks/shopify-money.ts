/**
 * What Shopify's orders and refunds are worth, in the currency that the customer saw (presentment
 * money): refund transactions are stated in that alone.
 */
import { parseMoney } from '@rosi/events';
import { amountText, leftOf, sumOf, unsignedAmountText } from './amounts.js';
import { at, firstText, listAt, textAt } from './reading.js';

export function currencyOf(order: unknown): string {
  const shown = textAt(order, 'total_price_set.presentment_money.currency_code');
  return (shown || textAt(order, 'currency')).toUpperCase();
}

/** `total_tax` and its like, in the currency that the customer saw. */
export function shownMoney(value: unknown, name: string): unknown {
  return at(value, `${name}_set.presentment_money.amount`) ?? at(value, name);
}

/** Amounts that a refund has paid back, by currency. */
export function repaid(refund: unknown): Map<string, string[]> {
  const amounts = new Map<string, string[]>();
  for (const transaction of listAt(refund, 'transactions')) {
    if (at(transaction, 'kind') !== 'refund' || at(transaction, 'status') !== 'success') continue;
    const currency = (textAt(transaction, 'currency') || currencyOfRefund(refund)).toUpperCase();
    const amount = unsignedAmountText(at(transaction, 'amount'), currency) ?? '';
    amounts.set(currency, [...(amounts.get(currency) ?? []), amount]);
  }
  return amounts;
}

const currencyOfRefund = (refund: unknown) =>
  firstText(refund, [
    'total_duties_set.presentment_money.currency_code',
    'refund_line_items.0.subtotal_set.presentment_money.currency_code',
  ]);

/** Amounts that all refunds of an order have paid back. */
export function repaidOf(order: unknown): string[] {
  const currency = currencyOf(order);
  return listAt(order, 'refunds').flatMap((refund) => repaid(refund).get(currency) ?? []);
}

/**
 * What an order is worth before its refunds. Shopify keeps in `total_price` what an edit took out;
 * `current_total_price` leaves out what was returned as well, so what went back for that and what
 * was kept of it (a fee for restocking) are added again. It is looked at only where items were
 * returned or taken out, which Shopify both lists as refunds, and never makes an order larger.
 */
export function earnedTotal(order: unknown): string | undefined {
  const currency = currencyOf(order);
  const total = amountText(shownMoney(order, 'total_price'), currency);
  const refunds = listAt(order, 'refunds');
  const hasLess = refunds.some((refund) => listAt(refund, 'refund_line_items').length > 0);
  const isCancelled = textAt(order, 'cancelled_at') !== '';
  const current = amountText(moneyIn(order, 'current_total_price', order), currency);
  if (!hasLess || isCancelled || total === undefined || current === undefined) return total;
  const kept = refunds.map((refund) => keptOf(refund, order));
  return smaller(total, sumOf([current, ...repaidOf(order), ...kept], currency), currency);
}

/** What the shop kept of a return; a present to the customer, which is below zero, is none. */
function keptOf(refund: unknown, order: unknown): string {
  const currency = currencyOf(order);
  const amounts = listAt(refund, 'order_adjustments')
    .filter((adjustment) => at(adjustment, 'kind') !== 'shipping_refund')
    .flatMap((adjustment) =>
      ['amount', 'tax_amount'].map((name) => moneyIn(adjustment, name, order)),
    )
    .map((amount) => amountText(amount, currency) ?? '0');
  const given = amounts.filter((amount) => amount.startsWith('-'));
  const gained = amounts.filter((amount) => !amount.startsWith('-'));
  const without = given.map((amount) => amount.slice(1));
  return leftOf(sumOf(gained, currency), without, currency) ?? '0';
}

/** Undefined where an order in another currency states an amount in the shop's own alone. */
function moneyIn(value: unknown, name: string, order: unknown): unknown {
  const isShops = currencyOf(order) === textAt(order, 'currency').toUpperCase();
  const shown = at(value, `${name}_set.presentment_money.amount`);
  return shown ?? (isShops ? at(value, name) : undefined);
}

/** The first where one of them can't be read: nothing is guessed. */
function smaller(first: string, second: string, currency: string): string {
  const [one, other] = [parseMoney(first, currency), parseMoney(second, currency)];
  return one.ok && other.ok && other.minor < one.minor ? second : first;
}

const unitDigits = 16;

/** Ids sort by it: of two statements of one second that of the larger amount counts. */
export function sortable(amounts: readonly string[], currency: string): string {
  const sum = parseMoney(sumOf(amounts, currency), currency);
  return String(sum.ok ? sum.minor : 0).padStart(unitDigits, '0');
}
