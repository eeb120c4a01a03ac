import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  appFor,
  bearer,
  click,
  codeOf,
  MemoryLog,
  post as postEntry,
  startedAt,
  until,
  writeKey,
} from './testing/fixture.js';

const ids = (log: MemoryLog) => log.events.map((event) => event.eventId);
const clicks = (count: number) => Array.from({ length: count }, (_, at) => click(`c${at}`));
const lines = (events: readonly unknown[]) =>
  events.map((event) => JSON.stringify(event)).join('\n');
const ndjson = { type: 'application/x-ndjson' };

describe('what is accepted', () => {
  test('one object, and the answer is exactly the contract', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post(click('c1'));
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ accepted: 1, rejected: [] });
    expect(log.events[0]).toMatchObject({
      workspace: 'default',
      eventId: 'c1',
      source: 'server',
      receivedAt: startedAt,
    });
    expect(log.timestamps).toEqual([startedAt]);
  });

  test('an array, in one append, in order, repeats counted', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post([click('a'), click('b'), click('a')]);
    expect(response.json()).toEqual({ accepted: 3, rejected: [] });
    expect(ids(log)).toEqual(['a', 'b', 'a']);
    expect(log.appends).toBe(1);
  });

  test('an empty array, without touching the log', async () => {
    const log = new MemoryLog();
    const response = await (await appFor(log)).post([]);
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 0, rejected: [] }]);
    expect(log.appends).toBe(0);
  });

  test('NDJSON with blank lines, CRLF, a byte order mark and no last line feed', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const text = `\uFEFF${JSON.stringify(click('a'))}\r\n\n  \n${JSON.stringify(click('b'))}`;
    const response = await post(text, ndjson);
    expect(response.json()).toEqual({ accepted: 2, rejected: [] });
    expect(ids(log)).toEqual(['a', 'b']);
  });

  test('text/plain is JSON, and a beacon may state its write key in the query', async () => {
    const log = new MemoryLog();
    const { app, post } = await appFor(log);
    expect((await post(click('a'), { type: 'text/plain;charset=UTF-8' })).statusCode).toBe(202);
    const beacon = await app.inject({
      method: 'POST',
      url: `/v1/events?write_key=${writeKey}`,
      headers: { 'content-type': 'text/plain' },
      payload: JSON.stringify(click('b')),
    });
    expect(beacon.statusCode).toBe(202);
    expect(log.events.map((event) => event.source)).toEqual(['server', 'pixel']);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a body compressed by %s', async (encoding, compress) => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const body = compress(Buffer.from(JSON.stringify(clicks(50))));
    const response = await post(body, { headers: { 'content-encoding': encoding } });
    expect(response.json()).toEqual({ accepted: 50, rejected: [] });
    expect(log.events).toHaveLength(50);
  });

  test('exactly 1,000 events', async () => {
    const { post } = await appFor(new MemoryLog());
    expect((await post(clicks(1_000))).json()).toEqual({ accepted: 1_000, rejected: [] });
    expect((await post(lines(clicks(1_000)), ndjson)).statusCode).toBe(202);
  });

  test('events without an id get one that sorts by time', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    await post([{ type: 'click' }, { type: 'click' }]);
    const [first, second] = ids(log);
    expect(first).not.toBe(second);
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(first!.replace('-', '').slice(0, 12), 16)).toBe(startedAt);
  });

  test('integers beyond a double keep their digits, for they are ids', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const text = '[{"type":"click","event_id":"x","identifiers":{"user_id":12345678901234567890}}]';
    expect((await post(text)).statusCode).toBe(202);
    expect(log.events[0]?.identifiers).toEqual([
      { type: 'user_id', value: '12345678901234567890' },
    ]);
  });

  test('personal identifiers are in the log as hashes only', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    await post(click('h', { identifiers: { email: ' Ada@Example.org ' } }));
    expect(log.events[0]?.identifiers[0]?.value).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(log.events)).not.toContain('ada@example.org');
  });
});

