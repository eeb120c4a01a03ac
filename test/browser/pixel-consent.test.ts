/// <reference lib="dom" />
/**
 * The pixel and what a visitor allows, and what it does when the collector is away: nothing is kept
 * without consent, nothing that happened with consent is lost.
 */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  startProduct,
  writeKey,
} from '../harness/product.js';
import {
  delivered,
  eventsOf,
  open,
  pageViews,
  pathOf,
  type SiteServer,
  serveSites,
  snippet,
  startsVisit,
  visitorsOf,
} from './pixel-site.js';

let browser: Browser;
let product: Product;
let sites: SiteServer;
let port: number;
const bodies = new Map<string, string>();

const start = () => startProduct({ dataDir, env: { ROSI_HTTP_PORT: String(port) } });
let dataDir: string;

/** A port that stays the same when the product is started again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const found = (server.address() as AddressInfo).port; // A TCP socket is listening.
  await new Promise((resolve) => server.close(resolve));
  return found;
}

beforeAll(async () => {
  browser = await openBrowser();
  dataDir = await makeDataDir();
  port = await freePort();
  product = await start();
  sites = await serveSites((host, path) => {
    const settings = host.startsWith('strict.') ? '&consent=strict' : '';
    const site = host.split('.').slice(-2).join('.');
    const script = snippet(`http://rosi.${site}:${port}`, settings);
    return `<!doctype html><title>Page ${path}</title>${bodies.get(path) ?? script}
      <a id="two" href="/two">two</a>`;
  });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  sites?.close();
  await product?.stop();
  await removeDataDir(dataDir);
});

const { visitor } = visitorsOf(() => browser);
const address = (host: string, path = '/') => `http://${host}.localhost:${sites.port}${path}`;
async function tell(page: Page, call: string): Promise<void> {
  await page.evaluate(`rosi.${call}`);
  await delivered(page);
}
/** Names of everything that the browser keeps for the site. */
async function kept(context: BrowserContext, page: Page): Promise<string[]> {
  const stored = await page.evaluate('Object.keys(localStorage)');
  return [...(await context.cookies()).map(({ name }) => name), ...(stored as string[])];
}
/** As when the visitor goes to another tab; a headless browser shows all of its tabs. */
const hide = (page: Page) =>
  page.evaluate(`Object.defineProperty(document, 'hidden', {value: true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));`);

test('strict: nothing is kept or sent before the decision; consent then names the arrival', async () => {
  const { context, page } = await visitor();
  await open(page, address('strict.late', '/?utm_source=mastodon&rosi_click=k-late'));
  await tell(page, "identify({user_id: 'u-late'})");
  expect(await kept(context, page)).toEqual([]);
  expect(page.url()).toContain('rosi_click=k-late'); // A banner may load the page again.
  await tell(page, 'consent({analytics: true, marketing: false})');
  const [view] = await pageViews(product, 'late', 1);
  expect(view).toMatchObject({ identifier_type: 'anonymous_id' });
  expect(JSON.parse(String(view?.['consent']))).toEqual({ analytics: true, marketing: false });
  expect(startsVisit(view)).toBe(true);
  expect(page.url()).not.toContain('rosi_click');
  const persons = await product.sql(
    `SELECT uniqExact(person_id) AS persons FROM identities_current
    WHERE identifier IN ('k-late', 'u-late', '${String(view?.['identifier'])}')`,
  );
  expect(persons).toEqual([{ persons: 1 }]);
  // It is remembered: the next page asks for nothing.
  await open(page, address('strict.late', '/two'));
  expect((await pageViews(product, 'late', 2))[1]?.['identifier']).toBe(view?.['identifier']);
}, 120_000);

test('strict: who leaves without deciding is counted, by nobody’s name', async () => {
  const { context, page } = await visitor();
  await open(page, address('strict.never', '/?utm_source=mastodon&gclid=g-never'));
  await page.click('#two');
  await delivered(page);
  await page.goto('about:blank');
  const views = await pageViews(product, 'never', 2);
  expect(views.map(({ identifier }) => identifier)).toEqual(['', '']);
  expect(views.map(startsVisit)).toEqual([true, false]);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0]);
  expect(pathOf(views[0])).not.toContain('g-never');
  expect(await context.cookies()).toEqual([]);
}, 120_000);

