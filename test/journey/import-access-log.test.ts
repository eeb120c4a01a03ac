/**
 * An access log of 200 lines through the real command and the real product. Guarantees: each line
 * is made together with what a person reading it would say of it, and those words are counted; the
 * importer's own code takes no part in the expectation.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { fileIn, importReport, reportOf, runImport } from './import-command.js';
import { fingerprint } from './import-tables.js';

const testMsMax = 120_000;
const site = 'https://shop.example.com';
const browser =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
const crawler = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const google = 'https://www.google.com/';

/** What a line is: a touchpoint of this medium, a page alone, left out for this, or damaged. */
type Verdict =
  | { readonly touchpoint: string; readonly platform: string }
  | { readonly page: true }
  | { readonly leftOut: string }
  | { readonly damaged: true };

interface LogEntry {
  readonly visitor: string;
  readonly minute: number;
  readonly text: string;
  readonly verdict: Verdict;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (value: number) => String(value).padStart(2, '0');

/** `06/May/2024:12:00:00 +0200`, two hours ahead of UTC. */
function logTime(minute: number): string {
  const local = new Date(Date.UTC(2024, 4, 6, 10, minute) + 2 * 3_600_000);
  const day = `${two(local.getUTCDate())}/${months[local.getUTCMonth()]}/${local.getUTCFullYear()}`;
  return `${day}:${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:00 +0200`;
}

interface Request {
  readonly status?: number;
  readonly referrer?: string;
  readonly agent?: string;
  readonly before?: string;
}

/** The lines of one visitor: an address, from a minute on. */
function visitor(address: string, from: number) {
  const entries: LogEntry[] = [];
  return {
    entries,
    asks(after: number, request: string, verdict: Verdict, more: Request = {}) {
      const { status = 200, referrer = '-', agent = browser, before = '' } = more;
      const minute = from + after;
      const who = `${before}${address} - - [${logTime(minute)}]`;
      const text = `${who} "${request}" ${status} 512 "${referrer}" "${agent}"`;
      entries.push({ visitor: `${address} ${agent}`, minute, text, verdict });
      return this;
    },
  };
}

const get = (target: string) => `GET ${target} HTTP/1.1`;
const touch = (touchpoint: string, platform = ''): Verdict => ({ touchpoint, platform });
const page: Verdict = { page: true };
const leftOut = (reason: string): Verdict => ({ leftOut: reason });

/** Forty lines; `round` makes their visitors and times others than those of the next round. */
function roundOf(round: number): readonly LogEntry[] {
  const at = (host: number, from: number) => visitor(`203.0.113.${round * 20 + host}`, from);
  const own = { referrer: `${site}/` };
  const visitors = [
    // Types the address, looks on, comes back from the till, and again after an hour.
    at(1, 0)
      .asks(0, get('/'), touch('direct'))
      .asks(0, get('/style.css?v=3'), leftOut('asset'), own)
      .asks(0, get('/favicon.ico'), leftOut('machine_path'), own)
      .asks(9, get('/shoes'), page, own)
      .asks(9, 'POST /cart HTTP/1.1', leftOut('method'), own)
      .asks(12, get('/thanks'), page, { referrer: 'https://www.paypal.com/checkout' })
      .asks(72, get('/shoes'), touch('direct')),
    at(2, 1)
      .asks(0, 'HEAD / HTTP/1.1', leftOut('head_request'), { referrer: google })
      .asks(0, get('/old'), leftOut('redirect'), { referrer: google, status: 301 })
      .asks(0, get('/new'), touch('organic', 'google'), { referrer: google })
      .asks(1, get('/new'), page, { status: 304 })
      .asks(2, get('/gone'), leftOut('error_status'), { status: 404 })
      .asks(2, get('/beacon'), leftOut('no_content'), { status: 204 })
      .asks(3, get('/shoes'), touch('organic', 'bing'), { referrer: 'https://www.bing.com/' }),
    at(3, 2)
      .asks(0, get('/?utm_source=news&utm_medium=email&utm_campaign=may'), touch('email', 'news'))
      .asks(5, get('/?utm_source=instagram&utm_medium=cpc'), touch('paid_social', 'instagram'))
      .asks(6, get('/?utm_source=zzz&utm_medium=banana'), touch('other', 'zzz'))
      .asks(7, get('/feed.xml'), leftOut('feed'))
      .asks(7, get('/blog/feed/'), leftOut('feed')),
    at(4, 3)
      .asks(0, get(`/landing?gclid=g-${round}`), touch('cpc', 'google'), { referrer: google })
      .asks(1, get(`/hero.jpg?gclid=g-${round}`), leftOut('asset'), { referrer: google })
      .asks(2, get(`/?msclkid=m-${round}`), touch('cpc', 'bing')),
    at(5, 4)
      .asks(0, get('/'), touch('social', 'x'), { referrer: 'https://t.co/abc' })
      .asks(1, get(`/?fbclid=f-${round}`), touch('social', 'instagram'), {
        referrer: 'https://l.instagram.com/?u=x',
      })
      .asks(2, get('/'), touch('referral', 'blogger-friend.co.uk'), {
        // As Apache writes a quote.
        referrer: 'https://www.blogger-friend.co.uk/shoes?size=\\"9\\"',
      })
      // The click of the tracked link already is the touchpoint.
      .asks(3, get(`/?rosi_click=k-${round}`), page, { referrer: 'https://t.co/abc' }),
    at(6, 5)
      .asks(0, get('/'), leftOut('bot'), { agent: crawler, referrer: google })
      .asks(1, get('/robots.txt'), leftOut('machine_path'), { agent: crawler })
      .asks(2, get('/shoes'), leftOut('bot'), { agent: 'curl/8.5.0' }),
    // The log begins in the middle of a visit: its first page begins one as far as it can tell.
    at(7, 6).asks(0, get('/shoes'), touch('direct'), { referrer: `${site}/` }),
    // One address, another browser: another visitor.
    at(7, 7).asks(0, get('/shoes'), touch('direct'), { agent: `${browser} Edg/120.0` }),
    visitor(`2001:db8::${round}:1`, 8).asks(0, get('/a'), touch('direct')),
    visitor(`2001:db8::${round}:2`, 9)
      .asks(0, get('/a'), touch('direct'))
      .asks(30, get('/b'), page)
      .asks(61, get('/c'), touch('direct')),
    at(8, 10).asks(0, get('/v'), touch('direct'), { before: 'shop.example.com:443 ' }),
    at(9, 11)
      .asks(0, '-', leftOut('not_a_request'), { status: 408 })
      .asks(0, '\\x16\\x03\\x01\\x02', leftOut('not_a_request'), { status: 400 }),
    at(10, 12).asks(0, get('http://shop.example.com/whole?x=1'), touch('direct')),
  ];
  const damaged: LogEntry = {
    visitor: '',
    minute: 13,
    text: `203.0.113.${round * 20 + 11} cut off in the mid`,
    verdict: { damaged: true },
  };
  return [...visitors.flatMap(({ entries }) => entries), damaged];
}

const roundsMax = 5;
const entries = Array.from({ length: roundsMax }, (_, round) => roundOf(round))
  .flat()
  .toSorted((a, b) => a.minute - b.minute);
const text = `${entries.map((entry) => entry.text).join('\n')}\n`;

/** How many entries each word stands on, in the order of the words. */
function counted(wordOf: (verdict: Verdict) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of entries) {
    const word = wordOf(verdict);
    if (word !== null) counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
const isPageView = ({ verdict }: LogEntry) => 'touchpoint' in verdict || 'page' in verdict;
const damagedLines = entries.flatMap(({ verdict }, index) =>
  'damaged' in verdict ? [index + 1] : [],
);

let product: Product;
let path: string;
const words = () => ['access-log', path, '--site', site];
beforeAll(async () => {
  product = await startProduct();
  path = await fileIn(product, 'access.log', text);
});
afterAll(async () => {
  await product?.kill();
  if (product !== undefined) await removeDataDir(product.dataDir);
});

describe('an access log of 200 lines', () => {
  it('is 200 lines, of which some are damaged', () => {
    expect(entries).toHaveLength(200);
    expect(damagedLines).toHaveLength(roundsMax);
  });

  it(
    'is told line by line: page views, what was left out and why, what is damaged',
    async () => {
      const answer = await runImport(product.dataDir, [...words(), '--json']);
      const report = reportOf(answer, 1);
      const views = entries.filter(isPageView).length;
      expect(report).toMatchObject({
        ...{ sent: views, accepted: views, rejected: roundsMax },
        rejectedByCode: { not_combined_format: roundsMax },
      });
      expect(report.skipped).toEqual(
        counted((verdict) => ('leftOut' in verdict ? verdict.leftOut : null)),
      );
      expect(report.firstRejected.map(({ line }) => line)).toEqual(damagedLines);
      await product.settle();
    },
    testMsMax,
  );

  it('gives touchpoints by medium and platform as counted by hand', async () => {
    const rows = await product.sql(
      `SELECT concat(medium, ' ', platform) AS word, count() AS found
       FROM touchpoints_current GROUP BY word`,
    );
    expect(Object.fromEntries(rows.map(({ word, found }) => [word, found]))).toEqual(
      counted((verdict) =>
        'touchpoint' in verdict ? `${verdict.touchpoint} ${verdict.platform}` : null,
      ),
    );
  });

  it('tells visitors apart by address and browser, and keeps no address', async () => {
    const visitors = new Set(entries.filter(isPageView).map((entry) => entry.visitor));
    expect(
      await product.sql(`SELECT count() AS views, uniqExact(identifier) AS visitors
        FROM events_current WHERE identifier_type = 'anonymous_id' AND type = 'page'`),
    ).toEqual([{ views: entries.filter(isPageView).length, visitors: visitors.size }]);
    expect(
      await product.sql(`SELECT count() AS found FROM events_current
        WHERE match(toJSONString(tuple(*)), '203\\\\.0\\\\.113|2001:db8')`),
    ).toEqual([{ found: 0 }]);
  });

  it('keeps the times of the log, and the click ids of its urls', async () => {
    const views = entries.filter(isPageView);
    const times = views.map(({ minute }) => Date.UTC(2024, 4, 6, 10, minute));
    const [row] = await product.sql(`SELECT
      sum(toUnixTimestamp64Milli(occurred_at) - ${Date.UTC(2024, 4, 6)}) AS sum,
      toUnixTimestamp64Milli(max(occurred_at)) AS last FROM events_current`);
    expect(row).toEqual({
      sum: times.reduce((sum, time) => sum + time - Date.UTC(2024, 4, 6), 0),
      last: Math.max(...times),
    });
    const clicks = await product.sql(`SELECT identifier FROM identities_current
      WHERE identifier_type = 'click_id' ORDER BY identifier`);
    const expected = Array.from({ length: roundsMax }, (_, round) => [
      ...[`gclid:g-${round}`, `msclkid:m-${round}`, `fbclid:f-${round}`, `k-${round}`],
    ]).flat();
    expect(clicks.map(({ identifier }) => identifier)).toEqual(expected.sort());
  });

  it(
    'imported again, and zipped, changes nothing',
    async () => {
      const before = await fingerprint(product);
      const zipped = await fileIn(product, 'access.log.gz', gzipSync(text));
      for (const file of [path, zipped]) {
        const again = ['access-log', file, '--site', site, '--allow-rejected'];
        expect((await importReport(product, again)).rejected).toBe(roundsMax);
      }
      await product.settle();
      expect(await fingerprint(product)).toEqual(before);
    },
    testMsMax,
  );

  it('asks for the site, by the flag, with exit code 2', async () => {
    const answer = await runImport(product.dataDir, ['access-log', path]);
    expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('--site') });
  });
});
