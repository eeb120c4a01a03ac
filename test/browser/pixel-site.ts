/**
 * Sites with the pixel on their pages: one local server that answers for every host under
 * `.localhost`, which browsers resolve to this machine and trust like https. Each test takes a site
 * of its own, so that its events are found by their addresses.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
  Request,
} from 'playwright-core';
import { afterEach, expect } from 'vitest';
import type { Row } from '../harness/answers.js';
import { type Product, writeKey } from '../harness/product.js';

export interface Pages {
  /** By path, without the query; what is not there is an empty page with the pixel. */
  readonly [path: string]: string;
}

export interface SiteServer {
  readonly port: number;
  close(): void;
}

/** Serves the page that `html` gives for a host and a path. */
export async function serveSites(
  html: (host: string, path: string) => string,
): Promise<SiteServer> {
  const server = createServer((request, reply) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    reply.setHeader('content-type', 'text/html; charset=utf-8');
    reply.end(html(host, path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // A TCP socket is listening.
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What the documentation tells people to paste. */
export const snippet = (host: string, settings = '') =>
  `<script async src="${host}/rosi.js?write_key=${writeKey}${settings}"></script>`;

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[];
}

export async function newVisitor(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext(options);
  context.on('page', follow);
  return visitorIn(context, await context.newPage());
}

export function visitorIn(context: BrowserContext, page: Page): Visitor {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  return { context, page, complaints };
}

/** Opens visitors for the tests of a file; after each test they, and what was `kept`, are closed. */
export function visitorsOf(browser: () => Browser) {
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  return {
    keep: (context: BrowserContext) => void contexts.push(context),
    async visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
      const made = await newVisitor(browser(), options);
      contexts.push(made.context);
      return made;
    },
  };
}

/** Requests of the pixel that have not been answered, by page. */
const underWay = new WeakMap<Page, Set<Request>>();

function follow(page: Page): void {
  const open = new Set<Request>();
  underWay.set(page, open);
  page.on('request', (request) => {
    // A beacon's answer is told to nobody.
    if (request.url().includes('/v1/events') && request.resourceType() === 'fetch')
      open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  // What outlives its page is told to nobody either.
  page.on('framenavigated', () => open.clear());
}

/** Opens an address, and waits as {@link delivered} does. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await delivered(page);
}

/** The pixel has run, and everything it knew so far has been answered. */
export async function delivered(page: Page): Promise<void> {
  await page.waitForFunction('window.rosi && !Array.isArray(window.rosi)');
  await page.waitForLoadState('networkidle');
  const turn = () => page.evaluate('new Promise((done) => setTimeout(() => setTimeout(done)))');
  // The pixel sends by a timer, and what came meanwhile once it has its answer.
  await turn();
  while ((underWay.get(page)?.size ?? 0) > 0) await turn();
  await turn();
}

/** Events of a site's pages, in the order in which they happened; waits until there are so many. */
export async function pageViews(product: Product, site: string, count: number): Promise<Row[]> {
  return eventsOf(product, `url LIKE '%.${site}.localhost:%'`, count);
}

export async function eventsOf(product: Product, where: string, count: number): Promise<Row[]> {
  let found: Row[] = [];
  const read = async () => {
    await product.settle();
    found = await product.sql(
      `SELECT type, event_id, identifier_type, identifier, url, referrer, title, medium,
        properties, consent, bot, touchpoint_id != '' AS touchpoint
      FROM events_current LEFT JOIN (SELECT touchpoint_id FROM touchpoints_current) AS touched
        ON touched.touchpoint_id = event_id
      WHERE ${where} ORDER BY occurred_at, received_at`,
    );
    return found.length;
  };
  await expect.poll(read, { timeout: 30_000, interval: 200 }).toBeGreaterThanOrEqual(count);
  expect(found.length, JSON.stringify(found, null, 1)).toBe(count);
  return found;
}

/** `/two?a=1` of an address. */
export const pathOf = (row: Row | undefined) => String(row?.['url']).replace(/^\w+:\/\/[^/]+/, '');
export const startsVisit = (row: Row | undefined) =>
  String(row?.['properties']).includes('"session_start":true');
