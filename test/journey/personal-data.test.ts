/**
 * Planted e-mail addresses, phone numbers and IP addresses are sent every way there is; afterwards they
 * stand in no file of the data folder, in no column of any table and in nothing that was printed, with the
 * log at its most talkative. What they look like encoded is looked for as well.
 */
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  secretKey,
  startProduct,
  writeKey,
} from '../harness/product.js';

const testMsMax = 180_000;
const email = 'Planted.Person@mailbox.example';
const phone = '+33698765432';
const address = '203.0.113.77';
const network = '2001:db8:77:7::7';
const agent = 'Mozilla/5.0 (Linux; Android 14) PlantedAgent/7.7 Mobile';
const hookSecret = 'webhook-secret-of-personal-data';
const endpoints = [
  { id: 'shop', source: 'shopify', secrets: [hookSecret] },
  { id: 'crm', source: 'standard', secrets: [`whsec_${btoa(hookSecret)}`] },
];

let product: Product;
let dataDir: string;
let printed = '';

beforeAll(async () => {
  dataDir = await makeDataDir();
  product = await startProduct({
    dataDir,
    env: {
      ROSI_LOG_LEVEL: 'trace',
      ROSI_TRUSTED_PROXIES: '127.0.0.1',
      ROSI_WEBHOOKS: JSON.stringify({ endpoints }),
    },
  });
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await removeDataDir(dataDir);
});

const headers = (key: string | null, from = address) => ({
  ...(key === null ? {} : { authorization: `Bearer ${key}` }),
  'content-type': 'application/json',
  'x-forwarded-for': from,
  'user-agent': agent,
  referer: `https://shop.example/thanks?mail=${encodeURIComponent(email)}`,
  cookie: `session=${email}`,
});

const send = (path: string, key: string | null, body: unknown, from = address) =>
  product.request(path, {
    method: 'POST',
    headers: headers(key, from),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const events = (prefix: string) => [
  {
    event_id: `${prefix}-page`,
    type: 'page',
    identifiers: { anonymous_id: `${prefix}-1`, email, phone, user_id: email, customer_id: phone },
    page: {
      url: `https://shop.example/?email=${email}&tel=${encodeURIComponent(phone)}#${email}`,
      referrer: `https://mail.example/?to=${encodeURIComponent(email)}`,
      title: `Order of ${email}`,
    },
    utm: { source: email, campaign: phone },
    user_agent: `${agent} ${email}`,
    ip: address,
    properties: { note: `call ${phone}`, nested: [{ email }], [email]: 1 },
  },
  {
    event_id: `${prefix}-comment`,
    type: 'interaction',
    identifiers: { email },
    interaction: { kind: 'comment', text: `write to ${email} or ${phone}` },
    ip: network,
  },
  {
    event_id: `${prefix}-order`,
    type: 'purchase',
    identifiers: { email, phone },
    order: {
      order_id: `${prefix}-order-1`,
      total: '10.00',
      currency: 'EUR',
      items: [{ sku: 'a', name: `for ${email}`, quantity: 1 }],
    },
  },
  // Rejected: what is wrong with them must not be told by repeating it.
  { event_id: `${prefix}-bad`, type: email, identifiers: { email } },
  { event_id: `${prefix}-worse`, type: 'click', occurred_at: email, medium: phone },
];

async function sendEveryWay(): Promise<void> {
  for (const [key, prefix] of [
    [secretKey, 'server'],
    [writeKey, 'pixel'],
  ] as const) {
    for (const from of [address, network]) {
      expect((await send('/v1/events', key, events(prefix), from)).status).toBe(202);
    }
  }
  await send('/v1/events', null, events('nobody'));
  await send('/v1/events', email, events('stranger'));
  await send(`/v1/events?write_key=${email}`, null, events('stranger'));
  await send('/v1/events', secretKey, `{"email": "${email}"`);
  await send(`/nowhere/${email}?phone=${phone}`, null, '{}');
  await product.request(`/v1/orders/${email}/receipt`, { headers: headers(secretKey) });
  await send('/v1/settings', secretKey, { [email]: 1 });
  await send('/v1/persons/export', secretKey, { identifiers: { email, phone } });
  await send('/v1/keys', secretKey, { kind: email });
  await clickLinks();
  await deliverWebhooks();
  await sendGarbage();
}

async function clickLinks(): Promise<void> {
  const link = { link_id: 'shoes', url: 'https://shop.example/shoes' };
  expect((await send('/v1/links', secretKey, link)).status).toBe(201);
  await send('/v1/links', secretKey, { url: `https://shop.example/?to=${email}` });
  for (const from of [address, network]) {
    const path = `/l/shoes?email=${email}&tel=${encodeURIComponent(phone)}`;
    const answer = await product.request(path, {
      headers: headers(null, from),
      redirect: 'manual',
    });
    // The visitor's own parameters go on to the shop, and no further.
    expect(answer.headers.get('location')).toContain(email);
  }
  await product.request(`/l/${email}`, { headers: headers(null) });
}

async function deliverWebhooks(): Promise<void> {
  const fixture = '../../services/collector/src/webhooks/fixtures/shopify-order.json';
  const body = readFileSync(new URL(fixture, import.meta.url), 'utf8')
    .replaceAll('jon@example.com', email)
    .replaceAll('john@example.com', email)
    .replaceAll('+16135550142', phone)
    .replaceAll('203.0.113.7"', `${address}"`);
  const signature = createHmac('sha256', hookSecret).update(body).digest('base64');
  const answer = await product.request('/hooks/shopify/shop', {
    method: 'POST',
    headers: {
      ...headers(null),
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': signature,
    },
    body,
  });
  expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('"accepted"')]);
  await send('/hooks/shopify/shop', null, body);
  await send(`/hooks/${email}/${phone}`, null, body);
}