describe('what is rejected by index', () => {
  test('good and bad events in one request: the good ones count', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post([click('a'), { event_id: 'bad', type: 'shout' }, 7, click('b')]);
    expect(response.statusCode).toBe(202);
    const { accepted, rejected } = response.json();
    expect(accepted).toBe(2);
    expect(rejected).toEqual([
      { index: 1, event_id: 'bad', code: 'type_unknown', message: expect.any(String) },
      { index: 2, event_id: null, code: 'not_an_object', message: expect.any(String) },
    ]);
    expect(ids(log)).toEqual(['a', 'b']);
  });

  test('only bad events: still 202, and the log is left alone', async () => {
    const log = new MemoryLog();
    const response = await (await appFor(log)).post([{ type: 'shout' }]);
    expect([response.statusCode, response.json().accepted]).toEqual([202, 0]);
    expect(log.appends).toBe(0);
  });

  test('a line that is not JSON, or not UTF-8; blank lines have no index', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const good = (id: string) => Buffer.from(`${JSON.stringify(click(id))}\n`);
    const body = Buffer.concat([good('a'), Buffer.from('\n{"type":\n'), good('b')]);
    const response = await post(body, ndjson);
    expect(response.json()).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, event_id: null, code: 'invalid_json' }],
    });
    const bytes = Buffer.concat([good('c'), Buffer.from([0x22, 0xff, 0x22, 0x0a]), good('d')]);
    expect((await post(bytes, ndjson)).json()).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, code: 'invalid_json' }],
    });
    expect(ids(log)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a write key may not send a catalogue entry', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post([click('a'), postEntry('p1')], { key: writeKey });
    expect(response.json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, event_id: 'post-p1', code: 'type_not_allowed' }],
    });
    expect((await post(postEntry('p1'))).json()).toEqual({ accepted: 1, rejected: [] });
  });

  test('an event nested too deeply; the process survives millions of levels', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const nested = `${'['.repeat(40)}${']'.repeat(40)}`;
    const deep = `{"event_id":"d","type":"click","properties":{"a":${nested}}}`;
    expect((await post(`[${deep},${JSON.stringify(click('a'))}]`)).json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, event_id: 'd', code: 'too_deep' }],
    });
    const levels = 2_000_000;
    const abyss = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect((await post(abyss)).json()).toMatchObject({ accepted: 0 });
  });
});

describe('what the request says of its events', () => {
  test('the source: pixel, server, or an import', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const header = { 'x-rosi-source': 'import' };
    await post(click('a'), { key: writeKey, headers: header });
    await post(click('b'), { headers: header });
    await post(click('c'), { headers: { 'x-rosi-source': 'webhook:x' } });
    expect(log.events.map((event) => event.source)).toEqual(['pixel', 'import', 'server']);
  });

  test("Sec-GPC counts on a write key's request only", async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const headers = { 'sec-gpc': '1' };
    await post(click('a'), { key: writeKey, headers });
    await post(click('b'), { headers });
    expect(log.events.map((event) => event.identifiers.length)).toEqual([0, 1]);
  });

  test("the agent counts on a write key's request only, and an event's own wins", async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const headers = { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' };
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    await post(click('a'), { key: writeKey, headers });
    await post(click('b'), { headers });
    await post(click('c', { user_agent: firefox }), { key: writeKey, headers });
    expect(log.events.map((event) => event.bot)).toEqual([true, false, false]);
  });

  test.each(['purpose', 'sec-purpose'])('%s: prefetch makes a bot', async (header) => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    await post(click('a'), { key: writeKey, headers: { [header]: 'prefetch;prerender' } });
    expect(log.events[0]?.bot).toBe(true);
  });

  test('__proto__ in a body changes no prototype and no event', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const text = '{"type":"click","__proto__":{"event_id":"evil"},"event_id":"a","event_id":"b"}';
    expect((await post(text)).statusCode).toBe(202);
    expect(ids(log)).toEqual(['b']);
    expect('event_id' in {}).toBe(false);
  });
});

