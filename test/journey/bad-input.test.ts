/**
 * Bad and odd input through the running product: what is bad is refused, what is odd and accepted
 * reaches ClickHouse unharmed and can be asked for by its id, the process's memory stays bounded,
 * and good events sent meanwhile count as ever.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedOf } from '../harness/answers.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
  writeKey,
} from '../harness/product.js';

const testMsMax = 180_000;
let product: Product;
let dataDir: string;
beforeAll(async () => {
  dataDir = await makeDataDir();
  product = await startProduct({ dataDir, env: { ROSI_TIMEZONE: 'America/New_York' } });
});
afterAll(async () => {
  await product?.kill();
  await removeDataDir(dataDir);
});

const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  product.request('/v1/events', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secretKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });

/** A name that is nasty everywhere at once: as a key, in JSON, in SQL and as UTF-8. */
const nasty = (name: string) => `${name}\0'\\"\n/:%😀\uffff\u2028 __proto__`;

const goodEvent = (index: number) => ({ event_id: `good-${index}`, type: 'click' });

/** Four of them at once, unbounded, would be more than the process may take. */
const bomb = new Uint8Array(gzipSync(Buffer.alloc(500_000_000)));
const sendBomb = (): Parameters<typeof send> => [bomb, { 'content-encoding': 'gzip' }];

/** Name, body, headers, and the status that refuses it. */
const refused: readonly (readonly [string, () => Parameters<typeof send>, number])[] = [
  ['no JSON', () => ['{"type":'], 400],
  ['nothing', () => [''], 400],
  ['bytes that are not UTF-8', () => [new Uint8Array([0x22, 0xff, 0x22])], 400],
  ['millions of brackets', () => ['['.repeat(4_000_000)], 400],
  ['too many events', () => [`[${'0,'.repeat(2_000_000)}0]`], 413],
  ['too many bytes', () => [' '.repeat(5_000_001)], 413],
  ['a bomb', sendBomb, 413],
  ['a second', sendBomb, 413],
  ['a third', sendBomb, 413],
  ['a fourth', sendBomb, 413],
  ['an unknown compression', () => ['[]', { 'content-encoding': 'zstd' }], 415],
  ['another type', () => ['a=b', { 'content-type': 'application/x-www-form-urlencoded' }], 415],
  ['huge headers', () => ['[]', { 'x-huge': 'a'.repeat(20_000) }], 431],
  ['a wrong key', () => ['[]', { authorization: `Bearer ${writeKey}x` }], 401],
];

describe('bad requests', () => {
  it(
    'are refused, each as it deserves, while good ones go through; memory stays bounded',
    async () => {
      const rounds = 5;
      let sent = 0;
      for (let round = 0; round < rounds; round += 1) {
        const bad = refused.map(async ([name, request, status]) => {
          const answer = await send(...request());
          return answer.status === 503 ? null : [name, answer.status, status];
        });
        const good = Array.from({ length: 3 }, () =>
          send(`[${JSON.stringify(goodEvent(sent++))},7,{"type":"nothing"}]`),
        );
        for (const verdict of await Promise.all(bad)) {
          if (verdict !== null) expect(verdict[1], String(verdict[0])).toBe(verdict[2]);
        }
        for (const answer of await Promise.all(good)) {
          const { accepted, rejected } = acceptedOf(answer);
          expect([accepted, rejected.map(({ index }) => index)]).toEqual([1, [1, 2]]);
        }
      }
      await product.settle();
      const rows = await product.sql('SELECT count() AS events FROM events_current');
      expect(rows).toEqual([{ events: sent }]);
      expect(ownMemoryBytes()).toBeLessThan(1_500_000_000);
    },
    testMsMax,
  );
});

