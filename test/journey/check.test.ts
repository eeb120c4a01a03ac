/**
 * `rosi check` on a running product with a generated set in it: nothing is off; then one row of
 * every table is corrupted, in every way that the table allows, and the check names that very row.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand, runCommandHere } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import { type Product, removeDataDir, startProduct } from '../harness/product.js';
import { corruptions } from './check-corruptions.js';
import { arrivalOf } from './random-sets-arrival.js';
import { killAll } from './random-sets-ending.js';
import { postWaves } from './random-sets-posting.js';
import { postAll, weekEvents } from './shop-week.js';

interface Report {
  readonly clean: boolean;
  readonly in_motion: boolean;
  readonly log_checked: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly count: number;
    readonly findings: readonly { table: string; key: Record<string, unknown> }[];
    readonly remedy: string | null;
  }[];
}

const setMsMax = 180_000;
const seed = Number(process.env['ROSI_SEED'] ?? 3);
let product: Product;
let secretEnv: Record<string, string>;

beforeAll(async () => {
  const arrival = arrivalOf(seed);
  const { hashKey, ownDomains, timezone } = arrival.settings;
  secretEnv = {
    ROSI_HASH_KEY: hashKey,
    ROSI_OWN_DOMAINS: ownDomains.join(', '),
    ROSI_TIMEZONE: timezone,
  };
  product = await startProduct({ env: secretEnv });
  expect(await postWaves(product, arrival.waves, new Map())).toEqual([]);
  await product.post(everyKind);
  // Settings have versions as entries of the catalogue do, and no view: twice, so that one replaces.
  for (const touchpoints_max of [5, 1_000]) {
    await operate(product, 'PUT', '/v1/settings', { touchpoints_max });
  }
  await product.settle();
  await execute('CREATE DATABASE saved');
}, setMsMax);
afterAll(async () => {
  if (product === undefined) return;
  await killAll(product);
  await removeDataDir(product.dataDir);
});

/** What no set may lack. */
const everyKind = [
  { type: 'influencer', influencer: { influencer_id: 'check-i', name: 'Ada' } },
  {
    type: 'post',
    post: { post_id: 'check-p', platform: 'x', published_at: '2024-03-01T00:00:00Z' },
  },
  { type: 'click', identifiers: { user_id: 'check-u' }, post_id: 'check-p' },
  {
    type: 'purchase',
    identifiers: { user_id: 'check-u' },
    order: { order_id: 'check-o', total: '10.00', currency: 'EUR' },
  },
  // Coupon touchpoints of two orders have one id: nothing escapes a colon in it.
  { type: 'coupon', coupon: { code: 'Y:Z', influencer_id: 'check-i' } },
  { type: 'coupon', coupon: { code: 'Z', influencer_id: 'check-i' } },
  ...[
    ['check-q', 'Y:Z'],
    ['check-q:Y', 'Z'],
  ].map(([order_id, code]) => ({
    type: 'purchase',
    identifiers: { user_id: 'check-w' },
    order: { order_id, total: '10.00', currency: 'EUR', coupon_codes: [code] },
  })),
].map((event, index) => ({
  event_id: `check-${index}`,
  occurred_at: `2024-03-01T10:00:0${index}Z`,
  ...event,
}));

async function check(
  words: readonly string[] = [],
): Promise<{ code: number | null; report: Report }> {
  const answer = await runCommandHere(product.dataDir, ['check', '--json', ...words], secretEnv);
  expect(answer.stderr).toBe('');
  return { code: answer.code, report: JSON.parse(answer.stdout) as Report };
}

/** A statement that answers nothing. */
async function execute(statement: string): Promise<void> {
  const response = await fetch(product.clickhouseUrl, { method: 'POST', body: statement });
  const text = await response.text();
  if (!response.ok) throw new Error(`${text.slice(0, 1_000)}\n${statement}`);
}

const off = (report: Report) => report.checks.filter(({ count }) => count > 0);

