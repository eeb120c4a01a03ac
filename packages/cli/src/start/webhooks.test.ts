import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, RosiError } from '@rosi/service-kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWebhooks, readWebhooks } from './webhooks.js';

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

test('a file that changes is read again; one that is wrong leaves what was known', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const toldOf = vi.spyOn(logger, 'error');
  const live = openWebhooks(dataDir, null, logger);
  const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
  try {
    expect(live.current()).toEqual([]);
    write(JSON.stringify(good), 0o600);
    await until(() => expect(live.current()).toMatchObject([{ secrets: [secret] }]));
    const known = live.current();
    write(`{"secrets": "${secret}`, 0o600);
    await until(() => expect(toldOf).toHaveBeenCalled());
    expect(JSON.stringify(toldOf.mock.calls)).not.toContain(secret);
    expect(live.current()).toBe(known);
    rmSync(join(dataDir, 'webhooks.json'));
    await until(() => expect(live.current()).toEqual([]));
  } finally {
    live.stop();
  }
}, 60_000);

test('what the environment states stays until the next start', () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const live = openWebhooks(dataDir, JSON.stringify(good), logger);
  expect(live.current()).toHaveLength(1);
  live.stop();
});