describe('odd events that are accepted', () => {
  const at = '1970-01-01T00:00:00Z';
  const total = '9999999999999.99';
  const order_id = nasty('order');

  it(
    'keep nasty ids in every table, and are found by them',
    async () => {
      const identifiers = { user_id: nasty('user'), anonymous_id: '__proto__' };
      const post_id = nasty('post');
      const code = nasty('CODE').toUpperCase();
      await product.post([
        { event_id: nasty('a'), type: 'post', post: { post_id, platform: 'x\0y', topic: '\0' } },
        { event_id: nasty('b'), type: 'coupon', coupon: { code, post_id } },
        { event_id: nasty('c'), type: 'click', occurred_at: at, identifiers, post_id },
        {
          event_id: nasty('d'),
          type: 'purchase',
          occurred_at: at,
          identifiers,
          order: { order_id, total, currency: 'EUR', coupon_codes: [code], items: [nasty('i')] },
        },
        ...[1, 2].map((refund) => ({
          event_id: nasty(`refund ${refund}`),
          type: 'refund',
          occurred_at: at,
          refund: { refund_id: nasty(`r${refund}`), order_id, total: '0.01', currency: 'EUR' },
        })),
      ]);
      await product.settle();
      const net = 999_999_999_999_997;
      expect(
        await product.sql('SELECT order_id, gross, refunded, net, items FROM orders_current'),
      ).toEqual([
        { order_id, gross: net + 2, refunded: 2, net, items: JSON.stringify([nasty('i')]) },
      ]);
      const credits = await product.sql(
        `SELECT DISTINCT touchpoint_id, post_id, platform FROM credits_current
        WHERE model = 'linear' ORDER BY touchpoint_id`,
      );
      expect(credits).toEqual([
        { touchpoint_id: nasty('c'), post_id, platform: '' },
        { touchpoint_id: `coupon:${order_id}:${code}`, post_id, platform: 'x\0y' },
      ]);
      expect(
        await product.sql(
          `SELECT toString(day) AS day, post_id, sum(credit) AS credit FROM revenue_by_post_daily
          WHERE model = 'linear' GROUP BY day, post_id HAVING credit != 0`,
        ),
      ).toEqual([{ day: '1969-12-31', post_id, credit: net }]);
      const known = await product.sql(
        'SELECT identifier, person_id FROM identities_current ORDER BY identifier_type',
      );
      expect(known.map(({ identifier }) => identifier)).toEqual([
        '__proto__',
        order_id,
        nasty('user'),
      ]);
      expect(new Set(known.map(({ person_id: person }) => person)).size).toBe(1);
      const receipt = await product.request(`/v1/orders/${encodeURIComponent(order_id)}/receipt`, {
        headers: { authorization: `Bearer ${secretKey}` },
      });
      expect(receipt.status, receipt.body.slice(0, 500)).toBe(200);
    },
    testMsMax,
  );

  it(
    'may be as large as a request, and larger as written than as sent',
    async () => {
      // Five bytes each that JSON writes in six, and texts that a lone surrogate makes of another.
      const numbers = `[${Array(700_000).fill('1e+21').join(',')}]`;
      const items = `[${Array(300_000).fill('-1e-7').join(',')},"\\ud800"]`;
      const large = `{"type":"click","event_id":"large","properties":{"numbers":${numbers}}}`;
      const order = `{"order_id":"large","total":"0.001","currency":"KWD","items":${items}}`;
      const purchase = `{"type":"purchase","event_id":"large-order","order":${order}}`;
      expect(acceptedOf(await send(large))).toEqual({ accepted: 1, rejected: [] });
      expect(acceptedOf(await send(purchase))).toEqual({ accepted: 1, rejected: [] });
      await product.settle();
      const [found] = await product.sql(
        `SELECT JSONLength(properties, 'numbers') AS numbers FROM events_current
        WHERE event_id = 'large'`,
      );
      expect(found).toEqual({ numbers: 700_000 });
      expect(
        await product.sql(
          `SELECT net, JSONLength(items) AS length, JSONExtractString(items, 300001) AS last
          FROM orders_current WHERE order_id = 'large'`,
        ),
      ).toEqual([{ net: 1, length: 300_001, last: '\ufffd' }]);
    },
    testMsMax,
  );

  it('left no error in the log, and the product ready and stopping cleanly', async () => {
    expect((await product.request('/health/ready')).status).toBe(200);
    expect(product.output()).not.toMatch(/"level":(?:"(?:error|fatal)"|50|60)/);
    expect(await product.stop()).toMatchObject({ code: 0, signal: null });
  });
});

/** Of the product's process with all its threads; what is mapped from files is not counted. */
function ownMemoryBytes(): number {
  const status = readFileSync(`/proc/${product.pid}/status`, 'utf8');
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error('the kernel tells no RssAnon');
  return Number(kilobytes) * 1_024;
}
