/**
 * ClickHouse killed between writing a batch's deduplication token and renaming the batch's part into
 * place (its token outlives the part): in each base table and in the target of each view. strace
 * kills it at that very system call; the supervisor starts it again, and all numbers are exact.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import { loadedTotals, orderOf } from './loader-totals.js';
import { childrenOf } from './random-sets-ending.js';
import { attach, straceWorks, type Trace } from './strace.js';

const testMsMax = 120_000;
const endsMsMax = 30_000;
const tables = [
  'order_records',
  'credit_deltas',
  'order_times',
  'credit_by_post_daily_sums',
  'credit_by_influencer_daily_sums',
  'credit_by_campaign_daily_sums',
  'credit_by_channel_daily_sums',
  'events',
] as const;

let dataDir: string;
let product: Product;
let orders = 0;

beforeAll(async () => {
  dataDir = await makeDataDir();
});
afterAll(() => removeDataDir(dataDir));
// A new supervisor for each: it waits longer from one death to the next.
beforeEach(async () => {
  product = await startProduct({ dataDir });
});
afterEach(async () => {
  await product.stop();
});

/** A click and the order that it earned: rows in every table of above. */
async function sendOrder(): Promise<void> {
  orders += 1;
  const id = String(orders);
  const click = {
    event_id: `c${id}`,
    type: 'click',
    occurred_at: '2026-03-01T09:00:00.000Z',
    identifiers: { user_id: `u${id}` },
    platform: 'mastodon',
    post_id: `post-${id}`,
  };
  await product.post([click, orderOf(id, '10.00')]);
  await product.settle();
}

async function expectExact(): Promise<void> {
  const cents = orders * 1_000;
  expect(await loadedTotals(product)).toMatchObject({
    ...{ net: cents, by_time: cents, daily: cents, deltas: cents, credits: cents },
  });
  const perKey = ['post', 'influencer', 'campaign', 'channel'].map(
    (key) => `(SELECT sum(credit) FROM revenue_by_${key}_daily WHERE model = 'linear') AS ${key}`,
  );
  const [found] = await product.sql(`SELECT ${perKey.join(', ')},
    (SELECT count() FROM events_current) AS events,
    (SELECT count() FROM touchpoints_current) AS touchpoints,
    (SELECT count() FROM identities_current) AS identities`);
  expect(found).toEqual({
    ...{ post: cents, influencer: cents, campaign: cents, channel: cents },
    ...{ events: 2 * orders, touchpoints: orders, identities: 2 * orders },
  });
}

/**
 * What the table's next part may be called while it is written (it counts from the server's start, or
 * from the parts that there are), and the table's files of tokens.
 */
async function watchedPaths(table: string): Promise<string[]> {
  const [at] = await product.sql(`SELECT any(path) AS path, max(max_block_number) AS block,
      any(partition_id) AS partition
    FROM system.parts WHERE database = 'rosi' AND table = '${table}'`);
  const folder = String(at?.['path']).replace(/[^/]+\/$/, '');
  const tokens = join(folder, 'deduplication_logs');
  const begin = `${folder}tmp_insert_${at?.['partition']}`;
  const parts = Array.from({ length: Number(at?.['block']) + 5 }, (_, index) =>
    [0, 1].map((level) => `${begin}_${index + 1}_${index + 1}_${level}/`),
  ).flat();
  return [...parts, ...readdirSync(tokens).map((file) => join(tokens, file))];
}

/** The system calls of the trace, in order: `write` of a token, `rename` of a part. */
const callsOf = (trace: Trace) =>
  trace.lines().flatMap((line) => /^(?:\[pid +\d+\] )?(write|rename)\(/.exec(line)?.[1] ?? []);

describe.skipIf(!straceWorks())('ClickHouse killed before it renames a part', () => {
  it.each(tables)(
    'of %s: the batch is there once, everywhere',
    async (table) => {
      await sendOrder();
      const [clickhouse = 0] = childrenOf(product.pid);
      const paths = (await watchedPaths(table)).flatMap((path) => ['-P', path]);
      const kill = ['-e', 'trace=rename,write', '-e', 'inject=rename:signal=KILL:when=1', ...paths];
      const trace = await attach(clickhouse, kill);
      await sendOrder();
      await Promise.race([trace.ended, wait(endsMsMax)]);
      await trace.detach();
      // A thread that was at its rename as well tells so after the kill.
      expect(callsOf(trace).slice(0, 2)).toEqual(['write', 'rename']);
      expect(product.output()).toContain('embedded ClickHouse died');
      await expectExact();
      await sendOrder();
      await expectExact();
    },
    testMsMax,
  );
});
