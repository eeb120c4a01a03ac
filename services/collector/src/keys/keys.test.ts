/** Keys at run time, on which sites they are good, whose limit is whose, and what the audit says. */
import { createLogger } from '@rosi/service-kit';
import { describe, expect, it, vi } from 'vitest';
import type { AuditEntry } from '../audit.js';
import type { CollectorLimits, CollectorOptions } from '../options.js';
import {
  appFor,
  bearer,
  click,
  codeOf,
  MemoryLog,
  secretKey,
  writeKey,
} from '../testing/fixture.js';
import { digestOf, KeyRing, type StoredKey } from './key-ring.js';
import type { KeyStore } from './key-store.js';
import { openKeys } from './live-keys.js';
import { isAllowed, originOf, readOrigin } from './origins.js';

class MemoryStore implements KeyStore {
  keys: readonly StoredKey[] = [];
  failure: Error | null = null;
  #changed = () => {};
  read() {
    if (this.failure !== null) throw this.failure;
    return this.keys;
  }
  write(keys: readonly StoredKey[]) {
    if (this.failure !== null) throw this.failure;
    this.keys = keys;
  }
  watch(changed: () => void) {
    this.#changed = changed;
    return { stop: () => {} };
  }
  /** As another instance, or an operator, changes the file. */
  changeFromOutside(keys: readonly StoredKey[]) {
    this.keys = keys;
    this.#changed();
  }
}

const first = { secretKey, writeKey };
const logger = createLogger({ name: 'test', level: 'silent' });

it('the store is watched before it is read: no change falls between the two', () => {
  const store = new MemoryStore();
  const calls = [vi.spyOn(store, 'watch'), vi.spyOn(store, 'read')];
  openKeys(first, store, logger);
  const [watched, read] = calls.map(({ mock }) => mock.invocationCallOrder[0] ?? 0);
  expect(watched).toBeLessThan(read ?? 0);
});

async function serve(more: Partial<CollectorOptions> = {}, limits: Partial<CollectorLimits> = {}) {
  const log = new MemoryLog();
  const store = new MemoryStore();
  const noted: AuditEntry[] = [];
  const audit = {
    failure: null as Error | null,
    async record(entry: AuditEntry) {
      if (audit.failure !== null) throw audit.failure;
      noted.push(entry);
    },
    newest: async () => [],
  };
  const liveKeys = openKeys(first, store, logger);
  const options = { liveKeys, audit, limits, trustedProxies: ['127.0.0.1'], ...more };
  const { app, post } = await appFor(log, options);
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
    key = secretKey,
  ) =>
    app.inject({
      method,
      url,
      headers: { ...bearer(key), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: body }),
    });
  const add = async (kind: string, stated: object = {}) =>
    (await ask('POST', '/v1/keys', { kind, ...stated })).json() as { id: string; key: string };
  const status = async (key: string, headers: Record<string, string> = {}) =>
    (await post(click('c'), { key, headers })).statusCode;
  return { app, log, store, noted, audit, post, ask, add, status };
}