test('strict: consent after the page was out of sight still names the arrival', async () => {
  const { page } = await visitor();
  await open(page, address('strict.hidden', '/?utm_source=mastodon'));
  await tell(page, "identify({user_id: 'u-hidden'})");
  await hide(page);
  await pageViews(product, 'hidden', 1);
  await tell(page, 'consent({analytics: true})');
  const views = await pageViews(product, 'hidden', 2);
  expect(views.map(({ identifier_type: type }) => type).sort()).toEqual(['', 'anonymous_id']);
  expect(views.map(startsVisit)).toEqual([true, true]);
  const named = views.find(({ identifier }) => identifier !== '')?.['identifier'];
  const persons = await product.sql(
    `SELECT uniqExact(person_id) AS persons, count() AS identifiers FROM identities_current
    WHERE identifier IN ('u-hidden', '${String(named)}')`,
  );
  expect(persons).toEqual([{ persons: 1, identifiers: 2 }]);
}, 120_000);

test('strict: a refusal keeps nothing, also for orders, which count', async () => {
  const { context, page } = await visitor();
  await open(page, address('strict.refused', '/'));
  await tell(page, 'consent({analytics: false})');
  await tell(page, "purchase({order_id: 'N-1', total: '7.00', currency: 'EUR'})");
  const [view] = await pageViews(product, 'refused', 1);
  expect(view?.['identifier']).toBe('');
  expect(await kept(context, page)).toEqual([]);
  const [purchase] = await eventsOf(product, "order_id = 'N-1'", 1);
  expect(purchase).toMatchObject({ identifier_type: 'order_id', identifier: 'N-1' });
  expect(await page.evaluate('rosi.anonymousId()')).toBe('');
}, 120_000);

test('nothing but true is a yes: a text is a refusal, and is remembered as one', async () => {
  const { context, page } = await visitor();
  await open(page, address('www.text'));
  await tell(page, "consent({analytics: 'denied'})");
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('rosi_id');
  await open(page, address('www.text', '/two'));
  expect(await page.evaluate('document.cookie')).toContain(
    encodeURIComponent('["",{"analytics":false}]'),
  );
  const views = await pageViews(product, 'text', 2);
  expect(views.map(({ identifier }) => identifier !== '')).toEqual([true, false]);
}, 120_000);

test('back to a page that is loaded anew arrives once', async () => {
  const { page } = await visitor();
  await open(page, address('www.anew', '/?utm_source=mastodon'));
  await page.click('#two');
  await delivered(page);
  await page.goBack();
  await delivered(page);
  const views = await pageViews(product, 'anew', 3);
  expect(views.map(pathOf)).toEqual(['/?utm_source=mastodon', '/two', '/']);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0, 0]);
}, 120_000);

test('consent withdrawn: all that is kept goes, in every tab; the refusal is remembered', async () => {
  const { context, page } = await visitor();
  await open(page, address('www.withdrawn'));
  const tab = await context.newPage();
  await open(tab, address('www.withdrawn', '/tab'));
  expect((await context.cookies()).map(({ name }) => name)).toContain('rosi_id');
  await tell(page, 'consent({analytics: false})');
  const names = (await context.cookies()).map(({ name }) => name);
  expect(names.filter((name) => !/^rosi_\d+$/.test(name))).toEqual(['rosi_visitor']);
  expect(await page.evaluate('document.cookie')).toContain(
    encodeURIComponent('["",{"analytics":false}]'),
  );
  await tell(tab, 'page()');
  await open(page, address('www.withdrawn', '/after'));
  const views = await pageViews(product, 'withdrawn', 4);
  expect(views.map(({ identifier }) => identifier !== '')).toEqual([true, true, false, false]);
  await tell(page, 'consent({analytics: true})');
  await open(page, address('www.withdrawn', '/again'));
  const again = (await pageViews(product, 'withdrawn', 5))[4]?.['identifier'];
  expect(again).not.toBe('');
  expect(again).not.toBe(views[0]?.['identifier']);
}, 120_000);

