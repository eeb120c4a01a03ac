/**
 * From each producer's delivery to `credits_current`, through the running product: one order,
 * however many tell of it, credited to the touchpoint before it, its refunds subtracted exactly.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { deliverWebhook, fixture, hmacOf } from '../harness/webhook-deliveries.js';

const testMsMax = 180_000;
const secret = 'webhook-secret-of-the-journey';
const models = 6;

const till = {
  when: { '$.event': 'paid' },
  event: {
    type: 'purchase',
    occurred_at: '$.at',
    identifiers: { user_id: '$.buyer' },
    order: { order_id: '$.number', total: '$.total', currency: 'KWD' },
  },
};
const endpoints = [
  { id: 'shop', source: 'shopify', secrets: [secret], settings: { landing_page: false } },
  { id: 'woo', source: 'woocommerce', secrets: [secret] },
  { id: 'pay', source: 'stripe', secrets: [secret], settings: { client_reference: 'user_id' } },
  {
    id: 'page',
    source: 'meta',
    secrets: [secret],
    settings: { verify_token: 'verify-token-of-the-journey' },
  },
  { id: 'crm', source: 'standard', secrets: [`whsec_${btoa(secret)}`] },
  {
    id: 'till',
    source: 'json',
    secrets: [secret],
    settings: { signature: { scheme: 'hmac-sha256', header: 'x-till' }, rules: [till] },
  },
];

let product: Product;
let dataDir: string;

beforeAll(async () => {
  dataDir = await makeDataDir();
  product = await startProduct({
    dataDir,
    env: { ROSI_WEBHOOKS: JSON.stringify({ endpoints }) },
  });
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await removeDataDir(dataDir);
});

const hmac = (content: string, encoding: 'base64' | 'hex') => hmacOf(secret, content, encoding);

/** Every delivery so far, to be made again. */
const deliveries: (() => Promise<void>)[] = [];

async function deliver(address: string, body: string, headers: Record<string, string>) {
  deliveries.push(() => deliverWebhook(product, address, body, headers));
  await deliverWebhook(product, address, body, headers);
}

const shopify = (topic: string, body: string) =>
  deliver('shopify/shop', body, {
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': hmac(body, 'base64'),
  });
const woocommerce = (topic: string, body: string) =>
  deliver('woocommerce/woo', body, {
    'x-wc-webhook-topic': topic,
    'x-wc-webhook-signature': hmac(body, 'base64'),
  });
/** Signed now: the fixture's own time is long gone, as that of a first delivery never is. */
function stripe(body: string) {
  const time = String(Math.floor(Date.now() / 1_000));
  return deliver('stripe/pay', body, {
    'stripe-signature': `t=${time},v1=${hmac(`${time}.${body}`, 'hex')}`,
  });
}

const click = (id: string, occurredAt: string, identifiers: object) => ({
  event_id: id,
  type: 'click',
  occurred_at: occurredAt,
  identifiers,
  post_id: `post-of-${id}`,
  page: { url: 'https://shop.example/?utm_source=mastodon&utm_medium=social' },
});

async function orderRow(orderId: string) {
  await product.settle();
  return product.sql(
    `SELECT gross, refunded, net, tax, currency, toString(occurred_at) AS at
    FROM orders_current WHERE order_id = '${orderId}'`,
  );
}

/** Credit by touchpoint and model; conservation is checked on the way. */
async function credits(orderId: string, net: number) {
  const sums = await product.sql(
    `SELECT model, sum(credit) AS credit FROM credits_current WHERE order_id = '${orderId}'
    GROUP BY model`,
  );
  expect(sums.map(({ credit }) => credit)).toEqual(Array(models).fill(net));
  return product.sql(
    `SELECT touchpoint_id, post_id, medium, credit FROM credits_current
    WHERE order_id = '${orderId}' AND model = 'linear' ORDER BY credit, touchpoint_id`,
  );
}

