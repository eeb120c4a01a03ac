import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readWebhooks } from './webhooks.js';

const secret = 'shpss_0123456789abcdef';
const good = { endpoints: [{ id: 'shop', source: 'shopify', secrets: [secret] }] };
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rosi-webhooks-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function write(content: string, mode: number): void {
  writeFileSync(join(dataDir, 'webhooks.json'), content);
  chmodSync(join(dataDir, 'webhooks.json'), mode);
}

function refusal(stated: string | null): string {
  try {
    readWebhooks(dataDir, stated);
  } catch (error) {
    if (!(error instanceof RosiError)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.message).not.toContain(secret);
    return error.message;
  }
  throw new Error('it was not refused');
}

test('the environment wins over the file; without both there are no endpoints', () => {
  expect(readWebhooks(dataDir, null)).toEqual([]);
  write(JSON.stringify({ endpoints: [] }), 0o600);
  expect(readWebhooks(dataDir, null)).toEqual([]);
  const [endpoint] = readWebhooks(dataDir, JSON.stringify(good));
  expect(endpoint).toMatchObject({ id: 'shop', source: 'shopify', secrets: [secret] });
  write(JSON.stringify(good), 0o600);
  expect(readWebhooks(dataDir, null)).toHaveLength(1);
});

test('a file that others may read is refused, with the remedy', () => {
  write(JSON.stringify(good), 0o640);
  expect(refusal(null)).toMatch(/webhooks\.json holds secrets.*chmod 600/);
});

test.each([
  [`{"secrets": "${secret}`, /ROSI_WEBHOOKS \(set\) is not JSON/],
  ['[]', /it: .*object/],
  [
    JSON.stringify({ endpoints: [{ ...good.endpoints[0], secrets: [] }] }),
    /secrets: must hold one/,
  ],
  [
    JSON.stringify({ endpoints: [{ id: 'a b', source: 'shop', secrets: ['short'] }] }),
    /3 problem.*id: must be.*source: must be one of shopify.*secrets\.0: must have at least 16/s,
  ],
  [
    JSON.stringify({ endpoints: [good.endpoints[0], good.endpoints[0]] }),
    /endpoint shop: is there twice/,
  ],
  [
    JSON.stringify({ endpoints: [{ ...good.endpoints[0], settings: { order_id: 'gid', x: 1 } }] }),
    /endpoint shop: settings: order_id: .*\n.*Unrecognized key/,
  ],
])('what is wrong is told by its place: %s', (stated, told) => {
  expect(refusal(stated)).toMatch(told);
  expect(refusal(stated)).toContain('docs/webhooks.md');
});
