/// <reference lib="dom" />
/**
 * Segment's and Snowplow's own libraries, pointed at the running product and at nothing else: from
 * a visit and an order in their languages to `credits_current`.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Analytics } from '@segment/analytics-node';
import {
  buildEcommerceTransaction,
  buildEcommerceTransactionItem,
  buildPageView,
  buildSelfDescribingEvent,
  newTracker,
} from '@snowplow/node-tracker';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.js';
import { runCommand } from '../harness/command.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
  writeKey,
} from '../harness/product.js';

const testMsMax = 180_000;
const models = 6;
const pollMs = 100;
/** The one that a headless browser states is a bot's. */
const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';

let product: Product;
let dataDir: string;
let browser: Browser;
let shop: Server;
let shopUrl: string;

const resolvePath = createRequire(import.meta.url).resolve;
/** The libraries' own bundles for browsers, as they are published. */
const scripts: ReadonlyMap<string, string> = new Map(
  [
    ['/segment.js', '@segment/analytics-next/dist/umd/index.js'],
    ['/snowplow.js', '@snowplow/browser-tracker/dist/index.umd.js'],
    ['/ecommerce.js', '@snowplow/browser-plugin-snowplow-ecommerce/dist/index.umd.js'],
  ].map(([address = '', path = '']) => [address, readFileSync(packageFile(path), 'utf8')]),
);

/** A file of a package, whether or not its `exports` name it. */
function packageFile(path: string): string {
  const [scope, name, ...rest] = path.split('/');
  const folder = new URL(`../../node_modules/${scope}/${name}/`, import.meta.url);
  expect(resolvePath(`${scope}/${name}/package.json`)).toContain(`${scope}/${name}`);
  return new URL(rest.join('/'), folder).pathname;
}