it(
  'Shopify: click, order, pixel and Stripe of one order, partial refund, redaction',
  async () => {
    const orderId = '820982911946154508';
    await product.post([click('shop-click', '2026-03-01T09:00:00Z', { anonymous_id: 'a-77' })]);
    await shopify('orders/create', fixture('shopify-order'));
    const pixel = {
      event_id: 'thank-you',
      type: 'purchase',
      occurred_at: '2026-03-02T10:09:20Z',
      identifiers: { anonymous_id: 'a-77' },
      order: { order_id: orderId, total: '380.00', currency: 'EUR' },
    };
    await product.post([pixel], { key: 'write' });
    const paid = fixture('stripe-session')
      .replace('"metadata": {}', `"metadata": {"order_id": "${orderId}"}`)
      .replaceAll('2198', '38800')
      .replace('"u-7"', 'null')
      .replace('cus_NffrFeUfNV2Hib', 'cus_ofJon')
      .replace('jenny@example.com', 'jon@example.com')
      .replace('"+15555550123"', 'null');
    await stripe(paid);
    await shopify('refunds/create', fixture('shopify-refund'));
    await shopify('orders/paid', fixture('shopify-order'));
    await shopify('refunds/create', fixture('shopify-refund'));
    const rows = await orderRow(orderId);
    expect(rows).toMatchObject([{ gross: 38_800, refunded: 12_010, net: 26_790, tax: 6_195 }]);
    expect(await credits(orderId, 26_790)).toEqual([
      {
        touchpoint_id: 'shop-click',
        post_id: 'post-of-shop-click',
        medium: 'social',
        credit: 26_790,
      },
    ]);

    const customer = { id: 'x', email: 'jon@example.com' };
    const redaction = { shop_domain: 'jsmith.myshopify.com', customer, orders_to_redact: [] };
    await shopify('customers/redact', JSON.stringify(redaction));
    await product.settle();
    const exported = await operate(product, 'POST', '/v1/persons/export', {
      identifiers: { customer_id: 'shopify:115310627314723954' },
    });
    expect(exported).toEqual({ persons: [] });
    expect(await orderRow(orderId)).toMatchObject([{ net: 26_790 }]);
  },
  testMsMax,
);

it(
  'WooCommerce: click and the landing page that the shop remembers share an order',
  async () => {
    await product.post([click('woo-click', '2026-03-20T09:00:00Z', { anonymous_id: 'a-9' })]);
    const order = fixture('woocommerce-order');
    await woocommerce('order.created', order);
    const later = '"date_modified_gmt": "2026-03-25T08:00:00"';
    const refunded = order
      .replace('"refunds": []', '"refunds": [{"id": 801, "total": "-9.30"}]')
      .replace('"date_modified_gmt": "2026-03-22T19:28:08"', later);
    await woocommerce('order.updated', refunded);
    await woocommerce('order.created', order);
    expect(await orderRow('727')).toMatchObject([
      { gross: 2_935, refunded: 930, net: 2_005, at: '2026-03-22 19:28:02.000' },
    ]);
    // 20.05 in two: the odd cent goes to the earlier.
    expect(await credits('727', 2_005)).toMatchObject([
      { medium: 'email', credit: 1_002 },
      { touchpoint_id: 'woo-click', credit: 1_003 },
    ]);
    const cancelled = refunded
      .replace('"processing"', '"cancelled"')
      .replace('2026-03-25T08:00:00', '2026-03-26T08:00:00');
    await woocommerce('order.updated', cancelled);
    expect(await orderRow('727')).toMatchObject([{ gross: 2_935, refunded: 2_935, net: 0 }]);
    // Another order, told of backwards, ends the same.
    for (const body of [cancelled, refunded, order]) {
      await woocommerce('order.updated', body.replaceAll('727', '728'));
    }
    expect(await orderRow('728')).toEqual(await orderRow('727'));
  },
  testMsMax,
);

it(
  'Stripe: a session, refunds in any order, a dispute that is won',
  async () => {
    const payment = 'pi_1Gt0hV2eZvKYlo2Cx0000000';
    await product.post([click('pay-click', '2026-02-27T09:00:00Z', { user_id: 'u-7' })]);
    const refund = fixture('stripe-charge-refunded');
    const more = refund
      .replace('"amount_refunded": 500', '"amount_refunded": 733')
      .replace('1772445600', '1772449200');
    await stripe(more);
    await stripe(refund);
    await stripe(fixture('stripe-session'));
    expect(await orderRow(payment)).toMatchObject([{ gross: 2_198, refunded: 733, net: 1_465 }]);
    expect(await credits(payment, 1_465)).toMatchObject([{ touchpoint_id: 'pay-click' }]);
    await stripe(fixture('stripe-dispute'));
    expect(await orderRow(payment)).toMatchObject([{ refunded: 1_733, net: 465 }]);
    const won = fixture('stripe-dispute')
      .replace('charge.dispute.created', 'charge.dispute.closed')
      .replace('needs_response', 'won')
      .replace('1772532000', '1772632000');
    await stripe(won);
    expect(await orderRow(payment)).toMatchObject([{ refunded: 733, net: 1_465 }]);
  },
  testMsMax,
);

