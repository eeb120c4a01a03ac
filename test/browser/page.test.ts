/// <reference lib="dom" />
/**
 * The page at `/` in a real Chromium in front of the running product: what it shows, that it keeps
 * itself up to date without taking the reader's place away, and that everybody can use it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { models } from '@rosi/attribution';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, openBrowser, type Visit, visit } from '../harness/browser.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
} from '../harness/product.js';
import { click, purchase, refund, shop } from './shop.js';

let browser: Browser;
let product: Product;
const open: Visit[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  product = await startProduct({ dataDir: await makeDataDir() });
}, 300_000);
afterAll(async () => {
  await Promise.all(open.map((each) => each.close()));
  await browser.close();
  await product.stop();
  await removeDataDir(product.dataDir);
});

async function newVisit(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const made = await visit(browser, product, options);
  open.push(made);
  return made;
}

async function filled(): Promise<void> {
  await product.post(shop);
  await product.settle();
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, by rule and place; nothing is left out. */
async function barriers(page: Page): Promise<readonly string[]> {
  // The protocol's own evaluation: the page's policy forbids it scripts of others.
  await page.evaluate(axe);
  const found = await page.evaluate<AxeResults>('axe.run()');
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target}`));
}
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

const focused = (page: Page) => page.evaluate<string>('document.activeElement?.id ?? ""');
const text = (page: Page, selector: string) => page.locator(selector).innerText();
const amounts = async (page: Page, row: string) =>
  page
    .locator(`[id="${row}"] td`)
    .evaluateAll((cells) =>
      cells.map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim()),
    );

test('an empty product says what to do next, and fills by itself', async () => {
  const { page, complaints } = await newVisit();
  await logIn(page);
  expect(await text(page, '#empty')).toContain('npx rosi demo');
  expect(await text(page, '#empty')).toContain('npx rosi import orders');
  expect(await barriers(page)).toEqual([]);
  await filled();
  await page.locator('#net', { hasText: '€200.00' }).waitFor();
  expect(complaints).toEqual([]);
}, 300_000);

test('figures, books and returns, by the catalogue’s names', async () => {
  await filled();
  const { page, complaints } = await newVisit();
  await logIn(page);
  expect(await text(page, '#orders-count')).toBe('2');
  expect(await text(page, '#books')).toMatch(
    /The books balance\. In each of 6 models the credits sum to\s+€200\.00, by post, influencer, campaign and channel: exactly the net of the\s+2 orders\./,
  );
  expect(await text(page, '#freshness')).toContain('Up to date');
  // Standard models: first touch, last touch, linear. 129.90 - 40 = 89.90 = 225 % of 40.
  expect(await amounts(page, 'post-of-p-1')).toEqual([
    '€40.00',
    '€129.90ROSI +225 %',
    '€0.00ROSI −100 %',
    '€64.95ROSI +62 %',
  ]);
  expect(await amounts(page, 'post-of-p-2')).toEqual(['–', '€0.00', '€129.90', '€64.95']);
  expect(await amounts(page, 'post-none')).toEqual(['–', '€70.10', '€70.10', '€70.10']);
  expect(await amounts(page, 'post-total')).toEqual(['€40.00', '€200.00', '€200.00', '€200.00']);
  expect(await text(page, '[id="influencer-of-ada"] th')).toContain('Ada & <Co>');
  expect(complaints).toEqual([]);
}, 300_000);

test('models and currency are switched in place and stand in the address', async () => {
  await filled();
  const { page, complaints } = await newVisit();
  await logIn(page);
  await page.getByLabel('First touch').uncheck();
  await page.getByLabel('Linear').uncheck();
  await page.getByLabel('Time decay').check();
  // Each of the three is drawn when its answer comes: the page of the last is waited for.
  const models = () => new URL(page.url()).searchParams.getAll('model');
  await expect.poll(models, { timeout: 60_000 }).toEqual(['last_touch', 'time_decay']);
  await expect
    .poll(() => amounts(page, 'post-total'), { timeout: 60_000 })
    .toEqual(['€40.00', '€200.00', '€200.00']);
  await page.getByLabel('Currency').selectOption('JPY');
  await page.locator('#net', { hasText: '¥5,000' }).waitFor();
  // The address alone is enough, also for going back.
  const again = await newVisit();
  await logIn(again.page, page.url());
  expect(await text(again.page, '#net')).toBe('¥5,000');
  expect(await again.page.getByLabel('Time decay').isChecked()).toBe(true);
  expect(await again.page.getByLabel('Linear').isChecked()).toBe(false);
  await page.goBack();
  await page.locator('#net', { hasText: '€200.00' }).waitFor();
  expect(await page.getByLabel('Currency').inputValue()).toBe('EUR');
  expect([...complaints, ...again.complaints]).toEqual([]);
}, 300_000);

test('what was chosen is told to be on its way until it is there', async () => {
  await filled();
  const { page, complaints } = await newVisit();
  await logIn(page);
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/live?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByLabel('Currency').selectOption('JPY');
  await page.locator('main[aria-busy="true"]').waitFor();
  expect(await text(page, '#net')).toContain('€200.00');
  answer();
  await page.locator('main:not([aria-busy])').waitFor();
  await page.locator('#net', { hasText: '¥5,000' }).waitFor();
  expect(complaints).toEqual([]);
}, 300_000);

test('a receipt opens in place, by keyboard alone, and closes again', async () => {
  await filled();
  const { page, complaints } = await newVisit();
  await page.goto('/');
  // The browser gives the field its focus when it draws the page, so a test has to wait for it.
  await expect.poll(() => focused(page), { timeout: 60_000 }).toBe('key');
  await page.keyboard.type(secretKey);
  await page.keyboard.press('Enter');
  await page.locator('main#page').waitFor();
  const isAt = async (id: string) => (await focused(page)) === id;
  for (let steps = 0; !(await isAt('open-1001')); steps += 1) {
    expect(steps).toBeLessThan(60);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const receipt = page.getByRole('table', { name: 'Receipt of order 1001' });
  await receipt.waitFor();
  const rows = await receipt
    .getByRole('row')
    .evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim())),
    );
  expect(rows).toEqual([
    [],
    ['€129.90', 'not the last', '€64.95'],
    ['not the first', '€129.90', '€64.95'],
    ['€129.90', '€129.90', '€129.90'],
  ]);
  expect(await isAt('open-1001')).toBe(true);
  expect(await page.locator('#open-1001').getAttribute('aria-expanded')).toBe('true');
  expect(new URL(page.url()).searchParams.get('order')).toBe('1001');
  await page.keyboard.press('Enter');
  await receipt.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
}, 300_000);

test('what did not count is told with its reason', async () => {
  await filled();
  const { page } = await newVisit();
  await logIn(page, '/?order=1002');
  expect(await text(page, '#receipt')).toContain('Unattributed');
  await page.locator('#refused summary').click();
  expect(await text(page, '#refused')).toMatch(/click .*mastodon[\s\S]*too long before the order/);
}, 300_000);

test('a live update keeps focus, scrolling, and what the reader opened', async () => {
  await filled();
  const { page, complaints } = await newVisit({ viewport: { width: 900, height: 500 } });
  await logIn(page, '/?order=1001');
  await page.locator('#open-1001').focus();
  await page.evaluate('scrollTo(0, 700)');
  await page.evaluate("window.marked = document.querySelector('#open-1001')");
  const before = await page.evaluate('scrollY');
  await product.post([click('browser-9', 'p-2', 3), refund('1001', '29.90')]);
  await page.locator('#net', { hasText: '€170.10' }).waitFor();
  await page.locator('[id="post-of-p-1"]', { hasText: '€100.00' }).waitFor();
  expect(await text(page, '#receipt')).toContain('refunded €29.90');
  expect(await focused(page)).toBe('open-1001');
  expect(await page.evaluate('scrollY')).toBe(before);
  expect(before).toBeGreaterThan(0);
  // The very same element, not one like it.
  expect(await page.evaluate("window.marked === document.querySelector('#open-1001')")).toBe(true);
  await product.post([purchase('1003', 'browser-9', '10.00', 1)]);
  await page.locator('#open-1003').waitFor();
  expect(await focused(page)).toBe('open-1001');
  expect(complaints).toEqual([]);
}, 300_000);

const looks = [
  { name: 'light', options: {} },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'a phone', options: { viewport: { width: 360, height: 740 }, isMobile: true } },
  {
    name: 'a dark phone',
    options: { viewport: { width: 360, height: 740 }, isMobile: true, colorScheme: 'dark' },
  },
  { name: 'a small window', options: { viewport: { width: 962, height: 700 } } },
  { name: 'a tablet', options: { viewport: { width: 768, height: 1_024 } } },
] as const;

test.each(looks)(
  'on $name everything is there, without barriers or sideways scrolling',
  async ({ options }) => {
    await filled();
    const { page, complaints } = await newVisit(options);
    const query = models.map((model) => `model=${model}`).join('&');
    await page.goto('/login');
    expect(await barriers(page)).toEqual([]);
    await logIn(page, `/?${query}&order=1001`);
    expect(await barriers(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const back = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    const isDark = 'colorScheme' in options;
    expect(back).toBe(isDark ? 'rgb(16, 21, 19)' : 'rgb(246, 247, 245)');
    expect(complaints).toEqual([]);
  },
  300_000,
);

test('a wrong key is refused, a few of them for a while; the right one is let in', async () => {
  const other = await startProduct({ dataDir: await makeDataDir() });
  const made = await visit(browser, other);
  open.push(made);
  const { page } = made;
  await page.goto('/?period=7d');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await page.getByLabel('Secret key').fill(`wrong-${attempt}`);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').filter({ hasText: 'not the secret key' }).waitFor();
  }
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel('Secret key').fill(secretKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: 'Too many wrong keys' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await other.stop();
  await removeDataDir(other.dataDir);
}, 300_000);

test('a session ends: by logging out, also in other windows, and no figure is left to see', async () => {
  const { page } = await newVisit();
  await logIn(page, '/?period=90d');
  const second = await page.context().newPage();
  await second.goto('/');
  await second.locator('main#page').waitFor();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'rosi_session', httpOnly: true, sameSite: 'Lax' });
  await second.getByRole('button', { name: 'Log out' }).click();
  await second.getByLabel('Secret key').waitFor();
  // The first window notices at its next question.
  await page.getByRole('alert').filter({ hasText: 'session has ended' }).waitFor();
  const kept = await product.request('/live', {
    headers: { cookie: `rosi_session=${cookie?.value}` },
  });
  expect(kept.status).toBe(401);
  await page.getByLabel('Secret key').fill(secretKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('main#page').waitFor();
  expect(new URL(page.url()).search).toBe('?period=90d');
}, 300_000);

test('it works without scripts', async () => {
  await filled();
  const { page } = await newVisit({ javaScriptEnabled: false });
  await logIn(page);
  await page.getByLabel('Currency').selectOption('JPY');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(await text(page, '#net')).toBe('¥5,000');
  await page.locator('#open-2001').click();
  await page.locator('#receipt').waitFor();
}, 300_000);
