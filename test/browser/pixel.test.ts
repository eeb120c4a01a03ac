/// <reference lib="dom" />
/**
 * The pixel in a real Chromium, from pages of a shop to the tables of the running product: visits,
 * single-page applications, orders told more than once, and browsers that keep nothing.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, openBrowser } from '../harness/browser.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
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
  visitorIn,
  visitorsOf,
} from './pixel-site.js';

let browser: Browser;
let product: Product;
let dataDir: string;
let sites: SiteServer;
/** What stands on a page beside the pixel, by path. */
const bodies = new Map<string, string>();

const port = () => new URL(product.httpUrl).port;
/** The collector as the site of a page knows it. */
const collectorOf = (host: string) =>
  `http://rosi.${host.split('.').slice(-2).join('.')}:${port()}`;

beforeAll(async () => {
  // The back-forward cache is what people's browsers have; the driver turns it off.
  browser = await openBrowser(['--disable-back-forward-cache']);
  dataDir = await makeDataDir();
  product = await startProduct({ dataDir });
  sites = await serveSites((host, path) => {
    const settings = host.startsWith('strict.') ? '&consent=strict' : '';
    const collector = host.startsWith('foreign.') ? product.httpUrl : collectorOf(host);
    const script = snippet(collector, settings);
    return `<!doctype html><title>Page ${path}</title>${bodies.get(path) ?? ''}${script}
      <a id="two" href="/two">two</a>`;
  });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  sites?.close();
  await product?.stop();
  await removeDataDir(dataDir);
});

const { keep, visitor } = visitorsOf(() => browser);
const address = (host: string, path = '/') => `http://${host}.localhost:${sites.port}${path}`;
const cookies = async (context: BrowserContext) =>
  Object.fromEntries((await context.cookies()).map((each) => [each.name, each]));
/** The driver's own way back waits for a load, which a cached page has not. */
async function back(page: Page, end: string): Promise<void> {
  await page.evaluate('history.back()');
  await page.waitForFunction(`location.href.endsWith('${end}')`);
  await delivered(page);
}
const tell = (page: Page, call: string) => page.evaluate(`rosi.${call}`);

test('a visit: one arrival, one visitor, a cookie that no script can read', async () => {
  const { context, page, complaints } = await visitor();
  await open(page, address('www.visit', '/?utm_source=mastodon&utm_medium=social'));
  await page.click('#two');
  await delivered(page);
  await back(page, '?utm_source=mastodon&utm_medium=social');
  await page.reload();
  await delivered(page);
  const views = await pageViews(product, 'visit', 4);
  expect(views.map(pathOf)).toEqual(['/?utm_source=mastodon&utm_medium=social', '/two', '/', '/']);
  expect(views.map(startsVisit)).toEqual([true, false, false, false]);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0, 0, 0]);
  expect(views[0]).toMatchObject({ title: 'Page /', medium: 'social', bot: false });
  expect(new Set(views.map(({ identifier }) => identifier)).size).toBe(1);
  const { rosi_id, rosi_visit } = await cookies(context);
  expect(rosi_id).toMatchObject({
    value: views[0]?.['identifier'],
    domain: '.visit.localhost',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
  });
  const days = ((rosi_id?.expires ?? 0) - Date.now() / 1_000) / 86_400;
  expect(days).toBeGreaterThan(399);
  expect(days).toBeLessThanOrEqual(400);
  expect((rosi_visit?.expires ?? 0) - Date.now() / 1_000).toBeLessThanOrEqual(1_800);
  expect((rosi_visit?.expires ?? 0) - Date.now() / 1_000).toBeGreaterThan(1_700);
  expect(complaints).toEqual([]);
}, 120_000);

