import { describe, expect, test } from 'vitest';
import {
  appFor,
  bearer,
  click,
  codeOf,
  MemoryLog,
  secretKey,
  writeKey,
} from './testing/fixture.js';

const withSecret = bearer(secretKey);

describe('health', () => {
  test('live answers always, ready once every part is', async () => {
    let ready = false;
    const parts = async () => [
      { part: 'stitcher', ready: true },
      { part: 'warehouse', ready },
    ];
    const { get, beginStop } = await appFor(new MemoryLog(), { ready: parts });
    expect((await get('/health/live')).statusCode).toBe(200);
    const before = await get('/health/ready');
    expect(before.statusCode).toBe(503);
    expect(before.json()).toEqual({
      ready: false,
      parts: [
        { part: 'collector', ready: true },
        { part: 'stitcher', ready: true },
        { part: 'warehouse', ready: false },
      ],
    });
    ready = true;
    expect((await get('/health/ready')).statusCode).toBe(200);
    beginStop();
    expect((await get('/health/ready')).statusCode).toBe(503);
  });

  test('not ready when readiness can not be told', async () => {
    const ready = () => Promise.reject(new Error('gone'));
    const { get } = await appFor(new MemoryLog(), { ready });
    expect((await get('/health/ready')).statusCode).toBe(503);
    expect((await get('/health/live')).statusCode).toBe(200);
  });
});

describe('metrics', () => {
  test('count events, identifiers, bytes and answers; others are appended', async () => {
    const metrics = async () => 'rosi_other_total 5\n';
    const { get, post } = await appFor(new MemoryLog(), { metrics });
    await post([click('a'), click('b', { identifiers: { user_id: 'guest' } }), { type: 'shout' }]);
    await post(click('c'), { key: writeKey });
    const response = await get('/metrics');
    expect(response.headers['content-type']).toMatch(/^text\/plain/);
    const text = response.body;
    expect(text).toContain('rosi_collector_events_total{outcome="accepted",reason="server"} 2');
    expect(text).toContain('rosi_collector_events_total{outcome="accepted",reason="pixel"} 1');
    expect(text).toContain('{outcome="rejected",reason="type_unknown"} 1');
    expect(text).toMatch(/identifiers_dropped_total\{type="user_id",reason="[a-z_]+"\} 1/);
    expect(text).toMatch(/rosi_collector_body_bytes_total [1-9]/);
    expect(text).toContain('request_duration_seconds_count{route="/v1/events",status="202"} 2');
    expect(text).toContain('rosi_other_total 5');
    expect(text).not.toContain(secretKey);
  });

  test("the collector's own are there when the others fail", async () => {
    const metrics = () => Promise.reject(new Error('gone'));
    const { get } = await appFor(new MemoryLog(), { metrics });
    const response = await get('/metrics');
    expect(response.statusCode).toBe(200);
    expect(response.body).toContain('rosi_collector_in_flight_bytes 0');
  });
});

describe('status', () => {
  const stage = { name: 'stitcher', lastOffset: 41, lag: 2, outcomes: { ok: 42 } };
  const freshThrough = '2026-03-01T12:00:00.000Z';
  const status = async () => ({ settled: false, freshThrough, stages: [stage] });

  test('is the pipeline as it is, in snake_case', async () => {
    const { get } = await appFor(new MemoryLog(), { status });
    expect((await get('/v1/status', withSecret)).json()).toEqual({
      settled: false,
      fresh_through: freshThrough,
      stages: [{ name: 'stitcher', last_offset: 41, lag: 2, outcomes: { ok: 42 } }],
    });
  });

  test('needs the secret key', async () => {
    const { get } = await appFor(new MemoryLog(), { status });
    for (const headers of [{}, bearer(writeKey), bearer('nobody')]) {
      const response = await get('/v1/status', headers);
      expect([response.statusCode, codeOf(response)]).toEqual([401, 'unauthorized']);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer /);
    }
  });

  test('503 when it can not be read', async () => {
    const { get } = await appFor(new MemoryLog(), { status: () => Promise.reject(new Error('x')) });
    const response = await get('/v1/status', withSecret);
    expect([response.statusCode, codeOf(response)]).toEqual([503, 'status_unavailable']);
    expect(response.headers['retry-after']).toBe('1');
  });
});

describe('receipts', () => {
  const receipt = async (orderId: string) =>
    orderId === 'shop/1 é' ? { order_id: orderId } : null;

  test('of an order, whatever its id holds', async () => {
    const { get } = await appFor(new MemoryLog(), { receipt });
    const url = `/v1/orders/${encodeURIComponent('shop/1 é')}/receipt`;
    expect((await get(url, withSecret)).json()).toEqual({ order_id: 'shop/1 é' });
    expect((await get(url, bearer(writeKey))).statusCode).toBe(401);
    const long = `/v1/orders/${encodeURIComponent('é'.repeat(256))}/receipt`;
    expect(codeOf(await get(long, withSecret))).toBe('not_found');
    expect((await get(long, withSecret)).body).toContain('No order');
  });

  test('404 for an unknown order, and where there are no receipts', async () => {
    const known = await appFor(new MemoryLog(), { receipt });
    const unknown = await known.get('/v1/orders/2/receipt', withSecret);
    expect([unknown.statusCode, codeOf(unknown)]).toEqual([404, 'not_found']);
    const without = await appFor(new MemoryLog());
    expect((await without.get('/v1/orders/2/receipt', withSecret)).statusCode).toBe(404);
  });

  test('a fault is 500 and tells nothing', async () => {
    const failing = () => Promise.reject(new Error('clickhouse http://user:password@host'));
    const { get } = await appFor(new MemoryLog(), { receipt: failing });
    const response = await get('/v1/orders/2/receipt', withSecret);
    expect([response.statusCode, codeOf(response)]).toEqual([500, 'internal']);
    expect(response.body).not.toContain('password');
  });
});

test('an address that is not there, or is malformed, is told in the same shape', async () => {
  const { get } = await appFor(new MemoryLog());
  const missing = await get('/nothing');
  expect([missing.statusCode, codeOf(missing)]).toEqual([404, 'not_found']);
  const malformed = await get('/v1/orders/%zz/receipt', withSecret);
  expect([malformed.statusCode, codeOf(malformed)]).toEqual([400, 'bad_request']);
});