it('finds nothing on clean data', async () => {
  const { code, report } = await check();
  expect(off(report)).toEqual([]);
  expect(code).toBe(0);
  expect(report).toMatchObject({ clean: true, in_motion: false, log_checked: true });
});

it('says so in words, too', async () => {
  const { code, stdout } = await runCommand(product.dataDir, ['check'], secretEnv);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+ checks, nothing is off\.\n$/);
});

it.each(corruptions.map((each) => [`${each.table}: ${each.what}`, each] as const))(
  'names it: %s',
  async (_, { table, what, damage, named }) => {
    const tables = table === 'order_records' ? orderTables : [table];
    for (const each of tables) await save(each);
    try {
      // Merges would take a doubled row away before anybody looks; without them nothing mutates.
      if (what === 'doubled') await execute(`SYSTEM STOP MERGES rosi.${table}`);
      for (const statement of damage) await execute(statement);
      const { code, report } = await check();
      const findings = off(report).flatMap((one) => one.findings);
      expect(findings).toContainEqual(
        expect.objectContaining({ table, key: expect.objectContaining(named) }),
      );
      expect(code).toBe(1);
      expect(off(report).every(({ remedy }) => remedy?.includes('rosi replay'))).toBe(true);
    } finally {
      if (what === 'doubled') await execute(`SYSTEM START MERGES rosi.${table}`);
      for (const each of tables) await restore(each);
    }
  },
  setMsMax,
);

/** What is inserted into the first goes on into the others. */
const orderTables = [
  'order_records',
  'credit_deltas',
  'order_times',
  ...['post', 'influencer', 'campaign', 'channel'].map((key) => `credit_by_${key}_daily_sums`),
];

async function save(table: string): Promise<void> {
  await execute(`CREATE TABLE saved.${table} AS rosi.${table}`);
  await execute(`ALTER TABLE saved.${table} ATTACH PARTITION ALL FROM rosi.${table}`);
}

async function restore(table: string): Promise<void> {
  await execute(`TRUNCATE TABLE rosi.${table} SYNC`);
  await execute(`ALTER TABLE rosi.${table} ATTACH PARTITION ALL FROM saved.${table}`);
  await execute(`DROP TABLE saved.${table} SYNC`);
}

it('is clean again afterwards: the damages above were all there was', async () => {
  const { report } = await check();
  expect(off(report)).toEqual([]);
});

it('names the first rows, counts the rest, and says it in words', async () => {
  await save('touchpoints');
  try {
    await execute('TRUNCATE TABLE rosi.touchpoints');
    const { report } = await check(['--limit', '2']);
    const found = off(report).find((one) => one.check === 'touchpoints-records');
    expect(found?.findings).toHaveLength(2);
    expect(found?.count).toBeGreaterThan(10);
    const { code, stdout } = await runCommand(
      product.dataDir,
      ['check', '--limit', '2'],
      secretEnv,
    );
    expect(code).toBe(1);
    expect(stdout).toContain(`and ${(found?.count ?? 0) - 2} more`);
    expect(stdout).toContain('What to do: ');
  } finally {
    await restore('touchpoints');
  }
});

it(
  'while events arrive it finds nothing, or says that figures were in motion',
  async () => {
    const [{ code, report }] = await Promise.all([
      check(['--wait', '0']),
      postAll(product, weekEvents(0, 400)),
    ]);
    expect(code).toBe(report.clean ? 0 : 1);
    expect(report.clean || report.in_motion).toBe(true);
    await product.settle();
    expect(off((await check()).report)).toEqual([]);
  },
  setMsMax,
);

it.each([
  [['--limit', '0'], '--limit'],
  [['--wait', 'long'], '--wait'],
])('wrong use is told: %j', async (words, text) => {
  const { code, stderr } = await runCommand(product.dataDir, ['check', ...words], secretEnv);
  expect(code).toBe(2);
  expect(stderr).toContain(text);
});

it('nothing runs: exit code 2', async () => {
  const { code, stderr } = await runCommand('/nonexistent', ['check']);
  expect(code).toBe(2);
  expect(stderr).toContain('rosi start');
});
