/**
 * A purchase in Google Analytics 4's words, as pages push it into the data layer, in ours. `value`
 * is taken as the order's total: it is what GA4 shows as revenue.
 */
type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

/** developers.google.com/analytics/devguides/collection/ga4/reference/events#purchase */
export function orderOfEcommerce(stated: unknown): Fields {
  const facts = fieldsOf(stated);
  const { transaction_id, value, currency, tax, shipping, coupon, items } = facts;
  return {
    order_id: transaction_id,
    total: value,
    currency,
    tax,
    shipping,
    ...(typeof coupon === 'string' && coupon !== '' ? { coupon_codes: coupon.split(',') } : {}),
    ...(Array.isArray(items) ? { items: items.map(itemOf) } : {}),
  };
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
