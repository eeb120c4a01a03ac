/** Webhooks through HTTP: who is let in, when 200 is said, what is counted, what is erased. */
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CollectorOptions } from '../options.js';
import { appFor, codeOf, MemoryLog, startedAt, until } from '../testing/fixture.js';
import { endpointOf, fixtureText, olderSecret, webhookSecret } from '../testing/webhooks.js';

const order = fixtureText('shopify-order');
const shop = endpointOf('shopify', {}, 'shop');
const webhooks = [shop, endpointOf('stripe', {}, 'pay'), endpointOf('woocommerce', {}, 'woo')];
const shopifyHmac = (body: string | Buffer, secret = webhookSecret) =>
  createHmac('sha256', secret).update(body).digest('base64');

interface Delivery {
  readonly url?: string;
  readonly topic?: string;
  readonly hmac?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function hooks(log: MemoryLog, more: Partial<CollectorOptions> = {}) {
  const { app, get } = await appFor(log, { webhooks: () => webhooks, ...more });
  const deliver = (body: string | Buffer, delivery: Delivery = {}) =>
    app.inject({
      method: 'POST',
      url: delivery.url ?? '/hooks/shopify/shop',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': delivery.topic ?? 'orders/create',
        'x-shopify-hmac-sha256': delivery.hmac ?? shopifyHmac(body),
        ...delivery.headers,
      },
      payload: body,
    });
  const counted = async (labels: string) =>
    (await get('/metrics')).body.includes(`rosi_collector_webhooks_total{${labels}} 1`);
  return { app, deliver, counted };
}

describe('who is let in', () => {
  test('a signed order is in the log as events of webhook:shopify', async () => {
    const log = new MemoryLog();
    const { deliver, counted } = await hooks(log);
    const answer = await deliver(order);
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 4, rejected: [] }]);
    expect(log.events.map(({ type, source }) => [type, source])).toEqual([
      ['purchase', 'webhook:shopify'],
      ['purchase', 'webhook:shopify'],
      ['page', 'webhook:shopify'],
      ['refund', 'webhook:shopify'],
    ]);
    expect(log.appends).toBe(1);
    expect(await counted('source="shopify",outcome="accepted",reason="all"')).toBe(true);
  });

  test('by the older secret too, and a retry makes the same events', async () => {
    const log = new MemoryLog();
    const { deliver } = await hooks(log);
    await deliver(order, { hmac: shopifyHmac(order, olderSecret) });
    await deliver(order);
    const ids = log.events.map(({ eventId }) => eventId);
    expect(ids.slice(4)).toEqual(ids.slice(0, 4));
    expect(new Set(ids).size).toBe(4);
  });

  test('by the secrets of now, when they are replaced while it runs', async () => {
    let current = webhooks;
    const { deliver } = await hooks(new MemoryLog(), { webhooks: () => current });
    const byNew = { hmac: shopifyHmac(order, 'newer-webhook-secret-of-the-tests') };
    expect(codeOf(await deliver(order, byNew))).toBe('signature_wrong');
    current = [{ ...shop, secrets: ['newer-webhook-secret-of-the-tests', webhookSecret] }];
    expect((await deliver(order, byNew)).statusCode).toBe(200);
    expect((await deliver(order)).statusCode).toBe(200);
    expect(codeOf(await deliver(order, { hmac: shopifyHmac(order, olderSecret) }))).toBe(
      'signature_wrong',
    );
    current = [];
    expect(codeOf(await deliver(order, byNew))).toBe('not_found');
  });

  test('an endpoint that changes has used up what it has used up', async () => {
    let current = [shop];
    const limits = { webhookRate: { eventsPerSecond: 1, burst: 1 } };
    const { deliver } = await hooks(new MemoryLog(), { webhooks: () => current, limits });
    expect((await deliver(order)).statusCode).toBe(200);
    current = [{ ...shop }];
    expect(codeOf(await deliver(order))).toBe('rate_limited');
  });

  test.each<[Delivery, number, string]>([
    [{ hmac: shopifyHmac(order, 'another-secret-altogether') }, 401, 'signature_wrong'],
    [{ hmac: shopifyHmac(`${order} `) }, 401, 'signature_wrong'],
    [{ hmac: '' }, 401, 'signature_missing'],
    [{ url: '/hooks/shopify/other' }, 404, 'not_found'],
    [{ url: '/hooks/stripe/shop' }, 404, 'not_found'],
    [{ url: '/hooks/stripe/pay' }, 401, 'signature_missing'],
    [{ headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
  ])('%j is refused', async (delivery, status, code) => {
    const log = new MemoryLog();
    const { deliver, counted } = await hooks(log);
    const answer = await deliver(order, delivery);
    expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
    expect(log.appends).toBe(0);
    const source = 'url' in delivery ? delivery.url.split('/')[2] : 'shopify';
    const named = status === 404 ? 'none' : source;
    expect(await counted(`source="${named}",outcome="refused",reason="${code}"`)).toBe(true);
  });

  test("Stripe's deliveries expire; a compressed body is never unfolded", async () => {
    const log = new MemoryLog();
    const { deliver } = await hooks(log);
    const session = fixtureText('stripe-session');
    const at = (ms: number) => {
      const time = String(ms / 1_000);
      const mac = createHmac('sha256', webhookSecret).update(`${time}.${session}`).digest('hex');
      return { url: '/hooks/stripe/pay', headers: { 'stripe-signature': `t=${time},v1=${mac}` } };
    };
    expect((await deliver(session, at(startedAt))).json()).toEqual({ accepted: 1, rejected: [] });
    expect(codeOf(await deliver(session, at(startedAt - 301_000)))).toBe('signature_expired');
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    expect((await deliver(bomb, { headers: { 'content-encoding': 'gzip' } })).statusCode).toBe(415);
    expect(log.events).toHaveLength(1);
  });

  test("WooCommerce's unsigned trial of an address is answered, and nothing else unsigned", async () => {
    const log = new MemoryLog();
    const { deliver, counted } = await hooks(log);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const trial = { url: '/hooks/woocommerce/woo', headers: form };
    expect((await deliver('webhook_id=5', trial)).statusCode).toBe(200);
    expect(await counted('source="woocommerce",outcome="ignored",reason="ping"')).toBe(true);
    expect((await deliver('webhook_id=5&a=b', trial)).statusCode).toBe(401);
  });
});

