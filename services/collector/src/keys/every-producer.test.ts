/** Whichever language a browser's tracker speaks: keys, sites and limits are the same for all. */
import { createLogger } from '@rosi/service-kit';
import { describe, expect, it } from 'vitest';
import type { CollectorLimits } from '../options.js';
import { appFor, bearer, MemoryLog, secretKey, writeKey } from '../testing/fixture.js';
import type { KeyStore } from './key-store.js';
import { openKeys } from './live-keys.js';

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly payload?: object;
}

const json = { 'content-type': 'application/json' };
const basic = (key: string) => ({
  authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
});
const track = { event: 'Signed Up', anonymousId: 'a', messageId: 'm' };
const payload = (key: string) => ({ e: 'pv', eid: 'e', duid: 'd', aid: key });

const producers: Record<string, (key: string) => Sent> = {
  events: (key) => ({
    ...{ method: 'POST', url: '/v1/events', headers: { ...json, ...bearer(key) } },
    payload: { type: 'page' },
  }),
  beacon: (key) => ({
    ...{ method: 'POST', url: `/v1/events?write_key=${key}`, headers: json },
    payload: { type: 'page' },
  }),
  image: (key) => ({ method: 'GET', url: `/rosi.gif?write_key=${key}` }),
  'Segment, key in the header': (key) => ({
    ...{ method: 'POST', url: '/v1/track', headers: { ...json, ...basic(key) } },
    payload: track,
  }),
  'Segment, key in the body': (key) => ({
    ...{ method: 'POST', url: '/v1/batch', headers: json },
    payload: { writeKey: key, batch: [{ type: 'track', ...track }] },
  }),
  'Snowplow, posted': (key) => ({
    ...{ method: 'POST', url: '/com.snowplowanalytics.snowplow/tp2', headers: json },
    payload: { schema: 'iglu:x', data: [payload(key)] },
  }),
  'Snowplow, image': (key) => ({
    method: 'GET',
    url: `/i?${new URLSearchParams(payload(key))}`,
  }),
};

async function serve(limits: Partial<CollectorLimits> = {}) {
  let kept: ReturnType<KeyStore['read']> = [];
  const store: KeyStore = {
    read: () => kept,
    write: (keys) => {
      kept = keys;
    },
    watch: () => ({ stop: () => {} }),
  };
  const logger = createLogger({ name: 'test', level: 'silent' });
  const liveKeys = openKeys({ secretKey, writeKey }, store, logger);
  const log = new MemoryLog();
  const { app } = await appFor(log, { liveKeys, limits });
  const ask = (method: 'POST' | 'DELETE', url: string, body: object) =>
    app.inject({ method, url, headers: { ...json, ...bearer(secretKey) }, payload: body });
  const add = async (origins: string[] | null = null) =>
    (await ask('POST', '/v1/keys', { kind: 'write', origins })).json() as {
      id: string;
      key: string;
    };
  const status = async (sent: Sent, headers: Record<string, string> = {}) =>
    (await app.inject({ ...sent, headers: { ...sent.headers, ...headers } })).statusCode;
  return { log, ask, add, status };
}

const site = 'https://shop.example';

describe.each(Object.entries(producers))('%s', (_name, sent) => {
  it('takes a key while it is good', async () => {
    const { ask, add, status } = await serve();
    const { key, id } = await add();
    expect(await status(sent(key))).toBeLessThan(300);
    await ask('DELETE', `/v1/keys/${id}`, {});
    expect(await status(sent(key))).toBe(401);
  });

  it('takes a key on its own sites alone', async () => {
    const { add, status, log } = await serve();
    const { key } = await add([site]);
    expect(await status(sent(key), { origin: site })).toBeLessThan(300);
    const taken = log.events.length;
    for (const headers of [{ origin: 'https://evil.example' }, {}]) {
      // Snowplow's trackers give up at once at a 400 alone.
      expect([400, 403]).toContain(await status(sent(key), headers));
    }
    expect(log.events.length).toBe(taken);
  });

  it('has the limit of its key, and leaves another key its own', async () => {
    const { add, status } = await serve({ writeKeyRate: { eventsPerSecond: 1, burst: 2 } });
    const { key } = await add();
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push(await status(sent(key)));
    expect(statuses.map((one) => one === 429)).toEqual([false, false, true, true]);
    expect(await status(sent(writeKey))).toBeLessThan(300);
  });

  it('has the limit of its address, and leaves another key there its own', async () => {
    const { add, status } = await serve({ addressRate: { eventsPerSecond: 1, burst: 2 } });
    const { key } = await add();
    expect(await status(sent(key))).toBeLessThan(300);
    expect(await status(sent(key))).toBeLessThan(300);
    expect(await status(sent(key))).toBe(429);
    expect(await status(sent(writeKey))).toBeLessThan(300);
  });
});
