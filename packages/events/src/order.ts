/**
 * What purchases and refunds state of an order. Money that can't be read exactly rejects the event:
 * nothing is ever guessed or rounded.
 */

import type { Purchase, RefundStatement } from './generated/records.js';
import { maskValue } from './mask.js';
import { maskedJson } from './masked-json.js';
import { parseMoney } from './money.js';
import type { Cleaning } from './refused-identifiers.js';
import type { Rejections } from './rejection.js';
import { idOrEmpty, isAbsent, type JsonObject, textOf } from './text.js';

/** Coupon codes of one order; further ones are left out. */
const couponCodesMax = 100;

export function readPurchase(
  order: JsonObject,
  rejections: Rejections,
  { json }: Cleaning,
): Purchase {
  const orderId = idOrEmpty(order['order_id']);
  if (orderId === '') rejections.add('order_id_missing');
  const currency = readCurrency(order['currency'], rejections);
  return {
    orderId,
    total: readAmount(order['total'], currency, rejections),
    currency,
    tax: readAmount(order['tax'], currency, rejections),
    shipping: readAmount(order['shipping'], currency, rejections),
    couponCodes: readCouponCodes(order['coupon_codes'], rejections),
    items: Array.isArray(order['items']) ? maskedJson(json(order['items']), maskValue) : null,
  };
}

export function readRefund(refund: JsonObject, rejections: Rejections): RefundStatement {
  const orderId = idOrEmpty(refund['order_id']);
  const refundId = idOrEmpty(refund['refund_id']);
  if (orderId === '') rejections.add('order_id_missing');
  if (refundId === '') rejections.add('refund_id_missing');
  const currency = readCurrency(refund['currency'], rejections);
  const amount = readAmount(refund['total'], currency, rejections);
  if (amount === null) rejections.add('refund_total_missing');
  return { refundId, orderId, amount: amount ?? 0, currency };
}

/** The stated currency, empty when there is none. */
export function readCurrency(stated: unknown, rejections: Rejections): string {
  if (isAbsent(stated)) return '';
  const known = parseMoney('0', typeof stated === 'string' ? stated : '').ok;
  if (!known) rejections.add('currency_unknown');
  return known ? String(stated) : '';
}

/** Minor units, null when no amount is stated (or none that counts: then it is rejected). */
export function readAmount(
  stated: unknown,
  currency: string,
  rejections: Rejections,
): number | null {
  if (isAbsent(stated)) return null;
  if (currency === '') {
    rejections.add('currency_missing');
    return null;
  }
  const money = parseMoney(stated, currency);
  if (money.ok) return money.minor;
  rejections.add(money.code);
  return null;
}

/** A coupon code as codes compare: trimmed, upper case; empty when it is none. */
export function couponCode(stated: unknown): string {
  const code = textOf(stated)?.trim().toUpperCase();
  return code === undefined ? '' : idOrEmpty(code);
}

/** A list of codes, or one code. */
function readCouponCodes(stated: unknown, rejections: Rejections): readonly string[] | null {
  if (isAbsent(stated)) return null;
  const list = Array.isArray(stated) ? stated : [stated];
  if (list !== stated && textOf(stated) === null) {
    rejections.add('coupon_codes_invalid');
    return null;
  }
  const codes = new Set<string>();
  for (const item of list) {
    if (codes.size === couponCodesMax) break;
    const code = couponCode(item);
    if (code !== '') codes.add(code);
  }
  return [...codes];
}