test('after 30 minutes, and by a new campaign, a new visit begins', async () => {
  const { context, page } = await visitor();
  await open(page, address('www.later'));
  await context.clearCookies({ name: 'rosi_visit' }); // What the browser does by itself then.
  await open(page, address('www.later', '/two'));
  await open(page, address('www.later', '/?utm_source=news&utm_medium=email'));
  await open(page, address('www.later', '/three?utm_medium=email&utm_source=news'));
  await open(page, address('www.later', '/?gclid=g-1'));
  const views = await pageViews(product, 'later', 5);
  expect(views.map(startsVisit)).toEqual([true, true, true, false, true]);
  expect(views.map(pathOf)[3]).toBe('/three');
}, 120_000);

test('a tracked click is sent, leaves the address, and does not arrive twice', async () => {
  const { page } = await visitor();
  const query = '?size=4%202&utm_source=a&rosi_click=click-of-the-test&colour=red#top';
  await open(page, address('www.tracked', `/${query}`));
  expect(new URL(page.url()).search).toBe('?size=4%202&utm_source=a&colour=red');
  expect(new URL(page.url()).hash).toBe('#top');
  await page.reload();
  await delivered(page);
  const views = await pageViews(product, 'tracked', 2);
  expect(pathOf(views[0])).toContain('rosi_click=click-of-the-test');
  expect(views.map(startsVisit)).toEqual([true, false]);
  // The tracked link's own click is the touchpoint, and the reload is none.
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([0, 0]);
  const persons = await product.sql(
    `SELECT uniqExact(person_id) AS persons, count() AS identifiers FROM identities_current
    WHERE identifier IN ('click-of-the-test', '${String(views[0]?.['identifier'])}')`,
  );
  expect(persons).toEqual([{ persons: 1, identifiers: 2 }]);
}, 120_000);

test('a single-page application: each page once, with its title and the page before it', async () => {
  const { page } = await visitor();
  await open(page, address('www.spa', '/?utm_source=a'));
  await page.evaluate(`
    history.pushState({}, '', '/shoes?utm_source=a'); document.title = 'Shoes';`);
  await delivered(page);
  await page.evaluate(`history.replaceState({}, '', '/shoes?q=r'); location.hash = 'reviews';`);
  await page.evaluate(`history.pushState({}, '', '#/route'); document.title = 'Route';`);
  await delivered(page);
  for (const end of ['#reviews', '?q=r', '?utm_source=a']) {
    await back(page, end);
  }
  const views = await pageViews(product, 'spa', 5);
  expect(views.map(pathOf)).toEqual([
    '/?utm_source=a',
    '/shoes',
    '/shoes?q=r#/route',
    '/shoes?q=r#reviews',
    '/',
  ]);
  expect(views.map(({ title }) => title).slice(0, 3)).toEqual(['Page /', 'Shoes', 'Route']);
  expect(String(views[2]?.['referrer'])).toMatch(/\/shoes/);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0, 0, 0, 0]);
}, 120_000);

const thanks = `<script>
  window.rosi = window.rosi || [];
  rosi.push(['purchase', {order_id: 'T-1', total: 0.1 + 0.2, currency: 'EUR',
    coupon_codes: ['ada10'], items: [{sku: 's', quantity: 1}]}]);</script>`;

test('the thank-you page, reloaded and in a second tab, is one order and one event', async () => {
  bodies.set('/thanks', thanks);
  const { context, page } = await visitor();
  await open(page, address('www.thanks', '/?utm_source=mastodon'));
  await open(page, address('www.thanks', '/thanks'));
  await page.reload();
  await delivered(page);
  const second = await context.newPage();
  await open(second, address('www.thanks', '/thanks'));
  await pageViews(product, 'thanks', 4);
  const purchases = await eventsOf(product, "order_id = 'T-1'", 1);
  expect(purchases[0]?.['event_id']).toMatch(/^pixel:T-1:[0-9a-f]{16}$/);
  expect(
    await product.sql("SELECT gross, currency, net FROM orders_current WHERE order_id = 'T-1'"),
  ).toEqual([{ gross: 30, currency: 'EUR', net: 30 }]);
  const credits = await product.sql(
    "SELECT platform, credit FROM credits_current WHERE order_id = 'T-1' AND model = 'last_touch'",
  );
  expect(credits).toEqual([{ platform: 'mastodon', credit: 30 }]);
}, 120_000);

