/**
 * The order exports of Shopify and WooCommerce in the shape in which those shops write them, into
 * one workspace. Guarantees: every amount that is expected was worked out by hand, beside its row.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { csvLine, fileIn, importReport } from './import-command.js';
import { fingerprint } from './import-tables.js';

const testMsMax = 120_000;
let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product?.kill();
  if (product !== undefined) await removeDataDir(product.dataDir);
});

/** A table of rows that state some of the columns. */
function tableOf(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]) {
  for (const name of rows.flatMap((row) => Object.keys(row))) {
    if (!columns.includes(name)) throw new Error(`the export has no column ${name}`);
  }
  const lines = rows.map((row) => csvLine(columns.map((name) => row[name] ?? '')));
  return `${[csvLine(columns), ...lines].join('\n')}\n`;
}

const shopifyColumns = (
  'Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,' +
  'Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,' +
  'Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,' +
  'Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,' +
  'Billing Street,Billing Phone,Shipping Name,Shipping Street,Shipping Phone,Notes,' +
  'Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Id,Tags,' +
  'Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties'
).split(',');

/** Shopify's rows: the first of an order says everything, the others an item alone. */
function shopifyExport(refundedOf1002: string): string {
  const item = (name: string, sku: string, quantity: string, price: string) => ({
    'Lineitem name': name,
    'Lineitem sku': sku,
    'Lineitem quantity': quantity,
    'Lineitem price': price,
  });
  const paid = { 'Financial Status': 'paid', Currency: 'EUR', 'Refunded Amount': '0.00' };
  const ada = { Email: 'ada@example.org' };
  return tableOf(shopifyColumns, [
    {
      ...{ ...paid, ...ada, Name: '#1001', Total: '129.90', Taxes: '21.65', Shipping: '4.90' },
      ...{ 'Created at': '2024-03-01 10:15:00 +0100', 'Discount Code': 'ADA10' },
      ...{ 'Billing Phone': "'+33 6 12 34 56 78", Notes: 'ring "twice",\nthen wait' },
      ...item('Shoe, red', 'S-1', '1', '100.00'),
    },
    { Name: '#1001', Email: 'ada@example.org', ...item('Lace', 'L-1', '2', '10.00') },
    { Name: '#1001', Email: 'ada@example.org', ...item('Box "gift"', 'B-1', '1', '5.00') },
    {
      ...{ ...paid, Name: '#1002', Email: 'Ada@Example.org', Total: '59.90', Taxes: '9.98' },
      ...{ 'Financial Status': 'partially_refunded', 'Refunded Amount': refundedOf1002 },
      ...{ 'Created at': '2024-03-08 23:30:00 -0500', ...item('Hat', 'H-1', '1', '59.90') },
    },
    {
      ...{ ...paid, Name: '#1003', Email: 'bea@example.org', Total: '20.00' },
      ...{ 'Financial Status': 'refunded', 'Refunded Amount': '20.00' },
      ...{ 'Created at': '2024-03-09 09:00:00 +0000', 'Cancelled at': '2024-03-10 09:00:00 +0000' },
    },
    {
      ...{ ...paid, Name: '#1004', Total: '70.00', 'Financial Status': 'voided' },
      ...{ 'Created at': '2024-03-09 10:00:00 +0000', ...item('Coat', 'C-1', '1', '70.00') },
    },
    { Name: '#1004', ...item('Belt', 'B-2', '1', '0.00') },
    {
      ...{ ...paid, Name: '#1005', Total: '71.00', 'Financial Status': 'pending' },
      'Created at': '2024-03-09 10:00:00 +0000',
    },
    {
      ...{ ...paid, Name: '#1006', Email: 'cleo@example.org', Total: '40.01' },
      ...{ 'Created at': '2024-03-09 11:00:00 +0000', 'Discount Code': 'ada10, Bob5' },
    },
    { ...paid, Name: '#1007', Total: '12.00', 'Created at': '2024-03-09 12:00:00 +0000' },
  ]);
}

const wooColumns = (
  'order_id,order_number,date,status,shipping_total,tax_total,discount_total,order_total,' +
  'refunded_total,order_currency,payment_method,customer_id,billing_first_name,billing_email,' +
  'billing_phone,item_sku,item_name,item_quantity,item_price,coupon_items,order_notes'
).split(',');