describe('what is refused as a whole', () => {
  test.each([
    ['no JSON', 'hello', 'application/json'],
    ['an empty body', '', 'application/json'],
    ['a bare number', '42', 'application/json'],
    ['null', 'null', 'application/json'],
    ['cut JSON', '[{"type":"click"}', 'application/json'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'application/json'],
    ['NDJSON sent as JSON', '{"a":1}\n{"a":2}', 'application/json'],
    ['NDJSON without a line of JSON', 'hello\nworld', 'application/x-ndjson'],
    ['NDJSON of blank lines', '\n\n', 'application/x-ndjson'],
  ])('%s: 400', async (_name, body, type) => {
    const response = await (await appFor(new MemoryLog())).post(body, { type });
    expect([response.statusCode, codeOf(response)]).toEqual([400, 'invalid_json']);
  });

  test('a body that is not compressed as it says: 400', async () => {
    const { post } = await appFor(new MemoryLog());
    const response = await post('[]', { headers: { 'content-encoding': 'gzip' } });
    expect([response.statusCode, codeOf(response)]).toEqual([400, 'invalid_encoding']);
    const cut = gzipSync('[]').subarray(0, 12);
    expect((await post(cut, { headers: { 'content-encoding': 'gzip' } })).statusCode).toBe(400);
  });

  test.each([
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json;charset=latin1',
  ])('content type %s: 415', async (type) => {
    const response = await (await appFor(new MemoryLog())).post('[]', { type });
    expect([response.statusCode, codeOf(response)]).toEqual([415, 'unsupported_media_type']);
  });

  test('an unknown or doubled compression: 415', async () => {
    const { post } = await appFor(new MemoryLog());
    for (const encoding of ['zstd', 'gzip, gzip']) {
      const response = await post('[]', { headers: { 'content-encoding': encoding } });
      expect([response.statusCode, codeOf(response)]).toEqual([415, 'unsupported_media_type']);
    }
  });

  test('1,001 events: 413, and none is accepted', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const array = await post(clicks(1_001));
    expect([array.statusCode, codeOf(array)]).toEqual([413, 'too_many_events']);
    expect((await post(lines(clicks(1_001)), ndjson)).statusCode).toBe(413);
    expect(log.events).toEqual([]);
  });

  test('5 MB and a byte: 413, stated or found while reading', async () => {
    const log = new MemoryLog();
    const { app, post } = await appFor(log);
    const event = JSON.stringify(click('a'));
    const body = event.padEnd(5_000_001, ' ');
    const stated = await post(body);
    expect([stated.statusCode, codeOf(stated)]).toEqual([413, 'payload_too_large']);
    const unstated = await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { ...bearer(writeKey), 'content-type': 'application/json', 'content-length': '9' },
      payload: body,
    });
    expect(unstated.statusCode).toBe(413);
    expect(log.events).toEqual([]);
    expect((await post(event.padEnd(5_000_000, ' '))).statusCode).toBe(202);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a %s bomb: 413', async (encoding, compress) => {
    const { post } = await appFor(new MemoryLog());
    const bomb = compress(Buffer.alloc(20_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const response = await post(bomb, { headers: { 'content-encoding': encoding } });
    expect([response.statusCode, codeOf(response)]).toEqual([413, 'payload_too_large']);
  });

  test.each([
    ['none', null, {}],
    ['unknown', 'nobody', {}],
    ['basic', null, { authorization: 'Basic abc' }],
    ['empty', '', {}],
  ])('key %s: 401 with a challenge', async (_name, key, headers) => {
    const log = new MemoryLog();
    const response = await (await appFor(log)).post(click('a'), { key, headers });
    expect([response.statusCode, codeOf(response)]).toEqual([401, 'unauthorized']);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer /);
    expect(log.appends).toBe(0);
  });

  test('the secret key is not taken from an address', async () => {
    const { app } = await appFor(new MemoryLog());
    const url = '/v1/events?write_key=secret-key-of-the-tests';
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url, headers, payload: '[]' });
    expect(response.statusCode).toBe(401);
  });

  test('another method: 405 with Allow', async () => {
    const response = await (await appFor(new MemoryLog())).get('/v1/events');
    expect([response.statusCode, codeOf(response)]).toEqual([405, 'method_not_allowed']);
    expect(response.headers['allow']).toBe('POST');
  });
});

