/** The routes as a client sees them; the figures themselves are tested in test/browser. */
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dashboard } from './dashboard.js';
import { sessionMs } from './sessions.js';

const secretKey = 'the-secret-key-of-the-tests';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
let app: FastifyInstance;
let now = 0;
let faults: unknown[] = [];

beforeEach(async () => {
  now = Date.UTC(2026, 2, 1);
  faults = [];
  app = Fastify();
  await app.register(
    dashboard({
      warehouse: { query: () => Promise.reject(new Error('ClickHouse is away')) },
      workspace: 'default',
      timezone: 'UTC',
      secretKey,
      status: async () => ({ settled: true, freshThrough: null, stages: [] }),
      receipt: async () => null,
      logger: { error: (fields) => faults.push(fields) },
      now: () => now,
    }),
  );
});
afterEach(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
const logIn = (key: string, more: Record<string, string> = {}, headers = {}) =>
  app.inject({
    method: 'POST',
    url: '/login',
    headers: { ...form, ...headers },
    payload: new URLSearchParams({ key, ...more }).toString(),
  });
const cookieOf = (response: { headers: Record<string, unknown> }) =>
  String(response.headers['set-cookie']).split(';')[0] ?? '';

describe('who is let in', () => {
  test('nobody without a key: the page sends to the login, its pieces say 401', async () => {
    const page = await get('/?model=linear&period=7d');
    expect([page.statusCode, page.headers.location]).toEqual([
      303,
      '/login?next=%2F%3Fmodel%3Dlinear%26period%3D7d',
    ]);
    expect((await get('/live')).statusCode).toBe(401);
    expect((await get('/live', { cookie: 'rosi_session=' })).statusCode).toBe(401);
    expect((await get('/live', { cookie: 'rosi_session=guessed' })).statusCode).toBe(401);
    expect((await get('/live', { authorization: 'Bearer wrong' })).statusCode).toBe(401);
  });

  test('the secret key begins a session, in a cookie that scripts can not read', async () => {
    const response = await logIn(secretKey, { next: '/?period=7d' });
    expect([response.statusCode, response.headers.location]).toEqual([303, '/?period=7d']);
    expect(response.headers['set-cookie']).toMatch(
      /^rosi_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/,
    );
    // Let in, as far as ClickHouse answers.
    expect((await get('/live', { cookie: cookieOf(response) })).statusCode).toBe(503);
    expect((await get('/live', { authorization: `Bearer ${secretKey}` })).statusCode).toBe(503);
    const behindTls = await logIn(secretKey, {}, { 'x-forwarded-proto': 'https' });
    expect(behindTls.headers['set-cookie']).toMatch(/; Secure$/);
  });

  test('a session ends by itself, and when it is ended', async () => {
    const first = { cookie: cookieOf(await logIn(secretKey)) };
    const second = { cookie: cookieOf(await logIn(secretKey)) };
    expect(first).not.toEqual(second);
    await app.inject({ method: 'POST', url: '/logout', headers: { ...form, ...first } });
    expect((await get('/live', first)).statusCode).toBe(401);
    now += sessionMs - 1;
    expect((await get('/live', second)).statusCode).toBe(503);
    now += 1;
    expect((await get('/live', second)).statusCode).toBe(401);
  });

  test('wrong keys are bounded, by form and by header together, and the right one waits, too', async () => {
    for (let count = 0; count < 3; count += 1) {
      expect((await logIn(`wrong ${count}`)).statusCode).toBe(401);
    }
    for (let count = 0; count < 2; count += 1)
      await get('/live', { authorization: 'Bearer wrong' });
    const late = await logIn(secretKey);
    expect([late.statusCode, late.headers['retry-after']]).toEqual([429, '60']);
    expect((await get('/live', { authorization: `Bearer ${secretKey}` })).statusCode).toBe(401);
    now += 60_000;
    expect((await logIn(secretKey)).statusCode).toBe(303);
  });

  test('neither a form of another site nor an address of one is followed', async () => {
    const foreign = { origin: 'https://evil.example' };
    expect((await logIn(secretKey, {}, foreign)).statusCode).toBe(403);
    expect((await logIn(secretKey, {}, { origin: 'null' })).statusCode).toBe(403);
    const sites = { 'cross-site': 403, 'same-site': 403, 'same-origin': 303 };
    for (const [site, status] of Object.entries(sites)) {
      // Behind a proxy the origin's host is not the request's.
      const headers = { origin: 'https://rosi.example', 'sec-fetch-site': site };
      expect((await logIn(secretKey, {}, headers)).statusCode).toBe(status);
    }
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil', '/?a\r\nb: c']) {
      expect((await logIn(secretKey, { next })).headers.location).toBe('/');
    }
    const session = { cookie: cookieOf(await logIn(secretKey)) };
    const headers = { ...form, ...session, ...foreign };
    const out = await app.inject({ method: 'POST', url: '/logout', headers });
    expect([out.statusCode, out.headers['set-cookie']]).toEqual([403, undefined]);
    expect((await get('/live', session)).statusCode).toBe(503);
  });
});

test('every page forbids scripts in it and anything from elsewhere', async () => {
  for (const url of ['/login', '/', '/assets/page.css', '/live']) {
    const { headers } = await get(url);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
  const { body } = await get('/login?next=%2F%3F%22%3E%3Cscript%3E');
  expect(body).not.toContain('<script');
  expect(body).toContain('value="/?&quot;&gt;&lt;script&gt;"');
});

test('files are sent once, then only when they have changed', async () => {
  const first = await get('/assets/live.js');
  expect(first.headers['content-type']).toContain('text/javascript');
  const again = await get('/assets/live.js', { 'if-none-match': String(first.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  expect((await get('/assets/../package.json')).statusCode).toBe(404);
});

test('without ClickHouse the page says so, and its log what happened', async () => {
  const response = await get('/', { authorization: `Bearer ${secretKey}` });
  expect(response.statusCode).toBe(503);
  expect(response.body).toContain('can not be read just now');
  expect(response.body).not.toContain('ClickHouse is away');
  expect(faults).toHaveLength(1);
});
