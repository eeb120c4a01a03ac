/**
 * Whole files that nobody in the project made: every order of CDNOW's first customers, and four
 * days of a web site's log. Guarantees: what is expected is counted here by splitting lines. Where
 * the files are not beside the repository, the tests say so and are skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { importReport, startImport, waitAnswered } from './import-command.js';
import { fingerprint } from './import-tables.js';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const [ordersPath, logPath] = [`${folder}cdnow-orders.csv`, `${folder}apache-access.log`];
const missing = [ordersPath, logPath].filter((path) => !existsSync(path));
if (missing.length > 0) console.warn(`skipped: real data are not here: ${missing.join(', ')}`);

const testMsMax = 300_000;
const pollMs = 250;
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean);

let product: Product;
beforeAll(async () => {
  if (missing.length === 0) product = await startProduct();
});
afterAll(async () => {
  await product?.kill();
  if (product !== undefined) await removeDataDir(product.dataDir);
});

/** As the harness waits, but longer and asking less often: these are many events. */
async function settle(): Promise<void> {
  while ((await product.status())['settled'] !== true) await wait(pollMs);
}

describe.skipIf(missing.length > 0)("every order of CDNOW's first customers", () => {
  /** `order_id,customer_id,date,quantity,total,currency`, without quotes. */
  const rows = () =>
    linesOf(ordersPath)
      .slice(1)
      .map((line) => line.split(','))
      .map(([orderId = '', customer = '', date = '', , total = '']) => ({
        ...{ orderId, customer, day: date },
        // Two digits are always written.
        cents: Number(total.replace('.', '')),
      }));

  it(
    'imported, killed on the way and imported on: to the cent, by customer and day',
    async () => {
      const expected = rows();
      const sum = expected.reduce((total, { cents }) => total + cents, 0);
      const customers = new Set(expected.map(({ customer }) => customer)).size;
      // Counted by others too, when the file was made.
      expect([expected.length, sum, customers]).toEqual([69_659, 250_031_563, 23_570]);

      const words = ['orders', ordersPath, '--timezone', 'UTC'];
      const killed = startImport(product.dataDir, words);
      await waitAnswered(product.dataDir, 20_000);
      killed.kill();
      expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
      const report = await importReport(product, words);
      expect(report).toMatchObject({ sent: expected.length, accepted: expected.length });
      expect(report.resumedAfter).toBeGreaterThanOrEqual(20_000);
      expect(report.resumedAfter).toBeLessThan(expected.length);
      await settle();
      expect(
        await product.sql(`SELECT count() AS orders, sum(gross) AS gross, sum(net) AS net,
          uniqExact(person_id) AS people, countIf(new_customer) AS firsts, any(currency) AS currency
          FROM orders_current`),
      ).toEqual([
        {
          ...{ orders: expected.length, gross: sum, net: sum },
          ...{ people: customers, firsts: customers, currency: 'USD' },
        },
      ]);
      const days = new Map<string, number>();
      for (const { day, cents } of expected) days.set(day, (days.get(day) ?? 0) + cents);
      const found = await product.sql(`SELECT toString(day) AS day, sum(credit) AS credit
        FROM revenue_by_channel_daily WHERE model = 'linear' GROUP BY day`);
      expect(new Map(found.map(({ day, credit }) => [day, credit]))).toEqual(
        // A day on which nothing but free records was bought has no credit.
        new Map([...days].filter(([, cents]) => cents > 0)),
      );
    },
    testMsMax,
  );

  it(
    'imported again, changes nothing',
    async () => {
      const before = await fingerprint(product);
      const again = await importReport(product, ['orders', ordersPath, '--timezone', 'UTC']);
      expect(again).toMatchObject({ accepted: 69_659, resumedAfter: 0 });
      await settle();
      expect(await fingerprint(product)).toEqual(before);
    },
    testMsMax,
  );
});

