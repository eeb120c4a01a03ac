/**
 * One customer's whole way in a real browser, against the running product: an influencer's tracked
 * link, the landing page, consent, a newsletter, a purchase that the pixel, the shop and the payment
 * provider tell of, a partial refund, and an erasure. One order, credited to whom it is due, exactly,
 * until the end; then the person is nowhere and the totals hold.
 */
import { createHmac } from 'node:crypto';
import { models } from '@rosi/attribution';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.js';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import {
  hashKey,
  makeDataDir,
  type Product,
  removeDataDir,
  startProduct,
} from '../harness/product.js';
import { deliverWebhook, fixture, hmacOf } from '../harness/webhook-deliveries.js';
import { delivered, newVisitor, type SiteServer, serveSites, snippet } from './pixel-site.js';

const secret = 'webhook-secret-of-the-story';
const orderId = '820982911946154508';
const email = 'jon@example.com';
/** The fixture's order, and the successful parts of its refund. */
const [gross, refunded] = [38_800, 12_010];

const endpoints = [
  { id: 'shop', source: 'shopify', secrets: [secret], settings: { landing_page: false } },
  // The shop tells of its refunds itself.
  { id: 'pay', source: 'stripe', secrets: [secret], settings: { refunds: false } },
];

let browser: Browser;
let product: Product;
let dataDir: string;
let sites: SiteServer;

/** The shop: strict, with a banner, a newsletter form and a thank-you page. */
function shopPage(path: string): string {
  const collector = `http://rosi.story.localhost:${new URL(product.httpUrl).port}`;
  const thanks = `<script>window.rosi = window.rosi || [];
    rosi.push(['purchase', {order_id: '${orderId}', total: '388.00', currency: 'EUR'}]);</script>`;
  return `<!doctype html><title>Shop ${path}</title>${snippet(collector, '&consent=strict')}
    <div id="banner"><button onclick="rosi.consent({analytics: true, marketing: true});
      this.parentNode.remove()">Accept</button></div>
    <form onsubmit="rosi.identify({email: this.email.value}); this.reset(); return false">
      <label>Newsletter <input name="email" type="email"></label><button>Sign up</button></form>
    ${path === '/thanks' ? thanks : ''}`;
}

beforeAll(async () => {
  browser = await openBrowser();
  dataDir = await makeDataDir();
  product = await startProduct({
    dataDir,
    env: {
      ROSI_OWN_DOMAINS: '*.story.localhost',
      ROSI_WEBHOOKS: JSON.stringify({ endpoints }),
    },
  });
  sites = await serveSites((_host, path) => shopPage(path));
}, 300_000);
afterAll(async () => {
  await browser?.close();
  sites?.close();
  await product?.kill();
  await removeDataDir(dataDir);
});

const shop = (path: string) => `http://www.story.localhost:${sites.port}${path}`;
const hmac = (content: string, encoding: 'base64' | 'hex') => hmacOf(secret, content, encoding);

const shopify = (topic: string, body: string) =>
  deliverWebhook(product, 'shopify/shop', body, {
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': hmac(body, 'base64'),
  });

/** Stripe's times are whole seconds. */
function stripe(body: string, seconds: number) {
  const signed = `${seconds}.${body}`;
  return deliverWebhook(product, 'stripe/pay', body, {
    'stripe-signature': `t=${seconds},v1=${hmac(signed, 'hex')}`,
  });
}

/** Credit by model of one touchpoint, and of all: conservation is checked on the way. */
async function credits(net: number): Promise<Record<string, Record<string, number>>> {
  await product.settle();
  const rows = await product.sql(
    `SELECT model, influencer_id || '/' || post_id || '/' || medium AS who, sum(credit) AS credit
    FROM credits_current WHERE order_id = '${orderId}' GROUP BY model, who ORDER BY who`,
  );
  const byModel: Record<string, Record<string, number>> = {};
  for (const { model, who, credit } of rows) {
    byModel[String(model)] = { ...byModel[String(model)], [String(who)]: Number(credit) };
  }
  expect(Object.keys(byModel).sort()).toEqual([...models].sort());
  for (const shares of Object.values(byModel)) {
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(net);
  }
  return byModel;
}

const totals = () =>
  Promise.all(
    ['influencer', 'post', 'campaign', 'channel'].map((name) =>
      product.sql(`SELECT * EXCEPT workspace FROM revenue_by_${name}_daily ORDER BY ALL`),
    ),
  );

const personTables = ['order_records', 'credit_deltas', 'events', 'touchpoints', 'identities'];
/** Rows of any table that name one of them. */
async function rowsNaming(traces: readonly string[]): Promise<string[]> {
  const all = personTables.map((name) => `SELECT toString(tuple(*)) AS row FROM rosi.${name}`);
  const looked = traces.map((trace) => `position(row, '${trace}') > 0`).join(' OR ');
  const found = await product.sql(`SELECT row FROM (${all.join(' UNION ALL ')}) WHERE ${looked}`);
  return found.map(({ row }) => String(row));
}

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await delivered(page);
}

const ada = 'ada/p-story/social';
const newsletter = '//email';