test('Global Privacy Control: nobody’s, whatever is said; nothing is kept', async () => {
  const { context, page } = await visitor({ extraHTTPHeaders: { 'sec-gpc': '1' } });
  await context.addInitScript(
    "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})",
  );
  await open(page, address('www.gpc', '/?utm_source=a&rosi_click=k-gpc'));
  await tell(page, 'consent({analytics: true})');
  await tell(page, "identify({email: 'ada@example.org'})");
  const [view] = await pageViews(product, 'gpc', 1);
  expect(view).toMatchObject({ identifier: '', touchpoint: 0 });
  expect(await kept(context, page)).toEqual([]);
}, 120_000);

test('Do Not Track: refused, unless the visitor agrees on this site', async () => {
  const { context, page } = await visitor();
  await context.addInitScript(
    "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})",
  );
  await open(page, address('www.dnt'));
  expect(await kept(context, page)).toEqual([]);
  await tell(page, 'consent({analytics: true})');
  await tell(page, 'page()');
  const views = await pageViews(product, 'dnt', 2);
  expect(views.map(({ identifier_type: type }) => type)).toEqual(['', 'anonymous_id']);
}, 120_000);

const gtag = `<script>window.dataLayer = window.dataLayer || [];
  function gtag() { dataLayer.push(arguments); }</script>`;

test('Consent Mode: denied by default waits, granted names the visitor', async () => {
  bodies.set(
    '/mode',
    `${gtag}<script>gtag('consent', 'default', {analytics_storage: 'denied'});</script>
    <script async src="http://rosi.mode.localhost:${port}/rosi.js?write_key=${writeKey}"></script>`,
  );
  const { context, page } = await visitor();
  await open(page, address('www.mode', '/mode'));
  expect(await kept(context, page)).toEqual([]);
  await page.evaluate("gtag('consent', 'update', {analytics_storage: 'granted'})");
  await delivered(page);
  expect((await pageViews(product, 'mode', 1))[0]?.['identifier_type']).toBe('anonymous_id');
}, 120_000);

test('GA4’s data layer: gtag and Tag Manager purchases are orders, a refund is told off', async () => {
  const { page, complaints } = await visitor();
  bodies.set(
    '/ga4',
    `${gtag}<script>gtag('event', 'purchase', {transaction_id: 'G-1', value: 25.42,
      currency: 'EUR', tax: 4.9, shipping: 5.99, coupon: 'SUMMER,ADA',
      items: [{item_id: 'SKU_1', item_name: 'Shoe', price: 10.01, quantity: 2}]});</script>
    ${snippet(`http://rosi.ga4.localhost:${port}`)}`,
  );
  await open(page, address('www.ga4', '/ga4'));
  await page.evaluate(`dataLayer.push({event: 'purchase', ecommerce:
    {transaction_id: 'G-2', value: '9.90', currency: 'EUR'}}, {event: 'other'}, 7, null);
    gtag('event', 'refund', {transaction_id: 'G-1', value: 5, currency: 'EUR'});
    dataLayer.push({ecommerce: {transaction_id: 'G-3', value: 7, currency: 'eur'}}, {event: 'x'});
    dataLayer.push({event: 'purchase'});
    dataLayer.push({event: 'purchase', transaction_id: 'G-4', value: '8.00', currency: 'EUR'});`);
  await delivered(page);
  await eventsOf(product, "order_id LIKE 'G-%'", 4);
  const orders = await product.sql(
    `SELECT order_id, gross, tax, shipping, refunded FROM orders_current
    WHERE order_id LIKE 'G-%' ORDER BY order_id`,
  );
  expect(orders).toEqual([
    { order_id: 'G-1', gross: 2_542, tax: 490, shipping: 599, refunded: 0 },
    { order_id: 'G-2', gross: 990, tax: 0, shipping: 0, refunded: 0 },
    { order_id: 'G-3', gross: 700, tax: 0, shipping: 0, refunded: 0 },
    { order_id: 'G-4', gross: 800, tax: 0, shipping: 0, refunded: 0 },
  ]);
  expect(complaints).toEqual(['warning: rosi: shops send refunds']);
  expect(await page.evaluate('dataLayer.length')).toBe(10);
}, 120_000);

