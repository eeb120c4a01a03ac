/**
 * A real Chromium without a window (Debian's package), in front of the running product. Guarantees
 * that a test sees everything the browser complained of: console errors and warnings, exceptions,
 * and requests to anybody but the product.
 */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from 'playwright-core';
import { type Product, secretKey } from './product.js';

const executables = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
];

/** A person's browser: the driver's own agent would be counted as a bot. */
const personAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

/** What to start Chromium with; `ignoreDefaultArgs` takes away what the driver would add. */
export function launchOptions(ignoreDefaultArgs: string[] = []): LaunchOptions {
  const executablePath = executables.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: apt-get install chromium, or set CHROMIUM to its path.');
  }
  // Of the whole browser: what it sends as a page goes away has the agent of no context.
  const args = ['--no-sandbox', '--disable-gpu', `--user-agent=${personAgent}`];
  return { executablePath, args, ignoreDefaultArgs };
}

export const openBrowser = (ignoreDefaultArgs: string[] = []): Promise<Browser> =>
  chromium.launch(launchOptions(ignoreDefaultArgs));

export interface Visit {
  readonly page: Page;
  /** What went wrong in the browser so far. */
  readonly complaints: string[];
  close(): Promise<void>;
}

const waitMsMax = 60_000;

export async function visit(
  browser: Browser,
  product: Pick<Product, 'httpUrl'>,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: product.httpUrl,
    viewport: { width: 1_180, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(waitMsMax);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'info') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(product.httpUrl).origin) {
      complaints.push(`request to ${request.url()}`);
    }
  });
  return { page, complaints, close: () => context.close() };
}

/** Opens an address of the page, logging in on the way. */
export async function logIn(page: Page, address = '/'): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Secret key').fill(secretKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('main#page').waitFor();
}
