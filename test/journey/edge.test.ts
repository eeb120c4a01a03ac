/**
 * Keys of a running product by its commands: made, restricted to a site, replaced and revoked without a
 * restart, with the secrets of the start from files, and the audit of all of it.
 */
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  secretKey,
  startProduct,
} from '../harness/product.js';

const testMsMax = 180_000;
const watchMsMax = 10_000;

let product: Product;
let dataDir: string;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  dataDir = await makeDataDir();
  const file = join(dataDir, 'secret');
  writeFileSync(file, `${secretKey}\n`, { mode: 0o600 });
  env = { ROSI_SECRET_KEY: undefined, ROSI_SECRET_KEY_FILE: file };
  product = await startProduct({ dataDir, env });
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await removeDataDir(dataDir);
});

const rosi = (...words: string[]) => runCommand(dataDir, words);

async function statusWith(key: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await product.request('/v1/events', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: '{"type": "page"}',
  });
  return answer.status;
}

async function keyIds(): Promise<string[]> {
  const listed = await rosi('key', 'list', '--json');
  const lines = listed.stdout.trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
}

const logIn = (key: string) =>
  product.request('/login', {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ key }).toString(),
  });

it('what it makes in a data folder that was there before is for its owner alone', () => {
  const made = readdirSync(dataDir).filter((name) => name !== 'secret');
  expect(made).toEqual(expect.arrayContaining(['clickhouse', 'events', 'loader', 'state']));
  const open = made.filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});

it(
  'a write key for one site: good at once, refused elsewhere, revoked at once',
  async () => {
    const site = 'https://shop.example';
    const made = await rosi('key', 'add', 'write', '--name', 'shop', '--origin', site);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^rosi_wk_[\w-]{32}\n$/) });
    const key = made.stdout.trim();
    expect(await statusWith(key, { origin: site })).toBe(202);
    expect(await statusWith(key, { origin: 'https://evil.example' })).toBe(403);
    const id = (await keyIds()).at(-1) ?? '';
    expect((await rosi('key', 'origins', id)).code).toBe(0);
    expect(await statusWith(key, { origin: 'https://evil.example' })).toBe(202);
    expect((await rosi('key', 'revoke', id)).code).toBe(0);
    expect(await statusWith(key)).toBe(401);
    expect((await rosi('key', 'revoke', 'none')).code).toBe(2);
  },
  testMsMax,
);

it(
  'the secret key is replaced while sessions and senders go on with the new one',
  async () => {
    const next = (await rosi('key', 'add', 'secret')).stdout.trim();
    const session = (await logIn(secretKey)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const live = () => product.request('/live', { headers: { cookie: session } });
    expect((await live()).status).toBe(200);
    const revoked = await runCommand(dataDir, ['key', 'revoke', 'first-secret'], {
      ROSI_SECRET_KEY: next,
    });
    expect(revoked).toMatchObject({ code: 0, stderr: expect.stringContaining('ROSI_SECRET_KEY') });
    expect([await statusWith(secretKey), await statusWith(next)]).toEqual([401, 202]);
    expect([(await live()).status, (await logIn(secretKey)).status]).toEqual([401, 401]);
    expect((await logIn(next)).status).toBe(303);
    expect((await rosi('status')).code).toBe(2);
    // Also after a restart, which states the revoked key once more.
    await product.stop();
    product = await startProduct({
      dataDir,
      env: { ...env, ROSI_SECRET_KEY: next, ROSI_SECRET_KEY_FILE: '' },
    });
    expect(await statusWith(next)).toBe(202);
  },
  testMsMax,
);

it(
  'a file of keys that somebody else changes counts within seconds, and is its owner’s alone',
  async () => {
    const path = join(dataDir, 'access-keys.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/rosi_[sw]k_/);
    const outside = 'sk_made_by_somebody_else_0123456789';
    const sha256 = createHash('sha256').update(outside).digest('hex');
    const file = JSON.parse(text) as { keys: object[] };
    const stated = { id: 'k_outside', kind: 'secret', name: '', origins: null, sha256 };
    file.keys.push({ ...stated, created_at: '', revoked_at: null });
    expect(await statusWith(outside)).toBe(401);
    writeFileSync(path, JSON.stringify(file));
    const deadline = Date.now() + watchMsMax;
    while ((await statusWith(outside)) !== 202 && Date.now() < deadline) await wait(100);
    expect(await statusWith(outside)).toBe(202);
    await product.stop();
    chmodSync(path, 0o644);
    const refused = await runToEnd({ dataDir, env });
    expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('chmod 600') });
    chmodSync(path, 0o600);
  },
  testMsMax,
);

it(
  'who did what stands in the audit',
  async () => {
    const { stdout } = await rosi('audit', '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; action: string });
    expect(lines.map(({ key, action }) => `${key} ${action}`)).toEqual([
      'first-secret key.added',
      'first-secret key.origins_changed',
      'first-secret key.revoked',
      'first-secret key.added',
      expect.stringMatching(/^k_\w+ key\.revoked$/),
    ]);
    expect((await rosi('audit')).stdout).toContain('key.revoked');
    expect(statSync(join(dataDir, 'audit.ndjson')).mode & 0o777).toBe(0o600);
  },
  testMsMax,
);
