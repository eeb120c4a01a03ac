/** What trackers are answered: keys, CORS, and which refusals make their libraries try again. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  appFor,
  bearer,
  codeOf,
  MemoryLog,
  secretKey,
  startedAt,
  writeKey,
} from '../testing/fixture.js';
import { ignoredReasons } from './message.js';

const json = { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Firefox/140.0' };
const basic = (key: string) => ({
  authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
});
const track = { event: 'Signed Up', anonymousId: 'a', messageId: 'm' };
const tp2 = '/com.snowplowanalytics.snowplow/tp2';
const payload = (more: object = {}) => ({ e: 'pv', eid: 'e', duid: 'd', aid: writeKey, ...more });
const posted = (data: readonly object[]) => ({ schema: 'iglu:x', data });

async function trackers(more: Parameters<typeof appFor>[1] = {}, log = new MemoryLog()) {
  const { app } = await appFor(log, more);
  const send = (
    method: 'GET' | 'HEAD' | 'POST' | 'OPTIONS',
    url: string,
    body?: object | string,
    headers: Record<string, string> = {},
  ) =>
    app.inject({
      ...{ method, url, headers: { ...json, ...headers } },
      ...(body === undefined ? {} : { payload: body }),
    });
  return { log, send };
}

describe('Segment', () => {
  test.each<[string, string, string]>([
    ['/v1/track', '/v1/t', 'lead'],
    ['/v1/identify', '/v1/i', 'identify'],
    ['/v1/page', '/v1/p', 'page'],
    ['/v1/screen', '/v1/s', 'identify'],
    ['/v1/alias', '/v1/a', 'identify'],
    ['/v1/group', '/v1/g', 'identify'],
  ])('%s and %s take one message', async (long, short, type) => {
    const { log, send } = await trackers();
    for (const path of [long, short]) {
      const answer = await send('POST', path, track, basic(writeKey));
      const taken = { success: true, accepted: 1, ignored: 0, rejected: [] };
      expect([answer.statusCode, answer.json()]).toEqual([200, taken]);
    }
    expect(log.events.map((event) => [event.type, event.source])).toEqual(
      Array(2).fill([type, 'pixel']),
    );
  });

  test('one address takes all that Segment passes on: a message that says its type has it', async () => {
    const { log, send } = await trackers();
    const url = 'https://shop.example/?utm_source=x';
    for (const type of ['page', 'Identify', 'track', 'delete', 7]) {
      const message = { ...track, messageId: String(type), type, context: { page: { url } } };
      await send('POST', '/v1/track', message, basic(writeKey));
    }
    expect(log.events.map(({ type, touchpoint }) => [type, touchpoint])).toEqual([
      ['page', true],
      ['identify', false],
      ...Array(3).fill(['lead', false]),
    ]);
  });

  test('a batch shares its context; each message is told by its place', async () => {
    const { log, send } = await trackers();
    const refund = { type: 'track', event: 'Order Refunded', properties: {} };
    const body = {
      batch: [{ ...track, type: 'track' }, { type: 'page', context: { ip: '::1' } }, refund, 7],
      context: { page: { url: 'https://shop.example/?utm_source=x' } },
      sentAt: new Date(startedAt).toISOString(),
      writeKey,
    };
    const answer = await send('POST', '/v1/batch', body);
    expect(answer.json()).toEqual({
      ...{ success: true, accepted: 2, ignored: 1 },
      rejected: [{ index: 2, code: 'type_not_allowed', message: expect.any(String) }],
    });
    expect(log.events.map(({ page }) => page?.url)).toEqual(
      Array(2).fill('https://shop.example/?utm_source=x'),
    );
    expect(log.appends).toBe(1);
  });

  test('what a batch shares counts once for each message toward the limit of a body', async () => {
    const { log, send } = await trackers();
    const context = { page: { title: 'x'.repeat(10_000) } };
    const sendBatch = (messages: number) => {
      const batch = Array(messages).fill({ ...track, type: 'track' });
      return send('POST', '/v1/batch', { batch, context }, basic(secretKey));
    };
    const large = await sendBatch(500);
    expect([large.statusCode, codeOf(large)]).toEqual([413, 'payload_too_large']);
    expect(log.events).toEqual([]);
    expect((await sendBatch(400)).json()).toMatchObject({ accepted: 400 });
  });

  test.each<[string, object]>([
    ['events', { batch: Array(100_000).fill(0) }],
    ['bytes', { batch: Array(1_000).fill(0), context: { a: 'x'.repeat(100_000) } }],
  ])(
    'of too many %s no more are charged than may come: a key is soon free again',
    async (_, body) => {
      const { send } = await trackers({
        limits: { writeKeyRate: { eventsPerSecond: 1, burst: 1 } },
      });
      expect((await send('POST', '/v1/batch', body, basic(writeKey))).statusCode).toBe(413);
      const refused = await send('POST', '/v1/track', track, basic(writeKey));
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2_500);
    },
  );

  test('what is large counts as several events', async () => {
    const { send } = await trackers({
      limits: { addressRate: { eventsPerSecond: 1, burst: 3 } },
    });
    const page = { ...track, properties: { text: 'x'.repeat(9_000) } };
    expect((await send('POST', '/v1/track', page, basic(writeKey))).statusCode).toBe(200);
    const refused = await send('POST', '/v1/track', track, basic(writeKey));
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '3']);
  });

  test.each<[string, Record<string, string>, object, number]>([
    ['no key', {}, {}, 401],
    ['another key', basic('x'), {}, 401],
    ['another key in the body', {}, { writeKey: 'x' }, 401],
    ['the secret key where everybody may read it', {}, { writeKey: secretKey }, 401],
    ['the write key in the body', {}, { writeKey }, 200],
    ['the secret key', basic(secretKey), {}, 200],
    ['the secret key as a token', bearer(secretKey), {}, 200],
  ])('%s', async (_, headers, more, status) => {
    const { log, send } = await trackers();
    const answer = await send('POST', '/v1/track', { ...track, ...more }, headers);
    expect(answer.statusCode).toBe(status);
    expect(log.events).toHaveLength(status === 200 ? 1 : 0);
    if (status === 401) expect(codeOf(answer)).toBe('unauthorized');
  });

  test('what is to be sent again says so, what is not is a 4xx', async () => {
    const log = new MemoryLog();
    const { send } = await trackers(
      { limits: { writeKeyRate: { eventsPerSecond: 1, burst: 2 } } },
      log,
    );
    const post = (body: object | string) => send('POST', '/v1/track', body, basic(writeKey));
    expect(codeOf(await post('{"event":'))).toBe('invalid_json');
    log.failure = new Error('full');
    const away = await post(track);
    expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '2']);
    const many = await post(track);
    expect([many.statusCode, many.headers['retry-after']]).toEqual([429, '1']);
  });

  test('a browser may ask from any page, and gets its settings', async () => {
    const { send } = await trackers();
    const preflight = await send('OPTIONS', '/v1/t');
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([
      204,
      '*',
    ]);
    const settings = await send('GET', `/v1/projects/${writeKey}/settings`);
    expect(settings.json().integrations['Segment.io']).toMatchObject({ apiKey: writeKey });
    expect((await send('GET', `/v1/projects/${secretKey}/settings`)).statusCode).toBe(401);
  });
});

describe('Snowplow', () => {
  test('POST answers ok, GET a pixel that nobody keeps', async () => {
    const { log, send } = await trackers();
    const answer = await send('POST', tp2, posted([payload(), payload({ eid: 'f' })]));
    expect([answer.statusCode, answer.body]).toEqual([200, 'ok']);
    const query = new URLSearchParams({ ...payload({ eid: 'g' }), url: 'https://a.example/?x=1' });
    const pixel = await send('GET', `/i?${query}`);
    expect([pixel.statusCode, pixel.headers['content-type']]).toEqual([200, 'image/gif']);
    expect(pixel.rawPayload.subarray(0, 6).toString()).toBe('GIF89a');
    expect(pixel.headers['cache-control']).toBe('no-store');
    await send('HEAD', `/i?${new URLSearchParams(payload({ eid: 'h' }))}`);
    expect(log.events.map(({ eventId, bot }) => [eventId, bot])).toEqual([
      ['snowplow:e', false],
      ['snowplow:f', false],
      ['snowplow:g', false],
      ['snowplow:h', true],
    ]);
  });

  test.each<[string, object, Record<string, string>, number]>([
    ['another application id', { aid: 'shop' }, {}, 401],
    ['the secret key as application id', { aid: secretKey }, {}, 401],
    ['none', { aid: undefined }, {}, 401],
    ['the secret key as a token', { aid: 'shop' }, bearer(secretKey), 200],
    ['another token', {}, bearer('x'), 401],
  ])('%s', async (_, more, headers, status) => {
    const { log, send } = await trackers();
    const answer = await send('POST', tp2, posted([payload(), payload(more)]), headers);
    expect(answer.statusCode).toBe(status);
    expect(log.events).toHaveLength(status === 200 ? 2 : 0);
  });

  test('a program that sends with the secret key is no bot; one that sends with the write key is', async () => {
    const { log, send } = await trackers();
    const order = { e: 'tr', p: 'pc', tr_id: '7', tr_tt: '9.90', tr_cu: 'EUR' };
    const agent = { 'user-agent': 'python-requests/2.32.3' };
    await send('POST', tp2, posted([payload(order)]), { ...agent, ...bearer(secretKey) });
    await send('POST', tp2, posted([payload(order)]), agent);
    expect(log.events.map(({ source, bot }) => [source, bot])).toEqual([
      ['server', false],
      ['pixel', true],
    ]);
  });

  test('only what may be mended by trying again makes a tracker try again', async () => {
    const log = new MemoryLog();
    const { send } = await trackers({ limits: { eventsMax: 1 } }, log);
    const final = [400, 401, 403, 410, 422];
    const refused = [
      await send('POST', tp2, posted([payload(), payload()])),
      await send('POST', tp2, posted([])),
      await send('POST', tp2, '{'),
      await send('POST', tp2, posted([payload()]), { 'content-type': 'image/png' }),
      await send('POST', tp2, ' '.repeat(5_000_001)),
    ];
    for (const answer of refused) expect(final).toContain(answer.statusCode);
    log.failure = new Error('full');
    expect((await send('POST', tp2, posted([payload()]))).statusCode).toBe(503);
    expect((await send('GET', `/i?${new URLSearchParams(payload())}`)).statusCode).toBe(503);
  });

  test('a page may ask with credentials; anonymous tracking identifies nobody', async () => {
    const { log, send } = await trackers();
    const origin = 'https://shop.example';
    for (const method of ['OPTIONS', 'POST'] as const) {
      const body = method === 'POST' ? posted([payload()]) : undefined;
      const answer = await send(method, tp2, body, { origin, 'sp-anonymous': '*' });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
    }
    expect(log.events).toMatchObject([{ identifiers: [], consentAnalytics: false }]);
  });
});

test('docs/connect names every reason for which a message is ignored', () => {
  const page = readFileSync(
    new URL('../../../../docs/connect/segment.md', import.meta.url),
    'utf8',
  );
  expect(ignoredReasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});