describe('keys', () => {
  it('are good from the answer on, several beside each other, until they are revoked', async () => {
    const { add, status, ask } = await serve();
    const write = await add('write', { name: 'shop' });
    const secret = await add('secret');
    expect([write.key, secret.key]).toEqual([
      expect.stringMatching(/^rosi_wk_[\w-]{32}$/),
      expect.stringMatching(/^rosi_sk_[\w-]{32}$/),
    ]);
    for (const key of [write.key, secret.key, writeKey, secretKey])
      expect(await status(key)).toBe(202);
    expect((await ask('DELETE', `/v1/keys/${write.id}`)).statusCode).toBe(200);
    expect(await status(write.key)).toBe(401);
    expect((await ask('DELETE', `/v1/keys/${write.id}`)).statusCode).toBe(200);
    // The rotation of the first secret key, asked for by its successor.
    expect((await ask('DELETE', '/v1/keys/first-secret', {}, secret.key)).statusCode).toBe(200);
    expect([await status(secretKey), await status(secret.key)]).toEqual([401, 202]);
    expect((await ask('GET', '/v1/status')).statusCode).toBe(401);
    const last = await ask('DELETE', `/v1/keys/${secret.id}`, undefined, secret.key);
    expect([last.statusCode, codeOf(last)]).toEqual([409, 'last_key']);
  });

  it('are kept as digests, and listed without them', async () => {
    const { add, ask, store } = await serve();
    const { key, id } = await add('write', { origins: ['https://Shop.example/'] });
    expect(JSON.stringify(store.keys)).not.toContain(key);
    expect(store.keys).toMatchObject([
      { id, sha256: digestOf(key), origins: ['https://shop.example'] },
    ]);
    const listed = await ask('GET', '/v1/keys');
    expect(listed.json().keys.map(({ id: one }: { id: string }) => one)).toEqual([
      'first-secret',
      'first-write',
      id,
    ]);
    expect(listed.body).not.toMatch(/sha256|[0-9a-f]{64}/);
  });

  it('change when others change the file; one that can not be read changes nothing', async () => {
    const { store, status, ask, add } = await serve();
    const { key } = await add('write');
    const revoked = store.keys.map((one) => ({ ...one, revokedAt: '2026-06-01T00:00:00.000Z' }));
    store.changeFromOutside(revoked);
    expect(await status(key)).toBe(401);
    store.failure = new Error('damaged');
    store.changeFromOutside([]);
    expect(await status(key)).toBe(401);
    const refused = await ask('POST', '/v1/keys', { kind: 'write' });
    expect([refused.statusCode, codeOf(refused)]).toEqual([503, 'keys_unavailable']);
  });

  it('lends one to a part of the process, which no list has and no revocation ends', () => {
    const ring = new KeyRing({ secretKey, writeKey });
    const lent = ring.lend('connectors');
    const revokedAt = '2026-06-01T00:00:00.000Z';
    ring.use(ring.all().map((key) => ({ ...key, revokedAt })));
    expect(ring.find(secretKey)).toBeNull();
    expect(ring.find(lent)).toMatchObject({ kind: 'secret', id: 'own-connectors' });
    expect(ring.all()).toHaveLength(2);
  });

  it('a new key of the environment is good though the one before was revoked', () => {
    const ring = new KeyRing(first);
    const [secret] = ring.all();
    if (secret === undefined) throw new Error('no key');
    const revoked = [{ ...secret, revokedAt: '2026-06-01T00:00:00.000Z' }];
    ring.use(revoked);
    expect(ring.find(secretKey)).toBeNull();
    const next = new KeyRing({ secretKey: 'another', writeKey });
    next.use(revoked);
    expect(next.find('another')).toMatchObject({ id: 'first-secret' });
    expect(next.find(secretKey)).toBeNull();
  });

  it.each([
    [{}, '"kind"'],
    [{ kind: 'admin' }, '"kind"'],
    [{ kind: 'write', origins: ['shop.example'] }, 'origin'],
    [{ kind: 'write', origins: ['https://shop.example/path'] }, 'origin'],
    [{ kind: 'write', origins: ['https://user@shop.example'] }, 'origin'],
    [{ kind: 'write', origins: 'https://shop.example' }, 'list'],
    [{ kind: 'secret', origins: ['https://shop.example'] }, 'secret key'],
    [{ kind: 'write', name: 'x'.repeat(101) }, '"name"'],
  ])('%j is refused', async (body, told) => {
    const { ask } = await serve();
    const answer = await ask('POST', '/v1/keys', body);
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'invalid_key']);
    expect(answer.json().error.message).toContain(told);
  });

  it('are not for a write key to change', async () => {
    const { ask } = await serve();
    for (const [method, url] of [
      ['GET', '/v1/keys'],
      ['POST', '/v1/keys'],
      ['DELETE', '/v1/keys/first-secret'],
      ['PUT', '/v1/keys/first-write/origins'],
      ['GET', '/v1/audit'],
    ] as const) {
      const answer = await ask(method, url, method === 'GET' ? undefined : {}, writeKey);
      expect([answer.statusCode, url]).toEqual([401, url]);
    }
  });
});