interface LogRequest {
  readonly visitor: string;
  readonly second: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly referrer: string;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A line cut at its quotes; the file has none within its cells. */
function requestOf(line: string): LogRequest {
  const [who = '', request = '', answer = '', referrer = '', , agent = ''] = line.split('"');
  const [day = '', month = '', rest = ''] = who.slice(who.indexOf('[') + 1).split('/');
  const [year = '', hour = '', minute = '', second = ''] = rest.split(/[: ]/);
  const [method = '', target = ''] = request.split(' ');
  return {
    visitor: `${who.split(' ')[0]} ${agent}`,
    second: `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${day} ${hour}:${minute}:${second}`,
    ...{ method, target, status: Number(answer.trim().split(' ')[0]) },
    referrer: referrer === '-' ? '' : referrer,
  };
}

const site = 'http://semicomplete.com';
/** Some referrers are in an old Cyrillic encoding: their bytes can't be read, and none matters. */
const readable = (text: string) => text.replace(/(?:\\x[0-9a-f]{2})+|\ufffd+/g, '?');
const keyOf = (second: string, url: string, referrer: string) =>
  `${second} ${url} ${readable(referrer)}`;

/** Which of the page views begin a visit or come from elsewhere, by the contract's own words. */
function touchpointsAmong(views: readonly LogRequest[]): number {
  const lastSeen = new Map<string, number>();
  return views.filter(({ visitor, second, target, referrer }) => {
    const now = Date.parse(`${second.replace(' ', 'T')}Z`);
    const last = lastSeen.get(visitor);
    lastSeen.set(visitor, Math.max(now, last ?? now));
    const host = referrer === '' ? '' : referrer.split('/')[2]?.replace(/^www\./, '');
    const external = host !== '' && host !== 'semicomplete.com';
    const tagged = /[?&](?:utm_\w+|gclid|fbclid|msclkid)=/.test(target);
    return last === undefined || now - last > 30 * 60_000 || external || tagged;
  }).length;
}

describe.skipIf(missing.length > 0)("four days of a web site's log", () => {
  it(
    'every line is a page view or has its reason; visits and sources are those of the lines',
    async () => {
      const requests = linesOf(logPath).map(requestOf);
      const report = await importReport(product, ['access-log', logPath, '--site', site]);
      await settle();
      const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
      expect(report.rejected).toBe(0);
      expect(report.sent + skipped).toBe(requests.length);
      const gets = requests.filter(({ method }) => method === 'GET');
      expect(report.skipped).toMatchObject({
        head_request: requests.filter(({ method }) => method === 'HEAD').length,
        method: requests.filter(({ method }) => !['GET', 'HEAD'].includes(method)).length,
        redirect: gets.filter(({ status }) => status === 301 || status === 302).length,
        error_status: gets.filter(({ status }) => status >= 400).length,
      });

      // Every page view in the product is a line of the file, and each visitor is one of its.
      const events = await product.sql(
        `SELECT formatDateTime(occurred_at, '%Y-%m-%d %H:%i:%S') AS second, url, referrer
         FROM events_current WHERE type = 'page'`,
      );
      const open = new Map<string, number>();
      for (const { second, url, referrer } of events) {
        const key = keyOf(String(second), String(url), String(referrer));
        open.set(key, (open.get(key) ?? 0) + 1);
      }
      // A crawler may have asked for the same page in the same second as a person.
      const people = gets.filter(({ visitor }) => !/bot|spider|crawler/i.test(visitor));
      const views = people.filter(({ second, target, referrer, status }) => {
        const key = keyOf(second, site + target, referrer);
        const left = open.get(key) ?? 0;
        if (left > 0 && (status === 200 || status === 206 || status === 304)) {
          open.set(key, left - 1);
          return true;
        }
        return false;
      });
      expect([...open].filter(([, left]) => left > 0)).toEqual([]);
      expect(views).toHaveLength(report.sent);
      expect(
        await product.sql(`SELECT count() AS views, uniqExact(identifier) AS visitors
          FROM events_current WHERE type = 'page'`),
      ).toEqual([
        { views: report.accepted, visitors: new Set(views.map(({ visitor }) => visitor)).size },
      ]);
      const [found] = await product.sql(`SELECT count() AS touchpoints,
        countIf(platform = 'google' AND medium = 'organic') AS google FROM touchpoints_current`);
      expect(found).toEqual({
        touchpoints: touchpointsAmong(views),
        google: views.filter(({ referrer }) => /^https?:\/\/(?:\w+\.)*google\./.test(referrer))
          .length,
      });
    },
    testMsMax,
  );

  it(
    'imported again changes nothing',
    async () => {
      const before = await fingerprint(product);
      await importReport(product, ['access-log', logPath, '--site', site]);
      await settle();
      expect(await fingerprint(product)).toEqual(before);
    },
    testMsMax,
  );
});