it(
  'Meta: a comment on a post earns the order of whoever wrote it',
  async () => {
    const body = fixture('meta-page');
    const signature = { 'x-hub-signature-256': `sha256=${hmac(body, 'hex')}` };
    await deliver('meta/page', body, signature);
    await deliver('meta/page', body, signature);
    const purchase = {
      event_id: 'bob-buys',
      type: 'purchase',
      occurred_at: '2026-03-02T09:00:00Z',
      identifiers: { handle: 'facebook:777', user_id: 'bob' },
      order: { order_id: 'bob-1', total: '9.99', currency: 'EUR' },
    };
    await product.post([purchase]);
    expect(await orderRow('bob-1')).toMatchObject([{ net: 999 }]);
    expect(await credits('bob-1', 999)).toMatchObject([
      { post_id: '67890_555', medium: 'social', credit: 999 },
    ]);
    const posts = await product.sql("SELECT platform FROM posts WHERE post_id = '67890_556'");
    expect(posts).toEqual([{ platform: 'facebook' }]);
  },
  testMsMax,
);

it(
  'Standard Webhooks and any JSON: events as they are, events by rules',
  async () => {
    const body = JSON.stringify({
      type: 'rosi.event',
      data: click('crm-click', '2026-03-01T09:00:00Z', { user_id: 'u-crm' }),
    });
    const time = String(Math.floor(Date.now() / 1_000));
    await deliver('standard/crm', body, {
      'webhook-id': 'msg_1',
      'webhook-timestamp': time,
      'webhook-signature': `v1,${hmac(`msg_1.${time}.${body}`, 'base64')}`,
    });
    const paid = { event: 'paid', at: '2026-03-02T09:00:00Z', buyer: 'u-crm', number: 'T-1' };
    const sale = JSON.stringify({ ...paid, total: '1.234' });
    await deliver('json/till', sale, { 'x-till': hmac(sale, 'hex') });
    await deliver('json/till', sale, { 'x-till': hmac(sale, 'hex') });
    expect(await orderRow('T-1')).toMatchObject([{ gross: 1_234, net: 1_234, currency: 'KWD' }]);
    expect(await credits('T-1', 1_234)).toMatchObject([{ touchpoint_id: 'crm-click' }]);
    const sources = await product.sql(
      "SELECT source FROM events_current WHERE source LIKE 'webhook:%' GROUP BY source ORDER BY source",
    );
    expect(sources.map(({ source }) => source)).toEqual(
      ['json', 'meta', 'shopify', 'standard', 'stripe', 'woocommerce'].map(
        (name) => `webhook:${name}`,
      ),
    );
  },
  testMsMax,
);

it(
  'all deliveries once more, the last one first, change no table; the books are right',
  async () => {
    const tables = () =>
      Promise.all(
        ['orders_current', 'credits_current', 'touchpoints_current', 'identities_current'].map(
          (name) => product.sql(`SELECT * EXCEPT recorded_at FROM ${name} ORDER BY ALL`),
        ),
      );
    await product.settle();
    const before = await tables();
    expect(before.every((rows) => rows.length > 0)).toBe(true);
    for (const again of deliveries.toReversed()) await again();
    await product.settle();
    expect(await tables()).toEqual(before);
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);

it(
  'a shop that has left Shopify: all its customers are erased, other shops and the books stay',
  async () => {
    const eve = fixture('shopify-order')
      .replaceAll('820982911946154508', '820982911946154999')
      .replace('115310627314723954', '115310627314723999')
      .replaceAll('jon@example.com', 'eve@example.com')
      .replace('+16135550142', '+16135550199')
      .replace('a-77', 'a-78');
    await shopify('orders/create', eve);
    const customers = async (prefix: string) => {
      await product.settle();
      const rows = await product.sql(
        `SELECT identifier FROM identities_current
        WHERE identifier_type = 'customer_id' AND startsWith(identifier, '${prefix}')`,
      );
      return rows.map(({ identifier }) => identifier);
    };
    expect(await customers('shopify:')).toContain('shopify:115310627314723999');
    const others = await customers('woocommerce:');
    await shopify('shop/redact', '{"shop_id": 954889, "shop_domain": "jsmith.myshopify.com"}');
    // What is left are the random names under which the erased go on.
    for (const name of await customers('shopify:')) expect(name).not.toMatch(/^shopify:\d+$/);
    expect(await customers('woocommerce:')).toEqual(others);
    expect(await orderRow('820982911946154999')).toMatchObject([{ net: 38_800 }]);
  },
  testMsMax,
);
