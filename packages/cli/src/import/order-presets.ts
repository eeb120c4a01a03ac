/**
 * How the order exports of the usual shops name their columns, recognised by the header alone.
 * A preset is a table of names; the rest of the importer knows no shop.
 */
import type { FieldColumns } from './column-map.js';

export interface OrderPreset {
  readonly name: string;
  /** All of them in the header: it is this kind of file. */
  readonly recognisedBy: readonly string[];
  readonly fields: FieldColumns;
  /** Orders in these states were never paid, or given back before they were; in lower case. */
  readonly unpaidStatuses: readonly string[];
  /** Shopify writes `#1001`; the number alone is what its pages and webhooks call the order. */
  readonly stripsHash: boolean;
}

/** Every field of an order; a preset gives names to some. */
const noFields = {
  order_id: [],
  occurred_at: [],
  status: [],
  customer_id: [],
  user_id: [],
  email: [],
  phone: [],
  anonymous_id: [],
  click_id: [],
  total: [],
  currency: [],
  tax: [],
  shipping: [],
  coupon_codes: [],
  refunded: [],
  refunded_at: [],
  item_sku: [],
  item_name: [],
  item_quantity: [],
  item_unit_price: [],
} satisfies FieldColumns;

const shopify: OrderPreset = {
  name: 'shopify',
  recognisedBy: ['Name', 'Financial Status', 'Created at', 'Lineitem quantity', 'Total'],
  fields: {
    ...noFields,
    order_id: ['Name'],
    occurred_at: ['Created at'],
    status: ['Financial Status'],
    email: ['Email'],
    // `Phone` is the account's and mostly empty. The parcel's is left out: it may be a gift.
    phone: [['Phone', 'Billing Phone']],
    total: ['Total'],
    currency: ['Currency'],
    tax: ['Taxes'],
    shipping: ['Shipping'],
    coupon_codes: ['Discount Code'],
    refunded: ['Refunded Amount'],
    refunded_at: ['Cancelled at'],
    item_sku: ['Lineitem sku'],
    item_name: ['Lineitem name'],
    item_quantity: ['Lineitem quantity'],
    item_unit_price: ['Lineitem price'],
  },
  unpaidStatuses: ['pending', 'voided', 'expired', 'unpaid'],
  stripsHash: true,
};

const woocommerceUnpaid = ['pending', 'pending payment', 'failed', 'cancelled', 'draft'];
const wooStatuses = [
  ...woocommerceUnpaid,
  'checkout-draft',
  'trash',
  ...woocommerceUnpaid.map((status) => `wc-${status}`),
];

/** Order exports and import suites for WooCommerce that use the shop's own field names. */
const woocommerce: OrderPreset = {
  name: 'woocommerce',
  recognisedBy: ['order_id', 'order_total', 'status'],
  fields: {
    ...noFields,
    order_id: ['order_number', 'order_id'],
    occurred_at: ['date_gmt', 'date', 'order_date', 'date_created'],
    status: ['status'],
    customer_id: ['customer_id', 'customer_user'],
    email: ['billing_email', 'customer_email'],
    phone: ['billing_phone'],
    total: ['order_total'],
    currency: ['order_currency', 'currency'],
    tax: ['tax_total', 'order_tax'],
    shipping: ['shipping_total', 'order_shipping'],
    coupon_codes: ['coupon_items', 'coupons', 'coupon_code'],
    refunded: ['refunded_total'],
    item_sku: ['item_sku', 'line_item_sku'],
    item_name: ['item_name', 'line_item_name'],
    item_quantity: ['item_quantity', 'line_item_quantity'],
    item_unit_price: ['item_price', 'line_item_price'],
  },
  unpaidStatuses: wooStatuses,
  stripsHash: false,
};

/** The plug-in Advanced Order Export, whose columns read like English. */
const woocommerceAdvanced: OrderPreset = {
  name: 'woocommerce-advanced',
  recognisedBy: ['Order Number', 'Order Status', 'Order Date', 'Order Total Amount'],
  fields: {
    ...noFields,
    order_id: ['Order Number'],
    occurred_at: ['Order Date'],
    status: ['Order Status'],
    customer_id: ['Customer User ID', 'User ID', 'Customer ID'],
    email: ['Email (Billing)', 'Customer Email'],
    phone: ['Phone (Billing)'],
    total: ['Order Total Amount'],
    currency: ['Currency', 'Order Currency'],
    tax: ['Order Total Tax Amount'],
    shipping: ['Order Shipping Amount'],
    coupon_codes: ['Coupon Code', 'Coupons Used'],
    refunded: ['Order Refund Amount'],
    item_sku: ['SKU'],
    item_name: ['Item Name'],
    item_quantity: ['Quantity (- Refund)', 'Quantity'],
    item_unit_price: ['Item Cost'],
  },
  unpaidStatuses: wooStatuses,
  stripsHash: false,
};

/** Any file whose columns are called like the fields, or close to it. */
const plainOrders: OrderPreset = {
  name: 'plain',
  recognisedBy: [],
  fields: {
    ...noFields,
    order_id: ['order_id', 'order', 'order_number', 'id'],
    occurred_at: ['occurred_at', 'ordered_at', 'created_at', 'order_date', 'date', 'time'],
    status: ['status'],
    customer_id: ['customer_id', 'customer'],
    user_id: ['user_id'],
    email: ['email', 'customer_email'],
    phone: ['phone'],
    anonymous_id: ['anonymous_id'],
    click_id: ['click_id'],
    total: ['total', 'order_total', 'amount', 'revenue'],
    currency: ['currency'],
    tax: ['tax'],
    shipping: ['shipping'],
    coupon_codes: ['coupon_codes', 'coupon_code', 'coupon'],
    refunded: ['refunded'],
    refunded_at: ['refunded_at'],
    item_sku: ['item_sku', 'sku'],
    item_name: ['item_name'],
    item_quantity: ['item_quantity'],
    item_unit_price: ['item_unit_price', 'unit_price'],
  },
  unpaidStatuses: wooStatuses,
  stripsHash: false,
};

const presets = [shopify, woocommerceAdvanced, woocommerce];

export function presetOf(headers: readonly string[]): OrderPreset {
  const present = new Set(headers);
  const known = presets.find((preset) => preset.recognisedBy.every((name) => present.has(name)));
  return known ?? plainOrders;
}