describe('limits', () => {
  test('429 with Retry-After once a key has used its tokens, until refilled', async () => {
    let now = startedAt;
    const writeKeyRate = { eventsPerSecond: 2, burst: 5 };
    const { post } = await appFor(new MemoryLog(), { now: () => now, limits: { writeKeyRate } });
    const send = () => post(clicks(9), { key: writeKey });
    expect((await send()).statusCode).toBe(202);
    const refused = await send();
    expect([refused.statusCode, codeOf(refused)]).toEqual([429, 'rate_limited']);
    expect(refused.headers['retry-after']).toBe('3');
    expect((await post(clicks(9))).statusCode).toBe(202);
    now += 3_000;
    expect((await send()).statusCode).toBe(202);
  });

  test('a request counts as its events, and as one for each 2,000 bytes at least', async () => {
    const writeKeyRate = { eventsPerSecond: 1, burst: 10 };
    const large = { text: 'x'.repeat(9_000) };
    const waitAfter = async (body: unknown) => {
      const { post } = await appFor(new MemoryLog(), { limits: { writeKeyRate } });
      await post(body, { key: writeKey });
      await post(clicks(10), { key: writeKey });
      return (await post(click('a'), { key: writeKey })).headers['retry-after'];
    };
    expect(await waitAfter(clicks(3))).toBe('4');
    expect(await waitAfter(click('a', { properties: large }))).toBe('6');
    expect(
      await waitAfter(clicks(8).map((one) => ({ ...one, properties: { x: 'x'.repeat(1_000) } }))),
    ).toBe('9');
    // Also what is no event.
    expect(await waitAfter('x'.repeat(9_000))).toBe('6');
  });

  test('503 with Retry-After while too many bytes are under way', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log, { limits: { inFlightBytesMax: 150 } });
    log.hold();
    const first = post(click('a'));
    await until(() => log.appends === 1);
    const second = await post(clicks(3));
    expect([second.statusCode, codeOf(second)]).toEqual([503, 'overloaded']);
    expect(second.headers['retry-after']).toBe('1');
    log.release();
    expect((await first).statusCode).toBe(202);
    expect((await post(clicks(3))).statusCode).toBe(202);
  });
});

describe('durability', () => {
  test('202 only after the append has resolved', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    log.hold();
    let answered = false;
    const answer = post(click('a')).then((response) => {
      answered = true;
      return response;
    });
    await until(() => log.appends === 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    log.release();
    expect((await answer).statusCode).toBe(202);
    expect(ids(log)).toEqual(['a']);
  });

  test('503 with Retry-After while the log takes nothing, without telling why', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    log.failure = new Error('ENOSPC /secret/path');
    const response = await post([click('a'), { type: 'shout' }]);
    expect([response.statusCode, codeOf(response)]).toEqual([503, 'log_unavailable']);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(response.body).not.toContain('ENOSPC');
    log.failure = null;
    expect((await post(click('a'))).statusCode).toBe(202);
  });

  test('concurrent requests do not wait for each other', async () => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    log.hold();
    const answers = clicks(20).map((event) => post(event));
    await until(() => log.appends === 20);
    log.release();
    const statuses = (await Promise.all(answers)).map((response) => response.statusCode);
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(new Set(ids(log)).size).toBe(20);
  });
});

describe('browsers', () => {
  test('a preflight allows what a pixel needs, from any page', async () => {
    const { app } = await appFor(new MemoryLog());
    const response = await app.inject({ method: 'OPTIONS', url: '/v1/events' });
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
    });
    expect(response.headers['access-control-allow-headers']).toContain('authorization');
  });

  test('answers to a write key may be read by any page, others by none', async () => {
    const { post } = await appFor(new MemoryLog());
    const origin = async (key: string) =>
      (await post(click('a'), { key })).headers['access-control-allow-origin'];
    expect([await origin(writeKey), await origin('nobody')]).toEqual(['*', '*']);
    expect((await post(click('a'))).headers['access-control-allow-origin']).toBeUndefined();
  });
});
