import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { appFor, MemoryLog, secretKey, startedAt, writeKey } from '../testing/fixture.js';

const pixel = `/v1/events?pixel=1&write_key=${writeKey}&sent_at=${startedAt}`;
const event = { event_id: 'e', type: 'lead', identifiers: { anonymous_id: 'visitor-1' } };

async function send(body: unknown, headers: Record<string, string> = {}, url = pixel) {
  const log = new MemoryLog();
  const { app } = await appFor(log);
  const answer = await app.inject({
    method: 'POST',
    url,
    headers: { host: 'rosi.shop.example', 'content-type': 'text/plain', ...headers },
    payload: JSON.stringify(body),
  });
  return { answer, cookie: String(answer.headers['set-cookie'] ?? ''), events: log.events };
}
const fromShop = { origin: 'https://www.shop.example' };

describe('GET /rosi.js', () => {
  const get = async (headers: Record<string, string> = {}) =>
    (await appFor(new MemoryLog())).get('/rosi.js?write_key=any', headers);

  test('has at most 2.5 KB, compressed', async () => {
    const answer = await get({ 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.rawPayload.length).toBeLessThanOrEqual(2_500);
    const plain = await get();
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(gunzipSync(answer.rawPayload).toString()).toBe(plain.body);
    const brotli = await get({ 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(plain.body);
    expect((await get({ 'accept-encoding': 'br;q=0, gzip' })).headers['content-encoding']).toBe(
      'gzip',
    );
  });

  test('is kept for an hour, and not sent again when it is known', async () => {
    const answer = await get();
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      vary: 'accept-encoding',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const tag = String(answer.headers['etag']);
    for (const known of [tag, `"x", ${tag}`, tag.replace('W/', ''), '*']) {
      const again = await get({ 'if-none-match': known });
      expect([again.statusCode, again.body]).toEqual([304, '']);
      expect(again.headers['etag']).toBe(tag);
    }
    expect((await get({ 'if-none-match': '"other"' })).statusCode).toBe(200);
  });
});

describe('the cookie', () => {
  test('is set for the site, out of scripts’ reach, for 400 days', async () => {
    const { answer, cookie, events } = await send([event], fromShop);
    expect(cookie).toBe(
      'rosi_id=visitor-1; Path=/; Max-Age=34560000; Domain=shop.example; ' +
        'HttpOnly; Secure; SameSite=Lax',
    );
    expect(answer.headers['x-rosi-id']).toBe('visitor-1');
    expect(events[0]?.identifiers).toEqual([{ type: 'anonymous_id', value: 'visitor-1' }]);
  });

  test('wins over what the page states', async () => {
    const { cookie, events } = await send([event], {
      ...fromShop,
      cookie: 'a=b; rosi_id=known-one',
    });
    expect(cookie).toContain('rosi_id=known-one;');
    expect(events[0]?.identifiers).toEqual([{ type: 'anonymous_id', value: 'known-one' }]);
  });

  test.each([
    ['another site', 'https://elsewhere.example', 'rosi.shop.example'],
    ['a shop on a shared domain', 'https://b.myshopify.com', 'a.myshopify.com'],
    ['a Host that a proxy changed', 'https://www.shop.example', '10.0.0.7:8080'],
    ['a public suffix', 'https://co.uk', 'shop.co.uk'],
  ])('is for this host alone: %s', async (_name, origin, host) => {
    expect((await send([event], { origin, host })).cookie).toMatch(
      /^rosi_id=visitor-1; Path=\/; Max-Age=34560000; HttpOnly/,
    );
  });

  test('is taken from who refuses, and never set without a name', async () => {
    const refusal = { ...event, consent: { analytics: false } };
    const known = { ...fromShop, cookie: 'rosi_id=known-one' };
    expect((await send([refusal], known)).cookie).toMatch(/^rosi_id=; Path=\/; Max-Age=0; Domain=/);
    expect((await send([event], { ...known, 'sec-gpc': '1' })).cookie).toMatch(/^rosi_id=;/);
    expect((await send([refusal], fromShop)).cookie).toBe('');
    const unclear = { ...event, consent: { analytics: 'false' } };
    expect((await send([unclear], fromShop)).cookie).toBe('');
    expect((await send([{ type: 'page' }], fromShop)).cookie).toBe('');
    expect((await send([], fromShop)).cookie).toBe('');
  });

  test('is for the pixel: other senders neither get nor use it', async () => {
    const plain = `/v1/events?write_key=${writeKey}`;
    const known = { ...fromShop, cookie: 'rosi_id=known-one' };
    const { cookie, events } = await send([event], known, plain);
    expect(cookie).toBe('');
    expect(events[0]?.identifiers).toEqual([{ type: 'anonymous_id', value: 'visitor-1' }]);
    const server = { ...known, authorization: `Bearer ${secretKey}` };
    const secret = await send([event], server, '/v1/events?pixel=1');
    expect([secret.answer.statusCode, secret.cookie]).toEqual([202, '']);
  });

  test('an injected one is not repeated', async () => {
    const { cookie } = await send([event], { ...fromShop, cookie: 'rosi_id=<script>;' });
    expect(cookie).toContain('rosi_id=visitor-1;');
  });
});

describe('other origins', () => {
  test('the page’s own origin may send cookies and read the visitor’s id', async () => {
    const { answer } = await send([event], fromShop);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://www.shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-rosi-id, retry-after',
      vary: 'origin',
    });
    const wrong = await send([event], fromShop, '/v1/events?pixel=1&write_key=wrong');
    expect(wrong.answer.statusCode).toBe(401);
    expect(wrong.answer.headers['access-control-allow-origin']).toBe('https://www.shop.example');
  });

  test('a preflight allows the same', async () => {
    const { app } = await appFor(new MemoryLog());
    const answer = await app.inject({ method: 'OPTIONS', url: pixel, headers: fromShop });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://www.shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '86400',
    });
  });
});