test('the collector away: events wait in the browser, over pages, and arrive once', async () => {
  const { context, page } = await visitor();
  await open(page, address('www.away'));
  await product.stop();
  // The script comes from the browser's cache.
  await page.evaluate("rosi.identify({user_id: 'u-away'})");
  await page.evaluate("rosi.purchase({order_id: 'A-1', total: '3.00', currency: 'EUR'})");
  await page.waitForFunction('Object.keys(localStorage).length === 2');
  await page.goto(address('www.away', '/two'));
  await page.waitForFunction('window.rosi && Object.keys(localStorage).length >= 3');
  product = await start();
  await open(page, address('www.away', '/three'));
  await page.waitForFunction('Object.keys(localStorage).length === 0', undefined, {
    timeout: 90_000,
  });
  const views = await pageViews(product, 'away', 3);
  expect(views.map(pathOf)).toEqual(['/', '/two', '/three']);
  await eventsOf(product, "order_id = 'A-1'", 1);
  const [order] = await product.sql("SELECT person_id FROM orders_current WHERE order_id = 'A-1'");
  const [known] = await product.sql(
    "SELECT person_id FROM identities_current WHERE identifier = 'u-away'",
  );
  expect(order).toEqual(known);
  expect((await context.cookies()).map(({ name }) => name)).toContain('rosi_id');
}, 240_000);

test('without scripts the image counts the page and the order, and knows nobody', async () => {
  const image = (more: string) =>
    `<noscript><img src="http://rosi.noscript.localhost:${port}/rosi.gif?write_key=${writeKey}${more}"
      alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>`;
  bodies.set('/plain', image(''));
  bodies.set('/plain-thanks', image('&order_id=I-1&total=4.50&currency=EUR'));
  const { context, page } = await visitor({ javaScriptEnabled: false });
  await page.goto(address('www.noscript', '/plain?utm_source=mastodon'));
  await page.goto(address('www.noscript', '/plain-thanks'));
  await page.reload();
  const views = await pageViews(product, 'noscript', 2);
  expect(views.map(({ type, identifier }) => [type, identifier])).toEqual([
    ['page', ''],
    ['purchase', 'I-1'],
  ]);
  expect(pathOf(views[0])).toBe('/plain?utm_source=mastodon');
  expect(await product.sql("SELECT gross FROM orders_current WHERE order_id = 'I-1'")).toEqual([
    { gross: 450 },
  ]);
  expect(await context.cookies()).toEqual([]);
}, 120_000);

test('a page of another origin may send beacons of its own, as text or as JSON', async () => {
  bodies.set('/beacon', '<p>no pixel</p>');
  const { page, complaints } = await visitor();
  await page.goto(address('www.beacon', '/beacon'));
  const url = `http://rosi.beacon.localhost:${port}/v1/events?write_key=${writeKey}`;
  await page.evaluate(`
    for (const type of ['text/plain', 'application/json']) navigator.sendBeacon('${url}', new Blob(
      [JSON.stringify({type: 'page', page: {url: location.href + '?as=' + type}})], {type}))`);
  const views = await pageViews(product, 'beacon', 2);
  expect(views.map(pathOf).sort()).toEqual([
    '/beacon?as=application/json',
    '/beacon?as=text/plain',
  ]);
  expect(complaints).toEqual([]);
}, 120_000);

test('as a package: the same pixel, bundled with the shop’s own script', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createPixel } from '@rosi/pixel';
        window.rosi = createPixel({ host: 'http://rosi.bundled.localhost:${port}',
          writeKey: '${writeKey}' });
        rosi.event({ type: 'lead', properties: { form: 'newsletter' } });`,
      resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
    },
    bundle: true,
    write: false,
  });
  bodies.set('/bundled', `<script>${outputFiles[0]?.text}</script>`);
  const { page, complaints } = await visitor();
  await open(page, address('www.bundled', '/bundled'));
  const [view] = await pageViews(product, 'bundled', 1);
  const leads = await eventsOf(product, "type = 'lead'", 1);
  expect(leads[0]).toMatchObject({ identifier: view?.['identifier'] });
  expect(complaints).toEqual([]);
}, 120_000);
