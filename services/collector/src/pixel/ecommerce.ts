/**
 * A purchase in Google Analytics 4's words, as pages push it into the data layer, in ours. `value`
 * is taken as the order's total: it is what GA4 shows as revenue. GA4 takes what shops push there
 * more or less as it comes, so what has one exact meaning is read here, too.
 */
import { parseMoney } from '@rosi/events';
import { amountText } from '../webhooks/amounts.js';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

/** developers.google.com/analytics/devguides/collection/ga4/reference/events#purchase */
export function orderOfEcommerce(stated: unknown): Fields {
  const facts = fieldsOf(stated);
  const { transaction_id, value, tax, shipping, coupon, items } = facts;
  const currency = currencyOf(facts['currency']) ?? currencyOfAll(items);
  return {
    order_id: transaction_id,
    total: amountOf(value, currency),
    currency,
    tax: sideAmountOf(tax, currency),
    shipping: sideAmountOf(shipping, currency),
    ...(typeof coupon === 'string' && coupon !== '' ? { coupon_codes: coupon.split(',') } : {}),
    ...(Array.isArray(items) ? { items: items.map(itemOf) } : {}),
  };
}

function currencyOf(stated: unknown): unknown {
  return typeof stated === 'string' ? stated.trim().toUpperCase() || undefined : stated;
}

/** GA4 lets items state it, and all of them the same. */
function currencyOfAll(items: unknown): unknown {
  const list: readonly unknown[] = Array.isArray(items) ? items : [];
  const [first, ...others] = new Set(list.map((item) => currencyOf(fieldsOf(item)['currency'])));
  return others.length === 0 ? first : undefined;
}

/** Whatever is no amount stays, for the purchase to be rejected by name. */
function amountOf(stated: unknown, currency: unknown): unknown {
  return typeof stated === 'string' ? amountText(stated, String(currency)) : exact(stated);
}

/** Tax and shipping are within the total: one that can't be read is no reason to lose the order. */
function sideAmountOf(stated: unknown, currency: unknown): unknown {
  const amount = amountOf(stated, currency);
  return parseMoney(amount, String(currency)).ok ? amount : undefined;
}

function itemOf(stated: unknown): Fields {
  const { item_id: sku, item_name: name, quantity, price: unit_price } = fieldsOf(stated);
  return { sku, name, quantity, unit_price };
}

/** 0.1 + 0.2 is meant to be 0.3: no currency has more than four digits. */
export function exactAmounts(order: Fields): Fields {
  const amounts = ['total', 'tax', 'shipping'].map((name) => [name, exact(order[name])]);
  return { ...order, ...Object.fromEntries(amounts.filter(([, amount]) => amount !== undefined)) };
}

const exact = (amount: unknown) =>
  typeof amount === 'number' ? Number(amount.toFixed(4)) : amount;