test('back from the back-forward cache: the page is seen again, nothing arrives again', async () => {
  bodies.set(
    '/cached',
    `<script>addEventListener('pageshow', (e) => {
    window.restored = e.persisted; })</script>`,
  );
  const { page } = await visitor();
  await open(page, address('www.cached', '/cached?utm_source=a'));
  await page.click('#two');
  await delivered(page);
  await back(page, '/cached?utm_source=a');
  expect(await page.evaluate('window.restored')).toBe(true);
  const views = await pageViews(product, 'cached', 3);
  expect(views.map(pathOf)).toEqual(['/cached?utm_source=a', '/two', '/cached']);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0, 0]);
}, 120_000);

test('two tabs that open at once are one visitor in one visit from then on', async () => {
  const { context } = await visitor();
  const tabs = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(tabs.map((tab) => open(tab, address('www.tabs'))));
  await Promise.all(tabs.map((tab) => tell(tab, 'page()')));
  const views = (await pageViews(product, 'tabs', 4)).slice(2);
  expect(new Set(views.map(({ identifier }) => identifier)).size).toBe(1);
  expect(views.map(startsVisit)).toEqual([false, false]);
  expect(await tell(tabs[0]!, 'anonymousId()')).toBe(await tell(tabs[1]!, 'anonymousId()'));
}, 120_000);

test('subdomains share the visitor and the visit', async () => {
  const { page } = await visitor();
  await open(page, address('www.domains', '/?utm_source=a'));
  await open(page, address('checkout.domains', '/pay'));
  const views = await pageViews(product, 'domains', 2);
  expect(views[1]?.['identifier']).toBe(views[0]?.['identifier']);
  expect(views.map(startsVisit)).toEqual([true, false]);
  expect(views.map(({ touchpoint }) => touchpoint)).toEqual([1, 0]);
}, 120_000);

test('what the script has forgotten the cookie of the server still knows', async () => {
  const { context, page } = await visitor();
  await open(page, address('www.forgot'));
  const before = await tell(page, 'anonymousId()');
  await context.clearCookies({ name: 'rosi_visitor' }); // As Safari does after seven days.
  await open(page, address('www.forgot', '/two'));
  expect(await tell(page, 'anonymousId()')).toBe(before);
  const views = await pageViews(product, 'forgot', 2);
  expect(views.map(({ identifier }) => identifier)).toEqual([before, before]);
}, 120_000);

test('blocked cookies: pages count, and what one page knows stays together', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rosi-no-cookies-'));
  await mkdir(join(folder, 'Default'));
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(blocked));
  const context = await chromium.launchPersistentContext(folder, launchOptions());
  keep(context);
  const { page, complaints } = visitorIn(context, await context.newPage());
  await open(page, address('www.blocked', '/?utm_source=mastodon'));
  expect(await page.evaluate('document.cookie')).toBe('');
  await tell(page, "purchase({order_id: 'B-1', total: '5.00', currency: 'EUR'})");
  await delivered(page);
  await page.click('#two');
  await delivered(page);
  const views = await pageViews(product, 'blocked', 2);
  expect(views.map(startsVisit)).toEqual([true, false]);
  expect(await context.cookies()).toEqual([]);
  const credits = await product.sql(
    "SELECT platform, credit FROM credits_current WHERE order_id = 'B-1' AND model = 'linear'",
  );
  expect(credits).toEqual([{ platform: 'mastodon', credit: 500 }]);
  expect(complaints).toEqual([]);
  await context.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, 120_000);

test('a collector of another site: the visitor is known by the script alone', async () => {
  const { context, page } = await visitor();
  await open(page, address('foreign.other'));
  const views = await pageViews(product, 'other', 1);
  expect(views[0]?.['identifier']).toBe(await tell(page, 'anonymousId()'));
  expect(Object.keys(await cookies(context))).toEqual(
    expect.arrayContaining(['rosi_visit', 'rosi_visitor']),
  );
  expect(await cookies(context)).not.toHaveProperty('rosi_id');
}, 120_000);