describe('sites', () => {
  it.each([
    ['https://shop.example', 'https://shop.example', true],
    ['https://shop.example', 'https://SHOP.example', true],
    ['https://shop.example', 'http://shop.example', false],
    ['https://shop.example', 'https://shop.example:8443', false],
    ['https://shop.example', 'https://shop.example.evil.example', false],
    ['https://*.shop.example', 'https://www.shop.example', true],
    ['https://*.shop.example', 'https://shop.example', true],
    ['https://*.shop.example', 'https://evilshop.example', false],
    ['https://*.shop.example', 'https://a.b.shop.example', true],
    ['https://*.shop.example', 'http://www.shop.example', false],
    ['https://shop.example', null, false],
    ['https://shop.example:443', 'https://shop.example', true],
    ['https://müller.example', 'https://xn--mller-kva.example', true],
    ['https://*.Müller.example:8443/', 'https://www.xn--mller-kva.example:8443', true],
  ])('%s lets %s in: %s', (allowed, origin, expected) => {
    const read = readOrigin(allowed);
    expect(read === null ? null : isAllowed([read], origin)).toBe(expected);
  });

  it('are read from Origin, else from the referrer', () => {
    expect(originOf({ origin: 'https://a.example', referer: 'https://b.example/x' })).toBe(
      'https://a.example',
    );
    expect(originOf({ referer: 'https://b.example/x?y' })).toBe('https://b.example');
    expect(originOf({ origin: 'null' })).toBeNull();
    expect(originOf({})).toBeNull();
  });

  it('that are not on the list of a write key are refused, and may read why', async () => {
    const { add, post, ask, status } = await serve();
    const { key, id } = await add('write', { origins: ['https://shop.example'] });
    expect(await status(key, { origin: 'https://shop.example' })).toBe(202);
    const refused = await post(click('c'), { key, headers: { origin: 'https://evil.example' } });
    expect([refused.statusCode, codeOf(refused)]).toEqual([403, 'origin_not_allowed']);
    expect(['*', 'https://evil.example']).toContain(refused.headers['access-control-allow-origin']);
    expect(await status(key)).toBe(403);
    // Another key's pages are its own affair.
    expect(await status(writeKey, { origin: 'https://evil.example' })).toBe(202);
    await ask('PUT', `/v1/keys/${id}/origins`, { origins: null });
    expect(await status(key)).toBe(202);
    await ask('PUT', '/v1/keys/first-write/origins', { origins: ['https://shop.example'] });
    expect(await status(writeKey, { origin: 'https://evil.example' })).toBe(403);
  });

  it('are held against what speaks another tracker’s language, too', async () => {
    const { add, app } = await serve();
    const { key } = await add('write', { origins: ['https://shop.example'] });
    const track = { writeKey: key, type: 'track', event: 'Seen', anonymousId: 'a' };
    const seen = { e: 'pv', aid: key, eid: '00000000-0000-4000-8000-000000000001', p: 'web' };
    const query = new URLSearchParams(seen).toString();
    const from = async (origin: string) => {
      const headers = { origin, 'content-type': 'application/json' };
      const segment = { method: 'POST', url: '/v1/track', headers, payload: track } as const;
      const answers = [
        await app.inject(segment),
        await app.inject({ url: `/i?${query}`, headers: { origin } }),
      ];
      return answers.map(({ statusCode }) => statusCode);
    };
    expect(await from('https://shop.example')).toEqual([200, 200]);
    // Snowplow's libraries try again unless the answer is 400.
    expect(await from('https://evil.example')).toEqual([403, 400]);
  });
});

describe('limits', () => {
  const small = { eventsPerSecond: 1, burst: 3 };

  it('are of each key: a flood with one leaves the other what is its own', async () => {
    const { add, status } = await serve({}, { writeKeyRate: small });
    const flood = await add('write');
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push(await status(flood.key));
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    expect(await status(writeKey)).toBe(202);
  });

  it('count what comes in another tracker’s language with the rest of the key’s', async () => {
    const { add, app, status } = await serve({}, { writeKeyRate: small });
    const flood = await add('write');
    const track = async (key: string) => {
      const payload = { writeKey: key, type: 'track', event: 'Seen', anonymousId: 'a' };
      const headers = { 'content-type': 'application/json' };
      return (await app.inject({ method: 'POST', url: '/v1/track', headers, payload })).statusCode;
    };
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push(await track(flood.key));
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(await status(flood.key)).toBe(429);
    expect(await track(writeKey)).toBe(200);
  });

  it('refuse a flood by its headers, too, when its key stands in the body', async () => {
    const { app } = await serve({}, { addressRate: { eventsPerSecond: 1, burst: 3 } });
    const send = async (payload: object | string) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await app.inject({ method: 'POST', url: '/v1/track', headers, payload });
      return answer.statusCode;
    };
    const track = { writeKey, type: 'track', event: 'Seen', anonymousId: 'a' };
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push(await send(track));
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
    expect(await send('not read')).toBe(429);
  });

  it('are of each address with a write key, of IPv6 by /64; secret keys have none', async () => {
    const { status } = await serve({}, { addressRate: small });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let n = 0; n < 3; n += 1) expect(await status(writeKey, from(`2001:db8::${n}`))).toBe(202);
    expect(await status(writeKey, from('2001:db8::ffff:1'))).toBe(429);
    expect(await status(writeKey, from('2001:db8:0:1::1'))).toBe(202);
    expect(await status(writeKey, from('203.0.113.1'))).toBe(202);
    expect(await status(secretKey, from('2001:db8::1'))).toBe(202);
  });

  it('believe X-Forwarded-For from trusted proxies alone', async () => {
    const { status } = await serve({ trustedProxies: [] }, { addressRate: small });
    const statuses = [];
    for (let n = 0; n < 4; n += 1)
      statuses.push(await status(writeKey, { 'x-forwarded-for': `203.0.113.${n}` }));
    expect(statuses).toEqual([202, 202, 202, 429]);
  });
});

