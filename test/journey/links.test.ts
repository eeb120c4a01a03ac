/**
 * A tracked link from its making to the influencer's credit, by the running product: made by command
 * and CSV, clicked, the page it leads to, the purchase; and that a click which was answered counts,
 * also when the process is killed right afterwards.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  startProduct,
  writeKey,
} from '../harness/product.js';

const testMsMax = 180_000;
const models = 6;
const shop = 'https://shop.example/shoes';

const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/17.5 Mobile/15E148 Safari/604.1';

let product: Product;
let dataDir: string;
const start = async (env: Readonly<Record<string, string>> = {}) => {
  product = await startProduct({ dataDir, env: { ROSI_PUBLIC_URL: 'https://go.example', ...env } });
};

beforeAll(async () => {
  dataDir = await makeDataDir();
  await start();
}, testMsMax);
afterAll(async () => {
  await product?.kill();
  await removeDataDir(dataDir);
});

/** Follows the link as a browser does; where it was sent. */
async function follow(path: string, agent: string, headers: Record<string, string> = {}) {
  const answer = await product.request(path, {
    redirect: 'manual',
    headers: { 'user-agent': `${phone} ${agent}`, ...headers },
  });
  expect([answer.status, answer.body]).toEqual([302, '']);
  return String(answer.headers.get('location'));
}

const clickIdIn = (location: string) => new URL(location).searchParams.get('rosi_click') ?? '';

/** The page that the pixel sees, and the purchase that the shop's server sends. */
async function buy(location: string, anonymousId: string, orderId: string): Promise<void> {
  const page = { type: 'page', identifiers: { anonymous_id: anonymousId } };
  await product.post([{ ...page, page: { url: location, referrer: 'https://www.tiktok.com/' } }], {
    key: 'write',
    headers: { 'user-agent': phone },
  });
  await product.post([
    {
      type: 'purchase',
      identifiers: { anonymous_id: anonymousId, email: `${anonymousId}@example.org` },
      order: { order_id: orderId, total: '129.90', currency: 'EUR' },
    },
  ]);
}

const creditOf = (orderId: string) =>
  product.sql(`SELECT influencer_id, post_id, platform, medium, touchpoint_id, toUInt32(count()) AS models,
      toInt64(sum(credit)) AS credit FROM credits_current WHERE order_id = '${orderId}'
    GROUP BY ALL`);

it(
  'a click on the link, the page, the purchase: the whole order is its influencer’s',
  async () => {
    const words = ['link', 'add', `${shop}?utm_source=tiktok`, '--id', 'shoes', '--post', 'p-1'];
    const made = await runCommand(dataDir, [...words, '--influencer', 'ada']);
    expect([made.code, made.stdout]).toEqual([0, 'https://go.example/l/shoes\n']);
    const location = await follow('/l/shoes?size=42', 'one');
    expect(location).toContain(`${shop}?utm_source=tiktok&size=42&rosi_click=`);
    await buy(location, 'visitor-1', '1001');
    await product.settle();
    expect(await creditOf('1001')).toEqual([
      {
        influencer_id: 'ada',
        post_id: 'p-1',
        platform: 'tiktok',
        medium: 'social',
        touchpoint_id: `click:${clickIdIn(location)}`,
        models,
        credit: 12_990 * models,
      },
    ]);
    const kept = await product.sql(
      "SELECT link_id, source, bot FROM events_current WHERE type = 'click'",
    );
    expect(kept).toEqual([{ link_id: 'shoes', source: 'link', bot: false }]);
  },
  testMsMax,
);

it(
  'a click that was answered counts though the process dies before the log has it',
  async () => {
    await product.stop();
    await start({ ROSI_FAILPOINT: 'links.before-append', NODE_ENV: 'test' });
    const location = await follow('/l/shoes', 'two');
    expect(await product.ended).toMatchObject({ signal: 'SIGKILL' });
    await start();
    await buy(location, 'visitor-2', '1002');
    await product.settle();
    expect(await creditOf('1002')).toMatchObject([
      { influencer_id: 'ada', touchpoint_id: `click:${clickIdIn(location)}`, models },
    ]);
    expect(readdirSync(join(dataDir, 'clicks'))).toEqual([]);
  },
  testMsMax,
);

it(
  'no answered click is lost, and none counts twice, by kills amid a stream of them',
  async () => {
    const answered: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const stream = Array.from({ length: 200 }, async (_, visitor) => {
        const path = '/l/shoes';
        const agent = `${round}-${visitor}`;
        // Refused connections are what a kill does to those who come after it.
        const location = await follow(path, agent).catch(() => null);
        if (location !== null) answered.push(clickIdIn(location));
      });
      while (answered.length < 60 * (round + 1)) await new Promise(setImmediate);
      await product.kill();
      await Promise.all(stream);
      await start();
    }
    await product.settle();
    const touches = await product.sql(
      "SELECT touchpoint_id FROM touchpoints_current WHERE link_id = 'shoes'",
    );
    const ids = touches.map(({ touchpoint_id: id }) => String(id).slice('click:'.length));
    expect(answered.length).toBeGreaterThanOrEqual(180);
    expect(answered.filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  },
  testMsMax,
);

it(
  'links of a CSV file: made once however often, with their codes; bad lines are told',
  async () => {
    const folder = mkdtempSync(join(dataDir, 'csv-'));
    const file = join(folder, 'links.csv');
    writeFileSync(
      file,
      'url;influencer_id;link_id\n' +
        'https://shop.example/a;ada;\nhttps://shop.example/b;grace;bag\njavascript:x;eve;\n',
    );
    const words = ['link', 'import', file, '--qr', join(folder, 'codes')];
    const [first, again] = [await runCommand(dataDir, words), await runCommand(dataDir, words)];
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('line 4: "url" must') });
    expect(again.stdout).toBe(first.stdout);
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('short_url,link_id,url,post_id,influencer_id,campaign_id,program_id');
    expect(lines[2]).toBe('https://go.example/l/bag,bag,https://shop.example/b,,grace,,');
    expect(lines).toHaveLength(3);
    expect(readdirSync(join(folder, 'codes'))).toHaveLength(2);
    expect(readFileSync(join(folder, 'codes', 'bag.svg'), 'utf8')).toContain('<svg');
    await product.settle();
    const listed = await runCommand(dataDir, ['link', 'list', '--json']);
    const rows = listed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(3);
    expect(rows.find(({ link_id: id }) => id === 'bag')).toMatchObject({ influencer_id: 'grace' });
    const code = await runCommand(dataDir, ['link', 'qr', 'bag']);
    expect(code.stdout).toBe(readFileSync(join(folder, 'codes', 'bag.svg'), 'utf8'));
  },
  testMsMax,
);

it('a write key makes no link; a link that nobody made is not found', async () => {
  const headers = { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ url: 'https://evil.example/' });
  const refused = await product.request('/v1/links', { method: 'POST', headers, body });
  expect(refused.status).toBe(401);
  const unknown = await product.request('/l/nothing', { redirect: 'manual' });
  expect(unknown.status).toBe(404);
});