/** A shop of one page, whatever its address; it loads the libraries from itself. */
function startShop(): Promise<Server> {
  const tags = [...scripts.keys()].map((path) => `<script src="${path}"></script>`).join('');
  const html = `<!doctype html><title>Hats</title>${tags}<h1>Hats</h1>`;
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? html);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  dataDir = await makeDataDir();
  [browser, product, shop] = await Promise.all([
    openBrowser(),
    startProduct({ dataDir }),
    startShop(),
  ]);
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`; // It is listening.
}, testMsMax);
afterAll(async () => {
  await browser?.close();
  shop?.close();
  await product?.kill();
  await removeDataDir(dataDir);
});

/** A new visitor on a page of the shop; requests to anybody but shop and product are refused. */
async function visitShop(path: string, referrer?: string): Promise<Page> {
  const context = await browser.newContext({ userAgent });
  const known = [shopUrl, product.httpUrl];
  await context.route(
    (url) => !known.includes(url.origin),
    (route) => {
      elsewhere.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  await page.goto(`${shopUrl}${path}`, referrer === undefined ? {} : { referer: referrer });
  return page;
}
const elsewhere: string[] = [];

/** Resolves once what the page sends has made the order; the test's own limit bounds it. */
async function ordered(orderId: string): Promise<void> {
  while ((await orderRow(orderId)).length === 0) await wait(pollMs);
}

async function orderRow(orderId: string) {
  await product.settle();
  return product.sql(
    `SELECT gross, refunded, net, tax, currency, new_customer FROM orders_current
    WHERE order_id = '${orderId}'`,
  );
}

/** The credit by touchpoint of the linear model; every model's sum is checked on the way. */
async function credits(orderId: string, net: number) {
  await product.settle();
  const sums = await product.sql(
    `SELECT model, sum(credit) AS credit FROM credits_current WHERE order_id = '${orderId}'
    GROUP BY model`,
  );
  expect(sums.map(({ credit }) => credit)).toEqual(Array(models).fill(net));
  return product.sql(
    `SELECT platform, medium, campaign_id, credit FROM credits_current
    WHERE order_id = '${orderId}' AND model = 'linear' ORDER BY touched_at`,
  );
}

function segmentServer(key: string): Analytics {
  return new Analytics({ writeKey: key, host: product.httpUrl, flushAt: 20, maxRetries: 0 });
}

const landing =
  'https://shop.example/hats?utm_source=mastodon&utm_medium=social&utm_campaign=spring';
const orderCompleted = {
  event: 'Order Completed',
  properties: {
    order_id: 'seg-1',
    total: 129.9,
    tax: 21.65,
    shipping: '4.90',
    currency: 'EUR',
    coupon: 'ada10',
    products: [{ product_id: 'p1', sku: 'H-1', name: 'Hat', price: 62.5, quantity: 2 }],
  },
};

/** What a shop's server sends of one customer; the same message ids each time. */
async function sendBySegmentServer(): Promise<void> {
  const analytics = segmentServer(writeKey);
  const failures: unknown[] = [];
  analytics.on('error', (error) => failures.push(error));
  const seen = { anonymousId: 'seg-a-1', context: { page: { url: landing } } };
  analytics.page({ ...seen, messageId: 'm-page', timestamp: new Date('2026-03-01T10:00:00Z') });
  analytics.identify({
    ...{ userId: 'seg-u-1', anonymousId: 'seg-a-1', messageId: 'm-identify' },
    traits: { email: 'Ada@Example.org', phone: '+33612345678', firstName: 'Augusta' },
    timestamp: new Date('2026-03-01T10:05:00Z'),
  });
  analytics.track({
    ...orderCompleted,
    ...{ userId: 'seg-u-1', messageId: 'm-order', timestamp: new Date('2026-03-02T10:00:00Z') },
  });
  // Refused: a write key is public, and a refund takes money out of the books.
  const refund = { order_id: 'seg-1', total: 129.9, currency: 'EUR' };
  const refunded = { userId: 'seg-u-1', event: 'Order Refunded', properties: refund };
  analytics.track({ ...refunded, messageId: 'm-refund-public' });
  await analytics.closeAndFlush();
  expect(failures).toEqual([]);
}

test(
  'Segment for Node.js: visit, identity, order; refunds by the secret key alone',
  async () => {
    await sendBySegmentServer();
    expect(await orderRow('seg-1')).toMatchObject([{ gross: 12_990, refunded: 0, tax: 2_165 }]);
    expect(await credits('seg-1', 12_990)).toEqual([
      { platform: 'mastodon', medium: 'social', campaign_id: 'spring', credit: 12_990 },
    ]);
    const server = segmentServer(secretKey);
    const refund = { order_id: 'seg-1', total: '29.90', currency: 'EUR', refund_id: 'r-1' };
    server.track({ userId: 'seg-u-1', event: 'Order Refunded', properties: refund });
    await server.closeAndFlush();
    expect(await orderRow('seg-1')).toMatchObject([{ refunded: 2_990, net: 10_000 }]);
    await credits('seg-1', 10_000);
    // All of it once more: nothing counts twice, and what was personal is nowhere.
    const rows = () => product.sql('SELECT * FROM events_current ORDER BY event_id');
    const before = await rows();
    await sendBySegmentServer();
    await product.settle();
    expect(await rows()).toEqual(before);
    expect(JSON.stringify(before)).not.toMatch(/example\.org|33612345678|Augusta/i);
    const metrics = (await product.request('/metrics')).body;
    expect(metrics).toContain(
      'rosi_collector_tracker_messages_total{tracker="segment",outcome="rejected",reason="type_not_allowed"} 2',
    );
  },
  testMsMax,
);

test(
  'Segment in a browser, its settings included: landing, identity, order',
  async () => {
    const page = await visitShop('/?utm_source=newsletter&utm_medium=email&utm_campaign=march');
    await page.evaluate(
      async ([key, cdnURL]) => {
        const { AnalyticsBrowser } = (globalThis as never as SegmentGlobal).AnalyticsNext;
        const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL });
        await analytics.page();
        await analytics.identify('seg-u-2', { email: 'grace@example.org' });
        await analytics.track('Product Viewed', { sku: 'H-2' });
        await analytics.track('Order Completed', {
          ...{ order_id: 'seg-2', revenue: 40, shipping: 5, tax: 4.5, currency: 'EUR' },
        });
      },
      [writeKey, product.httpUrl] as const,
    );
    await ordered('seg-2');
    expect(await orderRow('seg-2')).toMatchObject([{ gross: 4_950, tax: 450, new_customer: true }]);
    expect(await credits('seg-2', 4_950)).toEqual([
      { platform: 'newsletter', medium: 'email', campaign_id: 'march', credit: 4_950 },
    ]);
    const [viewed] = await product.sql(
      "SELECT type, source, url FROM events_current WHERE properties LIKE '%Product Viewed%'",
    );
    expect(viewed).toMatchObject({ type: 'identify', source: 'pixel' });
    expect(elsewhere).toEqual([]);
    await page.context().close();
  },
  testMsMax,
);

interface SegmentGlobal {
  readonly AnalyticsNext: {
    readonly AnalyticsBrowser: {
      load(settings: object): {
        page(): Promise<unknown>;
        identify(id: string, traits: object): Promise<unknown>;
        track(name: string, properties: object): Promise<unknown>;
      };
    };
  };
}

const schema = (path: string) => `iglu:com.snowplowanalytics.snowplow.ecommerce/${path}`;

test(
  'Snowplow for Node.js: transactions by POST and GET, a refund by the secret key alone',
  async () => {
    const failures: unknown[] = [];
    const emitter = {
      endpoint: product.httpUrl,
      bufferSize: 10,
      onRequestFailure: (failure: unknown) => failures.push(failure),
    };
    const tracker = newTracker({ namespace: 'sp', appId: writeKey }, emitter);
    tracker.setDomainUserId('sp-a-1');
    tracker.track(buildPageView({ pageUrl: 'https://shop.example/?gclid=abc', pageTitle: 'Hats' }));
    tracker.setUserId('sp-u-1');
    const order = { orderId: 'sp-1', total: 20, affiliation: 'web', tax: 3, currency: 'JPY' };
    tracker.track(buildEcommerceTransaction({ ...order, shipping: 2 }));
    const item = { orderId: 'sp-1', sku: 'H-1', price: 10, quantity: 2, currency: 'JPY' };
    tracker.track(buildEcommerceTransactionItem({ ...item, name: 'Hat', category: 'hats' }));
    await tracker.flush();
    expect(await orderRow('sp-1')).toMatchObject([{ gross: 20, net: 20, tax: 3, currency: 'JPY' }]);
    expect(await credits('sp-1', 20)).toMatchObject([{ platform: 'google', medium: 'cpc' }]);

    const transaction = { transaction_id: 'sp-2', revenue: 30, currency: 'EUR' };
    const entity = { schema: schema('transaction/jsonschema/1-0-0'), data: transaction };
    const action = (type: string) =>
      buildSelfDescribingEvent({
        event: { schema: schema('snowplow_ecommerce_action/jsonschema/1-0-2'), data: { type } },
      });
    const got = newTracker(
      { namespace: 'get', appId: writeKey, encodeBase64: false },
      { ...emitter, eventMethod: 'get', bufferSize: 1 },
    );
    got.setUserId('sp-u-1');
    got.track(action('transaction'), [entity]);
    await got.flush();
    const refund = { transaction_id: 'sp-2', refund_amount: 12.5, currency: 'EUR' };
    const refunded = { schema: schema('refund/jsonschema/1-0-0'), data: refund };
    got.track(action('refund'), [refunded]);
    await got.flush();
    expect(await orderRow('sp-2')).toMatchObject([{ gross: 3_000, refunded: 0 }]);

    const authorization = `Bearer ${secretKey}`;
    const server = newTracker(
      { namespace: 'server', appId: 'books' },
      { ...emitter, customHeaders: { authorization } },
    );
    server.track(action('refund'), [refunded]);
    await server.flush();
    expect(await orderRow('sp-2')).toMatchObject([{ gross: 3_000, refunded: 1_250, net: 1_750 }]);
    await credits('sp-2', 1_750);
    expect(failures).toEqual([]);
  },
  testMsMax,
);

test(
  'Snowplow in a browser: landing from a search, ecommerce plugin, order',
  async () => {
    const page = await visitShop('/?utm_source=linkedin&utm_medium=social');
    await page.evaluate(
      ([key, url]) => {
        const all = globalThis as never as SnowplowGlobals;
        all.snowplowBrowserTracking.newTracker('sp', url, {
          appId: key,
          plugins: [all.snowplowEcommerceAccelerator.SnowplowEcommercePlugin()],
          contexts: { session: true },
        });
        all.snowplowBrowserTracking.trackPageView();
        all.snowplowEcommerceAccelerator.setEcommerceUser({ id: 'sp-u-3', email: 'lin@x.org' });
        all.snowplowEcommerceAccelerator.trackTransaction({
          ...{ transaction_id: 'sp-3', revenue: 59.9, currency: 'EUR', tax: 9.5, shipping: 4 },
          ...{ total_quantity: 1, payment_method: 'card', discount_code: 'lin5' },
          products: [
            {
              id: 'H-3',
              name: 'Cap',
              category: 'hats',
              price: 55.9,
              currency: 'EUR',
              quantity: 1,
            },
          ],
        });
      },
      [writeKey, product.httpUrl] as const,
    );
    await ordered('sp-3');
    expect(await orderRow('sp-3')).toMatchObject([{ gross: 5_990, tax: 950 }]);
    expect(await credits('sp-3', 5_990)).toMatchObject([
      { platform: 'linkedin', medium: 'social', credit: 5_990 },
    ]);
    const events = await product.sql(
      "SELECT type, properties FROM events_current WHERE event_id LIKE 'snowplow:%' AND url LIKE '%linkedin%' ORDER BY type",
    );
    expect(events).toMatchObject([{ type: 'page' }, { type: 'purchase' }]);
    expect(String(events[0]?.['properties'])).toContain('session_start');
    expect(elsewhere).toEqual([]);
    await page.context().close();
  },
  testMsMax,
);

interface SnowplowGlobals {
  readonly snowplowBrowserTracking: {
    newTracker(name: string, url: string, settings: object): void;
    trackPageView(): void;
  };
  readonly snowplowEcommerceAccelerator: {
    SnowplowEcommercePlugin(): object;
    setEcommerceUser(user: object): void;
    trackTransaction(transaction: object): void;
  };
}

test(
  'wrong keys are refused, and the books are right',
  async () => {
    const failed: unknown[] = [];
    const analytics = segmentServer('no-key-of-ours');
    analytics.on('error', (error) => failed.push(error));
    analytics.track({ anonymousId: 'x', event: 'Order Completed', properties: { order_id: 'no' } });
    await analytics.closeAndFlush();
    expect(failed).toHaveLength(1);
    const refused: { status?: number | undefined; willRetry: boolean }[] = [];
    const tracker = newTracker(
      { namespace: 'sp', appId: secretKey },
      { endpoint: product.httpUrl, onRequestFailure: (failure) => refused.push(failure) },
    );
    tracker.track(buildPageView({ pageUrl: 'https://shop.example/' }));
    await tracker.flush();
    while (refused.length === 0) await wait(pollMs);
    // The secret key has no place where everybody reads it.
    expect(refused).toMatchObject([{ status: 401, willRetry: false }]);
    expect(await orderRow('no')).toEqual([]);
    const checked = await runCommand(dataDir, ['check']);
    expect(checked.code, checked.stdout).toBe(0);
  },
  testMsMax,
);