/** WooCommerce's rows: one an item, each of which repeats the order's own cells. */
function wooExport(): string {
  const order = (id: string, cells: Readonly<Record<string, string>>) => ({
    ...{ order_id: id, order_number: id, status: 'completed', order_currency: 'EUR' },
    ...{ refunded_total: '0', customer_id: '0', shipping_total: '0.00', tax_total: '0.00' },
    ...cells,
  });
  const first = {
    // The first hour of summer time: 03:30 in Paris is 01:30 in UTC.
    ...{ date: '2024-03-31 03:30:00', order_total: '80.00', shipping_total: '5.00' },
    ...{ customer_id: '12', coupon_items: 'code:ada10|amount:8.00', tax_total: '13.33' },
  };
  return tableOf(wooColumns, [
    order('2001', { ...first, item_sku: 'T-1', item_quantity: '1', item_price: '50.00' }),
    order('2001', { ...first, item_sku: 'T-2', item_quantity: '2', item_price: '12.50' }),
    order('2002', {
      ...{ date: '2024-03-31 12:00:00', order_total: '45.00', refunded_total: '15.00' },
      ...{ billing_email: 'dan@example.org' },
      coupon_items: 'code:bob5|amount:2.00;code:ada10|amount:3.00',
    }),
    order('2003', { date: '2024-04-01 12:00:00', order_total: '99.00', status: 'wc-failed' }),
    order('2004', {
      ...{ date: '2024-04-01 13:00:00', order_total: '30.00', refunded_total: '-30.00' },
      ...{ status: 'refunded', billing_email: 'dan@example.org' },
    }),
    order('2005', {
      ...{ date: '2024-04-02 13:00:00', order_total: '5000', order_currency: 'JPY' },
      ...{ shipping_total: '0', tax_total: '0', customer_id: '12' },
    }),
  ]);
}

const book = (
  orderId: string,
  occurredAt: string,
  [gross, tax, shipping, refunded]: readonly [number, number, number, number],
  newCustomer: boolean,
  currency = 'EUR',
) => ({
  ...{ order_id: orderId, occurred_at: occurredAt, currency, gross, tax, shipping, refunded },
  ...{ net: Math.max(0, gross - refunded), new_customer: newCustomer },
});

const ordersLike = (pattern: string) => `SELECT order_id,
  formatDateTime(occurred_at, '%Y-%m-%d %H:%i') AS occurred_at, currency,
  gross, tax, shipping, refunded, net, new_customer
  FROM orders_current WHERE order_id LIKE '${pattern}' ORDER BY order_id`;

const creditsOf = (orderId: string, model: string) => `SELECT touchpoint_id, medium, platform,
  influencer_id, credit FROM credits_current
  WHERE order_id = '${orderId}' AND model = '${model}' ORDER BY touchpoint_id`;

/** Catalogue entries: before the import, or after it. */
const couponEntry = (code: string, influencerId: string, more: object = {}) => ({
  event_id: `coupon-entry-${code}`,
  type: 'coupon',
  occurred_at: '2024-01-01T00:00:00Z',
  coupon: { code, influencer_id: influencerId, ...more },
});

