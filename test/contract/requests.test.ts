/** The collector's answers, request by request, from the running product. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptedOf } from '../harness/answers.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
  writeKey,
} from '../harness/product.js';
import { type RequestExample, requests } from './examples/requests.js';

let product: Product;
let dataDir: string;
beforeAll(async () => {
  dataDir = await makeDataDir();
  product = await startProduct({ dataDir });
});
afterAll(async () => {
  await product?.stop();
  await removeDataDir(dataDir);
});

function send(one: RequestExample) {
  const key = one.key === undefined ? secretKey : one.key;
  const method = one.method ?? 'POST';
  const body = one.body?.();
  return product.request(one.path ?? '/v1/events', {
    method,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...one.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}

it.each(requests.map((one) => [one.title, one] as const))('%s', async (_, one) => {
  const answer = await send(one);
  expect(answer.status, answer.body.slice(0, 500)).toBe(one.status);
  if (one.accepted === undefined) return;
  const told = acceptedOf(answer);
  expect(told.accepted).toBe(one.accepted);
  expect(told.rejected.map(({ index }) => index)).toEqual(one.rejected ?? []);
});

it('tells of each rejected event its index, id, code and reason', async () => {
  const told = await product.post([
    { event_id: 'request-a', type: 'click' },
    { event_id: 'request-b', type: 'nothing' },
    { type: 'nothing' },
  ]);
  expect(told).toEqual({
    accepted: 1,
    rejected: [
      {
        index: 1,
        event_id: 'request-b',
        code: expect.stringMatching(/^[a-z_]+$/),
        message: expect.stringMatching(/./),
      },
      expect.objectContaining({ index: 2, code: expect.any(String), message: expect.any(String) }),
    ],
  });
});

it('a pixel may not read the status', async () => {
  const answer = await product.request('/v1/status', {
    headers: { authorization: `Bearer ${writeKey}` },
  });
  expect([401, 403]).toContain(answer.status);
});

it('the status tells stages, lags and what is still open', async () => {
  await product.settle();
  const status = await product.status();
  expect(status['settled']).toBe(true);
  expect(status).toHaveProperty('fresh_through');
  const text = JSON.stringify(status);
  for (const word of ['lag', 'offset']) expect(text).toContain(word);
});

it('metrics are Prometheus text', async () => {
  const answer = await product.request('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(answer.body).toMatch(/^# TYPE \w+ (counter|gauge|histogram)$/m);
});

it('no request that was refused as a whole left anything behind', async () => {
  await product.settle();
  const rows = await product.sql(
    `SELECT event_id FROM events_current WHERE event_id LIKE 'request-too many%'
       OR event_id LIKE 'request-huge%' OR event_id IN ('request-no key', 'request-wrong key')`,
  );
  expect(rows).toEqual([]);
});

it('the receipt of an order says how many touchpoints were cut', async () => {
  const identifiers = { user_id: 'request-buyer' };
  const clicks = Array.from({ length: 1_002 }, (_, index) => ({
    event_id: `request-cut-${index}`,
    type: 'click',
    occurred_at: new Date(Date.UTC(2024, 2, 1) + index).toISOString(),
    identifiers,
  }));
  const order = { order_id: 'request-order', total: '10.00', currency: 'EUR' };
  await product.post(clicks.slice(0, 900));
  await product.post([
    ...clicks.slice(900),
    { type: 'purchase', occurred_at: '2024-03-02T00:00:00Z', identifiers, order },
  ]);
  await product.settle();
  const answer = await product.request('/v1/orders/request-order/receipt', {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  expect(answer.status, answer.body.slice(0, 500)).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ consistent: true, refused: { cut_by_limit: 2 } });
});

it('over the rate limit the answer is 429, and says when to come again', async () => {
  // Rejected events are counted too, so that nothing of this reaches the log.
  const body = JSON.stringify(Array.from({ length: 1_000 }, () => 0));
  const headers = { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' };
  const requestsMax = 600;
  for (let sent = 0; sent < requestsMax; sent += 1) {
    const answer = await product.request('/v1/events', { method: 'POST', headers, body });
    if (answer.status === 202) continue;
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    return;
  }
  throw new Error(`${requestsMax} requests of 1,000 events, and no limit`);
});

it('an accepted event is never lost: killed right after the answer', async () => {
  await product.post([{ event_id: 'request-durable', type: 'click' }]);
  await product.kill();
  product = await startProduct({ dataDir });
  await product.settle();
  const rows = await product.sql(
    `SELECT event_id FROM events_current WHERE event_id = 'request-durable'`,
  );
  expect(rows).toEqual([{ event_id: 'request-durable' }]);
});
