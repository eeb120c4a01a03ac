import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAudit } from '../start/audit-file.js';
import { readWebhooks } from '../start/webhooks.js';
import { writtenTerminal } from '../testing/index.js';
import type { StatedEntry } from './stated-entry.js';
import { addWebhook, listWebhooks, removeWebhook } from './webhooks.js';

const first = 'first-secret-of-the-tests';
const second = 'second-secret-of-the-tests';
let parent: string;
let dataDir: string;
const written = { out: '', err: '' };
const terminal = writtenTerminal(written);

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rosi-webhook-'));
  dataDir = join(parent, 'data');
  Object.assign(written, { out: '', err: '' });
});
afterEach(() => rmSync(parent, { recursive: true }));

const add = (changes: Partial<StatedEntry> = {}) =>
  addWebhook(
    { dataDir, terminal },
    { source: 'shopify', id: 'shop', secret: first, settings: null, ...changes },
  );
const remove = (id: string, oldSecret = false) =>
  removeWebhook({ dataDir, terminal }, { id, oldSecret });
const secrets = () => readWebhooks(dataDir, null).map((endpoint) => endpoint.secrets);

test('what is added is private, is what a start reads, and is listed without its secret', () => {
  add({ settings: '{"order_prefix": "fr-"}' });
  expect(statSync(join(dataDir, 'webhooks.json')).mode & 0o077).toBe(0);
  expect(secrets()).toEqual([[first]]);
  expect(written.out).toBe('/hooks/shopify/shop\n');
  written.out = '';
  listWebhooks({ dataDir, terminal });
  expect(written.out).toBe('/hooks/shopify/shop  1 secret\n');
});

test('a secret is replaced in three steps, and settings stay', () => {
  add({ settings: '{"order_prefix": "fr-"}' });
  add({ secret: second });
  expect(secrets()).toEqual([[second, first]]);
  remove('shop', true);
  expect(secrets()).toEqual([[second]]);
  expect(readFileSync(join(dataDir, 'webhooks.json'), 'utf8')).toContain('fr-');
  expect(() => remove('shop', true)).toThrow('add the new one first');
  remove('shop');
  expect(secrets()).toEqual([]);
});

test('that a third secret displaces the oldest is told', () => {
  add();
  add({ secret: second });
  expect(written.err).not.toContain('no longer counts');
  add({ secret: 'third-secret-of-the-tests' });
  expect(secrets()).toEqual([['third-secret-of-the-tests', second]]);
  expect(written.err).toContain('shop had two secrets already: the older of them no longer counts');
});

test('a secret is made where the operator chooses it, and shown once', () => {
  add({ source: 'standard', id: 'crm', secret: null });
  const [[made] = []] = secrets();
  expect(made).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(written.out).toBe(`/hooks/standard/crm\nsecret, shown this once: ${made}\n`);
});

test.each([
  [{ secret: null }, /ROSI_WEBHOOK_SECRET/],
  [{ secret: 'short' }, /at least 16/],
  [{ source: 'ebay', secret: null }, /no source ebay: it is one of shopify/],
  [
    { source: 'meta', id: 'social' },
    /endpoint social: settings: verify_token: must be a word of your choice/,
  ],
  [{ settings: '{"order_id": "gid"}' }, /settings: order_id/],
  [{ settings: '{' }, /JSON object/],
  [{ source: 'stripe', id: 'there' }, /is one of shopify: choose another id/],
])('%j is refused, and the file stays', (changes, told) => {
  add({ id: 'there' });
  expect(() => add(changes)).toThrow(told);
  expect(secrets()).toEqual([[first]]);
});

test('an endpoint that is not there can not be removed', () => {
  expect(() => remove('shop')).toThrow('There is no endpoint shop');
});

test('the audit tells what changed, and nothing of what was refused', () => {
  add();
  expect(() => add({ id: 'no id', secret: second })).toThrow();
  expect(() => add({ source: 'another', secret: second })).toThrow();
  remove('shop');
  const lines = readAudit(dataDir).map(({ key, action, detail }) => ({ key, action, detail }));
  const told = { key: 'local', detail: { source: 'shopify', id: 'shop' } };
  expect(lines).toEqual([
    { ...told, action: 'webhook.added' },
    { ...told, action: 'webhook.removed' },
  ]);
});