describe('what is answered', () => {
  test('200 comes once the events are durable', async () => {
    const log = new MemoryLog();
    const { deliver } = await hooks(log);
    log.hold();
    let answered = false;
    const answer = deliver(order).then((response) => {
      answered = true;
      return response;
    });
    await until(() => log.appends === 1);
    expect(answered).toBe(false);
    log.release();
    expect((await answer).statusCode).toBe(200);
  });

  test('503 while the log takes nothing, so that the provider sends it again', async () => {
    const log = new MemoryLog();
    log.failure = new Error('full');
    const answer = await (await hooks(log)).deliver(order);
    expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'log_unavailable']);
    expect(answer.headers['retry-after']).toBe('2');
  });

  test('a topic without meaning is acknowledged and counted', async () => {
    const log = new MemoryLog();
    const { deliver, counted } = await hooks(log);
    const answer = await deliver('{"id": 1}', { topic: 'products/update' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 0, ignored: 'topic' }]);
    expect(await counted('source="shopify",outcome="ignored",reason="topic"')).toBe(true);
    await deliver('{"customer": {}}', { topic: 'customers/data_request' });
    expect(await counted('source="shopify",outcome="ignored",reason="data_request"')).toBe(true);
    expect(log.appends).toBe(0);
  });

  test('an event that can not count is told by its code, and the others count', async () => {
    const log = new MemoryLog();
    const { deliver, counted } = await hooks(log);
    const odd = order.replaceAll('"388.00"', '"388.005"');
    const answer = await deliver(odd);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      accepted: 3,
      rejected: [{ index: 1, code: 'amount_too_precise' }],
    });
    expect(await counted('source="shopify",outcome="accepted",reason="with_rejected"')).toBe(true);
  });

  test.each([
    ['{"id":', 'invalid_json'],
    ['"text"', 'invalid_json'],
    ['{"id": 1}', 'invalid_webhook'],
    [`{"id":${'['.repeat(100)}${']'.repeat(100)}}`, 'invalid_webhook'],
  ])('%s: 400', async (body, code) => {
    const log = new MemoryLog();
    const answer = await (await hooks(log)).deliver(body);
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, code]);
    expect(answer.body).not.toContain('text');
  });

  test('5 MB and a byte: 413; too many deliveries: 429, unsigned ones not counted', async () => {
    const log = new MemoryLog();
    const { deliver } = await hooks(log, {
      limits: { webhookRate: { eventsPerSecond: 1, burst: 2 } },
    });
    expect(codeOf(await deliver(' '.repeat(5_000_001)))).toBe('payload_too_large');
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await deliver(order, { hmac: 'x' })).statusCode).toBe(401);
    }
    expect((await deliver(order)).statusCode).toBe(200);
    expect(codeOf(await deliver(order))).toBe('rate_limited');
  });
});

describe('privacy', () => {
  const shop = { shop_id: 954889, shop_domain: 'jsmith.myshopify.com' };
  const redaction = JSON.stringify({
    ...shop,
    customer: { id: 191167, email: 'john@example.com', phone: '555-625-1199' },
    orders_to_redact: [299938],
  });

  test('a redaction is an erasure in one append, without anything in clear', async () => {
    const log = new MemoryLog();
    const { deliver } = await hooks(log);
    const answer = await deliver(redaction, { topic: 'customers/redact' });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { erased_at: new Date(startedAt).toISOString() },
    ]);
    expect(log.appends).toBe(1);
    const [begun, ended] = log.events;
    expect(begun?.identifiers.map(({ type }) => type)).toEqual([
      'customer_id',
      'email',
      'order_id',
    ]);
    expect(ended?.catalogue?.kind).toBe('erasure');
    expect(JSON.stringify(log.events)).not.toContain('john@');
    await deliver(redaction, { topic: 'customers/redact' });
    expect(log.events[2]?.eventId).toBe(begun?.eventId);
  });

  test('a shop that left: all its customers, or 503 while they can not be read', async () => {
    const left = JSON.stringify(shop);
    const log = new MemoryLog();
    const customers = ['shopify:1', 'shopify:2'].map((value) => ({ type: 'customer_id', value }));
    const asked: string[] = [];
    const { deliver } = await hooks(log, {
      customersOf: async (prefix) => {
        asked.push(prefix);
        return customers;
      },
    });
    expect((await deliver(left, { topic: 'shop/redact' })).statusCode).toBe(200);
    expect(asked).toEqual(['shopify:']);
    expect(log.events[0]?.identifiers).toEqual(customers);
    const broken = await hooks(new MemoryLog(), {
      customersOf: async () => {
        throw new Error('down');
      },
    });
    expect((await broken.deliver(left, { topic: 'shop/redact' })).statusCode).toBe(503);
  });
});