describe('work under way', () => {
  /** As many come before the log, however slow the machine is, and no more. */
  const under = async (log: MemoryLog, appends: number) => {
    await vi.waitFor(() => expect(log.appends).toBeGreaterThanOrEqual(appends), 10_000);
    await new Promise((done) => setTimeout(done, 50));
    expect(log.appends).toBe(appends);
  };
  const from = (n: number) => ({ 'x-forwarded-for': `203.0.113.${n}` });
  const allTaken = async (asked: readonly Promise<number>[]) =>
    expect(new Set(await Promise.all(asked))).toEqual(new Set([202]));

  it('is so much of one address with a key; another key and another address go on', async () => {
    const { add, status, log } = await serve();
    const { key } = await add('write');
    log.hold();
    const flood = Array.from({ length: 40 }, () => status(key, from(1)));
    await under(log, 16);
    const others = [status(writeKey, from(1)), status(key, from(2)), status(secretKey, from(1))];
    await under(log, 16 + others.length);
    log.release();
    await allTaken([...flood, ...others]);
  });

  it('counts against the limit while it waits for its turn', async () => {
    const { add, status, log } = await serve(
      {},
      { addressRate: { eventsPerSecond: 1_000, burst: 20 } },
    );
    const { key } = await add('write');
    log.hold();
    const flood = Array.from({ length: 20 }, () => status(key, from(1)));
    await under(log, 16);
    expect(await status(key, from(1))).toBe(429);
    log.release();
    await allTaken(flood);
  });

  it('has its share of memory until it is answered', async () => {
    const { post, log } = await serve({}, { addressBytesMax: 1_000 });
    const large = { ...click('c'), properties: { note: 'x'.repeat(600) } };
    const send = async (n: number) =>
      (await post(large, { key: writeKey, headers: from(n) })).statusCode;
    log.hold();
    const first = send(1);
    await under(log, 1);
    expect(await send(1)).toBe(429);
    const elsewhere = send(2);
    log.release();
    await allTaken([first, elsewhere]);
    expect(await send(1)).toBe(202);
  });

  it('is so much of a key from all addresses while another is used, and not otherwise', async () => {
    const { add, status, log } = await serve();
    const { key } = await add('write');
    const flood = () => Array.from({ length: 40 }, (_, n) => status(key, from(n)));
    log.hold();
    const alone = flood();
    await under(log, 40);
    log.release();
    await allTaken(alone);
    log.hold();
    const other = status(writeKey, from(1));
    const beside = flood();
    await under(log, 40 + 1 + 32);
    log.release();
    await allTaken([other, ...beside]);
  });
});

describe('the audit', () => {
  it('has who did what, before it is done, and names nobody', async () => {
    const { ask, add, noted, log } = await serve();
    const { key, id } = await add('secret');
    await ask('PUT', '/v1/settings', { half_life_days: 3 }, key);
    await ask('POST', '/v1/recompute', {});
    await ask('POST', '/v1/replay', {});
    await ask('POST', '/v1/persons/erase', { identifiers: { email: 'ada@example.org' } });
    await ask('PUT', '/v1/settings', { half_life_days: 'x' });
    await ask('DELETE', `/v1/keys/${id}`);
    expect(noted.map(({ key: by, action }) => [by, action])).toEqual([
      ['first-secret', 'key.added'],
      [id, 'settings.changed'],
      ['first-secret', 'recompute.asked'],
      ['first-secret', 'replay.asked'],
      ['first-secret', 'person.erased'],
      ['first-secret', 'key.revoked'],
    ]);
    const text = JSON.stringify(noted);
    expect(text).toContain('"identifiers":["email"]');
    expect(text).not.toMatch(/ada|rosi_sk_|[0-9a-f]{64}|127\.0\.0\.1/);
    expect(log.events.length).toBeGreaterThan(3);
  });

  it('that takes no entry stops what was to be noted', async () => {
    const { ask, audit, log, store } = await serve();
    audit.failure = new Error('full');
    for (const [method, url, body] of [
      ['POST', '/v1/keys', { kind: 'write' }],
      ['POST', '/v1/recompute', {}],
      ['POST', '/v1/persons/erase', { identifiers: { email: 'ada@example.org' } }],
      ['POST', '/v1/persons/export', { identifiers: { email: 'ada@example.org' } }],
    ] as const) {
      const answer = await ask(method, url, body);
      expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'audit_unavailable']);
    }
    expect([log.events, store.keys]).toEqual([[], []]);
  });
});