describe('GET /rosi.gif', () => {
  async function get(query: string, headers: Record<string, string> = {}) {
    const log = new MemoryLog();
    const answer = await (await appFor(log)).get(`/rosi.gif?${query}`, headers);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/gif',
      'cache-control': 'no-store',
    });
    expect(answer.rawPayload.subarray(0, 6).toString()).toBe('GIF89a');
    expect(answer.headers['set-cookie']).toBeUndefined();
    return { status: answer.statusCode, error: answer.headers['x-rosi-error'], events: log.events };
  }
  const key = `write_key=${writeKey}`;
  const referer = 'https://shop.example/?utm_source=a&rosi_click=k';

  test('a page, of nobody', async () => {
    const { status, events } = await get(key, { referer, cookie: 'rosi_id=known-one' });
    expect(status).toBe(200);
    expect(events).toMatchObject([
      { type: 'page', source: 'pixel', identifiers: [], consentAnalytics: false },
    ]);
    expect(events[0]?.page?.url).toBe('https://shop.example/?utm_source=a&rosi_click=');
  });

  test('an order; opened again it is the same event', async () => {
    const order = `${key}&order_id=I-1&total=4.50&currency=EUR`;
    const [one, other] = [await get(order), await get(order)];
    expect(one.events).toMatchObject([
      { type: 'purchase', order: { orderId: 'I-1', total: 450, currency: 'EUR' } },
    ]);
    expect(other.events[0]?.eventId).toBe(one.events[0]?.eventId);
  });

  test.each([
    ['no key', 'x=1', 401, 'unauthorized'],
    ['a wrong key', 'write_key=wrong', 401, 'unauthorized'],
    ['an amount without currency', `${key}&order_id=1&total=5`, 400, 'bad_request'],
  ])('%s: the image comes all the same', async (_name, query, status, error) => {
    expect(await get(query)).toMatchObject({ status, error, events: [] });
  });

  test('the log away: the status says so', async () => {
    const log = new MemoryLog();
    log.failure = new Error('ENOSPC');
    const answer = await (await appFor(log)).get(`/rosi.gif?${key}`);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'image/gif']);
  });

  test('a bot’s is a bot’s', async () => {
    const { events } = await get(key, { 'user-agent': 'Googlebot/2.1' });
    expect(events).toMatchObject([{ bot: true }]);
  });
});