/** No HTTP, and headers that are too long. */
async function sendGarbage(): Promise<void> {
  const { hostname, port } = new URL(product.httpUrl);
  for (const text of [
    `${email} ${phone}\r\n\r\n`,
    `GET / HTTP/1.1\r\nx: ${email.repeat(1_000)}\r\n\r\n`,
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(text));
      socket.on('error', () => resolve()).on('close', () => resolve());
      socket.resume();
    });
  }
}

/** Each plant as it may stand somewhere; all but the first of the key are in lower case. */
const plants = [email, phone, phone.slice(1), address, '2001:db8:77', 'PlantedAgent'].flatMap(
  (text) => [
    text,
    text.toLowerCase(),
    encodeURIComponent(text),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
  ],
);
const found = (text: string) => [...new Set(plants)].filter((plant) => text.includes(plant));

async function tableTexts(): Promise<Map<string, string>> {
  const tables = await product.sql(
    "SELECT name FROM system.tables WHERE database = 'rosi' AND name NOT LIKE '.inner%'",
  );
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    texts.set(String(name), JSON.stringify(await product.sql(`SELECT * FROM \`${String(name)}\``)));
  }
  return texts;
}

it(
  'what was planted is nowhere',
  async () => {
    await sendEveryWay();
    await product.settle();
    const texts = await tableTexts();
    // The plants arrived, or nothing would be shown: as masks, as hashes, and as what was bought.
    expect(texts.get('events')).toMatch(/\[email\]/);
    expect(texts.get('events')).toMatch(/\[phone\]/);
    expect(texts.get('orders_current')).toMatch(/pixel-order-1.*server-order-1|server-order-1/);
    for (const [table, text] of texts) expect([table, found(text)]).toEqual([table, []]);
    const audit = await runCommand(dataDir, ['audit', '--json']);
    expect(audit.stdout).toContain('person.exported');
    printed = audit.stdout + audit.stderr;
    const ended = await product.stop();
    expect(found(printed + ended.output)).toEqual([]);
    expect(ended.output).toMatch(/"level"/);
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      // Bytes as they are: one character each.
      expect([path, found(readFileSync(path, 'latin1'))]).toEqual([path, []]);
    }
  },
  testMsMax,
);

it('and a plant that is there is found', () => {
  expect(found(`x ${email.toLowerCase()} y`)).not.toEqual([]);
  expect(found(Buffer.from(`${phone}`).toString('hex'))).not.toEqual([]);
  expect(found('nothing')).toEqual([]);
});