describe("Shopify's order export", () => {
  it(
    'is one order for its item rows, with codes, refunds, and without what was never paid',
    async () => {
      await product.post([
        couponEntry('ADA10', 'ada', { post_id: 'p-ada' }),
        {
          ...{ event_id: 'post-ada', type: 'post', occurred_at: '2024-01-01T00:00:00Z' },
          post: {
            ...{ post_id: 'p-ada', platform: 'instagram', media_type: 'paid' },
            published_at: '2024-01-01T00:00:00Z',
          },
        },
      ]);
      const path = await fileIn(product, 'orders_export.csv', shopifyExport('29.90'));
      const report = await importReport(product, ['orders', path, '--shop', 'shopify']);
      expect(report).toMatchObject({
        ...{ sent: 7, accepted: 7, rejected: 0 },
        skipped: { status_voided: 1, status_pending: 1 },
        reading: { preset: 'shopify' },
      });
      await product.post([couponEntry('BOB5', 'bob')]);
      await product.settle();
      expect(await product.sql(ordersLike('1%'))).toEqual([
        book('1001', '2024-03-01 09:15', [12_990, 2_165, 490, 0], true),
        book('1002', '2024-03-09 04:30', [5_990, 998, 0, 2_990], false),
        book('1003', '2024-03-09 09:00', [2_000, 0, 0, 2_000], true),
        book('1006', '2024-03-09 11:00', [4_001, 0, 0, 0], true),
        // Known by its order alone.
        book('1007', '2024-03-09 12:00', [1_200, 0, 0, 0], false),
      ]);
      expect(
        await product.sql(`SELECT order_id FROM orders_current
          WHERE person_id IN (SELECT person_id FROM orders_current WHERE order_id = '1001')
          ORDER BY order_id`),
      ).toEqual([{ order_id: '1001' }, { order_id: '1002' }]);
    },
    testMsMax,
  );

  it('credits the coupons of the catalogue, to the unit', async () => {
    const [coupon, none] = [
      { medium: 'coupon', platform: 'instagram', influencer_id: 'ada' },
      { medium: '', platform: '', influencer_id: '' },
    ];
    expect(await product.sql(creditsOf('1001', 'last_touch'))).toEqual([
      { touchpoint_id: 'coupon:1001:ADA10', ...coupon, credit: 12_990 },
    ]);
    expect(await product.sql(creditsOf('1002', 'last_touch'))).toEqual([
      { touchpoint_id: 'unattributed', ...none, credit: 3_000 },
    ]);
    expect(await product.sql(creditsOf('1003', 'last_touch'))).toEqual([]);
    // 40.01 by two: the odd cent goes to the earlier touchpoint, which is the smaller id.
    expect(await product.sql(creditsOf('1006', 'linear'))).toEqual([
      { touchpoint_id: 'coupon:1006:ADA10', ...coupon, credit: 2_001 },
      {
        ...{ touchpoint_id: 'coupon:1006:BOB5', medium: 'coupon', platform: '' },
        ...{ influencer_id: 'bob', credit: 2_000 },
      },
    ]);
    expect(
      await product.sql(`SELECT influencer_id, sum(credit) AS credit
        FROM revenue_by_influencer_daily WHERE model = 'linear'
        GROUP BY influencer_id ORDER BY influencer_id`),
    ).toEqual([
      { influencer_id: '', credit: 3_000 + 1_200 },
      { influencer_id: 'ada', credit: 12_990 + 2_001 },
      { influencer_id: 'bob', credit: 2_000 },
    ]);
  });

  it('leaves no address and no number in clear', async () => {
    for (const table of ['identities_current', 'events_current', 'touchpoints_current']) {
      expect(
        await product.sql(`SELECT count() AS found FROM ${table}
          WHERE match(lower(toJSONString(tuple(*))), 'example\\\\.org|612345678|12 34 56')`),
      ).toEqual([{ found: 0 }]);
    }
    expect(
      await product.sql(`SELECT identifier_type, count() AS found FROM identities_current
        WHERE identifier_type IN ('email', 'phone') GROUP BY 1 ORDER BY 1`),
    ).toEqual([
      { identifier_type: 'email', found: 3 },
      { identifier_type: 'phone', found: 1 },
    ]);
  });

  it(
    'a later export replaces what was refunded, and the earlier one does not bring it back',
    async () => {
      const before = await fingerprint(product);
      const earlier = await fileIn(product, 'orders_export.csv', shopifyExport('29.90'));
      await importReport(product, ['orders', earlier, '--shop', 'shopify']);
      await product.settle();
      expect(await fingerprint(product)).toEqual(before);

      const later = await fileIn(product, 'orders_later.csv', shopifyExport('59.90'));
      for (const path of [later, earlier]) {
        await importReport(product, ['orders', path, '--shop', 'shopify']);
        await product.settle();
        expect(await product.sql(ordersLike('1002'))).toEqual([
          book('1002', '2024-03-09 04:30', [5_990, 998, 0, 5_990], false),
        ]);
        expect(await product.sql(creditsOf('1002', 'last_touch'))).toEqual([]);
      }
    },
    testMsMax,
  );
});

describe("WooCommerce's export", () => {
  it(
    'is one order for its item rows, with its own ids, guests, codes and refunds',
    async () => {
      const path = await fileIn(product, 'woo.csv', wooExport());
      const words = ['orders', path, '--timezone', 'Europe/Paris', '--shop', 'woo'];
      const report = await importReport(product, [...words, '--order-prefix', 'w-']);
      expect(report).toMatchObject({
        ...{ sent: 6, accepted: 6, rejected: 0 },
        skipped: { 'status_wc-failed': 1 },
        reading: { preset: 'woocommerce' },
      });
      await product.settle();
      expect(await product.sql(ordersLike('w-%'))).toEqual([
        book('w-2001', '2024-03-31 01:30', [8_000, 1_333, 500, 0], true),
        book('w-2002', '2024-03-31 10:00', [4_500, 0, 0, 1_500], true),
        book('w-2004', '2024-04-01 11:00', [3_000, 0, 0, 3_000], false),
        book('w-2005', '2024-04-02 11:00', [5_000, 0, 0, 0], false, 'JPY'),
      ]);
      expect(
        await product.sql(`SELECT identifier FROM identities_current
          WHERE identifier_type = 'customer_id' ORDER BY identifier`),
      ).toEqual([{ identifier: 'woo:12' }]);
    },
    testMsMax,
  );

  it('credits its coupon cells', async () => {
    const touch = (orderId: string, code: string) => `coupon:${orderId}:${code}`;
    const found = await product.sql(`SELECT touchpoint_id, credit FROM credits_current
      WHERE order_id LIKE 'w-%' AND model = 'position_based' ORDER BY touchpoint_id`);
    expect(found).toEqual([
      { touchpoint_id: touch('w-2001', 'ADA10'), credit: 8_000 },
      { touchpoint_id: touch('w-2002', 'ADA10'), credit: 1_500 },
      { touchpoint_id: touch('w-2002', 'BOB5'), credit: 1_500 },
      { touchpoint_id: 'unattributed', credit: 5_000 },
    ]);
  });
});