test('from an influencer’s link to an erasure', async () => {
  await product.post([
    { type: 'influencer', influencer: { influencer_id: 'ada', name: 'Ada' } },
    {
      type: 'post',
      post: {
        post_id: 'p-story',
        platform: 'mastodon',
        influencer_id: 'ada',
        published_at: '2026-01-01T00:00:00Z',
      },
    },
  ]);
  const link = { link_id: 'story', url: shop('/shoes?utm_source=mastodon'), post_id: 'p-story' };
  const made = await operate(product, 'POST', '/v1/links', link);
  expect(made['rejected']).toEqual([]);

  // The post's tracked link, opened by a person.
  const { context, page, complaints } = await newVisitor(browser);
  await open(page, `http://rosi.story.localhost:${new URL(product.httpUrl).port}/l/story`);
  const landing = new URL(page.url());
  expect(landing.pathname).toBe('/shoes');
  const clickId = landing.searchParams.get('rosi_click') ?? '';
  expect(clickId).not.toBe('');
  expect(await context.cookies()).toEqual([]);

  // Consent, on the landing page.
  await page.getByRole('button', { name: 'Accept' }).click();
  await delivered(page);
  expect(new URL(page.url()).searchParams.has('rosi_click')).toBe(false);
  const visitor = String(await page.evaluate('rosi.anonymousId()'));
  const [cookie] = (await context.cookies()).filter(({ name }) => name === 'rosi_id');
  expect(cookie).toMatchObject({ value: visitor, httpOnly: true });

  // The newsletter; its first letter leads back to the shop.
  await page.getByLabel('Newsletter').fill(email);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await delivered(page);
  await open(page, shop('/sale?utm_source=newsletter&utm_medium=email'));

  // A purchase: the thank-you page (opened twice), the shop, the payment provider.
  await open(page, shop('/thanks'));
  await page.reload();
  await delivered(page);
  const boughtAt = new Date().toISOString();
  const order = fixture('shopify-order')
    .replaceAll('2026-03-02T05:09:11-05:00', boughtAt)
    .replaceAll('2026-03-02T05:09:14-05:00', boughtAt)
    .replace('a-77', visitor);
  await shopify('orders/create', order);
  const seconds = Math.ceil(Date.now() / 1_000);
  const session = fixture('stripe-session')
    .replace('"metadata": {}', `"metadata": {"order_id": "${orderId}"}`)
    .replaceAll('2198', '38800')
    .replace('"u-7"', 'null')
    .replace('jenny@example.com', email)
    .replace('"+15555550123"', 'null')
    .replace('1772359200', String(seconds));
  await stripe(session, seconds);

  const before = await credits(gross);
  const orders = 'SELECT order_id, gross, refunded, net FROM orders_current';
  expect(await product.sql(orders)).toEqual([
    { order_id: orderId, gross, refunded: 0, net: gross },
  ]);
  expect(before).toMatchObject({
    first_touch: { [ada]: gross },
    last_touch: { [newsletter]: gross },
    linear: { [ada]: gross / 2, [newsletter]: gross / 2 },
    position_based: { [ada]: gross / 2, [newsletter]: gross / 2 },
  });

  // A part comes back: each credit falls by exactly its share.
  const refund = fixture('shopify-refund').replaceAll('2026-03-05T10:00:00-05:00', boughtAt);
  await shopify('refunds/create', refund);
  await shopify('refunds/create', refund);
  const net = gross - refunded;
  const after = await credits(net);
  expect(await product.sql(orders)).toEqual([{ order_id: orderId, gross, refunded, net }]);
  for (const [model, shares] of Object.entries(before)) {
    for (const [who, credit] of Object.entries(shares)) {
      const fallen = credit - (after[model]?.[who] ?? 0);
      // To the unit: a share of an odd amount is rounded to one.
      expect(Math.abs(fallen - (refunded * credit) / gross)).toBeLessThan(1);
    }
  }
  expect(after['linear']).toEqual({ [ada]: net / 2, [newsletter]: net / 2 });

  // Erasure: the person is nowhere, the totals are what they were.
  const hash = (text: string) => createHmac('sha256', hashKey).update(text).digest('hex');
  const traces = [visitor, clickId, hash(email), 'shopify:115310627314723954', '/sale'];
  const held = await totals();
  for (const trace of traces) expect(await rowsNaming([trace]), trace).not.toEqual([]);
  await operate(product, 'POST', '/v1/persons/erase', { identifiers: { email } });
  await product.settle();
  expect(await rowsNaming(traces)).toEqual([]);
  expect(await operate(product, 'POST', '/v1/persons/export', { identifiers: { email } })).toEqual({
    persons: [],
  });
  // What is told late brings nobody back.
  await shopify('orders/paid', order);
  await stripe(session, seconds);
  await product.settle();
  expect(await rowsNaming(traces)).toEqual([]);
  expect(await credits(net)).toEqual(after);
  expect(await totals()).toEqual(held);
  const checked = await runCommand(dataDir, ['check']);
  expect(checked.code, checked.stdout).toBe(0);
  expect(complaints).toEqual([]);
}, 300_000);
