/**
 * The contract, line by line: every example, over HTTP into the running product and read from
 * ClickHouse by SQL. Once as written, and once more under the law of order: another product, in
 * another time zone, gets everything twice and shuffled, and must show the same.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutRecordedAt } from '../harness/answers.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import type { Example } from './example.js';
import { examples, type PlacedExample } from './examples/all.js';
import { laws } from './laws.js';
import { type Outcome, runAsWritten, runShuffled } from './run-examples.js';

const suiteMsMax = 180_000;
const seed = Number(process.env['CONTRACT_SEED'] ?? 1);

/** As the examples of referrers know them. */
const ownDomains = 'shop-own.example, other-own.example';

interface Run {
  readonly name: string;
  readonly timezone: string;
  readonly takes: (example: Example) => boolean;
  readonly play: (
    product: Product,
    list: readonly Example[],
  ) => Promise<ReadonlyMap<Example, Outcome>>;
}
const runs: readonly Run[] = [
  { name: 'as written, in UTC', timezone: 'UTC', takes: () => true, play: runAsWritten },
  {
    name: `twice and shuffled, in Asia/Kolkata (CONTRACT_SEED=${seed})`,
    timezone: 'Asia/Kolkata',
    takes: (example) => !example.asWritten,
    play: (product, list) => runShuffled(product, list, seed),
  },
];
/** In the order of the runs; they live until the end, to be compared. */
const products: Product[] = [];
const dataDirs: string[] = [];
afterAll(async () => {
  await Promise.all(products.map((one) => one.stop()));
  await Promise.all(dataDirs.map(removeDataDir));
}, suiteMsMax);

for (const run of runs) {
  describe(run.name, () => {
    const list = examples.filter(
      (one) => run.takes(one) && (one.timezone ?? run.timezone) === run.timezone,
    );
    let product: Product;
    let outcomes: ReadonlyMap<Example, Outcome> = new Map();
    let dataDir: string;

    beforeAll(async () => {
      dataDir = await makeDataDir();
      dataDirs.push(dataDir);
      product = await startProduct({
        dataDir,
        env: { ROSI_TIMEZONE: run.timezone, ROSI_OWN_DOMAINS: ownDomains },
      });
      products.push(product);
      outcomes = await run.play(product, list);
    }, suiteMsMax);

    for (const [section, ofSection] of bySection(list)) {
      describe(section, () => {
        it.each(ofSection.map((one) => [one.title, one] as const))('%s', (_, one) => {
          check(outcomes.get(one));
        });
      });
    }
    describe('over all of it', () => {
      it.each(laws.map((law) => [law.title, law] as const))('%s', async (_, law) => {
        expect(await law.broken(product, run.timezone)).toEqual([]);
      });
      it('nothing personal in clear in the log, the state or the output', async () => {
        expect(await clearIn(join(dataDir, 'events'))).toEqual([]);
        expect(await clearIn(join(dataDir, 'state'))).toEqual([]);
        expect(clearTexts.filter((text) => product.output().includes(text))).toEqual([]);
      });
    });
  });
}

describe('the law of order', () => {
  it.each([
    ['identities_current', 'identifier_type, identifier'],
    ['touchpoints_current', 'touchpoint_id'],
    ['orders_current', 'order_id'],
    ['credits_current', 'order_id, model, touchpoint_id'],
    ['posts', 'post_id'],
    ['influencers', 'influencer_id'],
    ['campaigns', 'campaign_id'],
    ['links', 'link_id'],
    ['coupons', 'code'],
    ['spend', 'spend_id'],
  ])('%s is the same in both products', async (table, order) => {
    const [written, mixed] = await Promise.all(
      products.map(async (product) => {
        const rows = await product.sql(`SELECT * FROM ${table} ORDER BY ${order}`);
        return rows.filter((row) => !mayDiffer.test(JSON.stringify(row))).map(withoutRecordedAt);
      }),
    );
    expect(written?.length).toBeGreaterThan(0);
    expect(mixed).toEqual(written);
  });
});

/** Finds a row of an example whose rows may or must differ between the products. */
const mayDiffer = new RegExp(
  examples
    .filter((one) => one.asWritten || one.timezone !== undefined || one.section === '2 repeats')
    .map((one) => one.names.prefix)
    .join('|'),
  'i',
);

function bySection(list: readonly PlacedExample[]): Map<string, PlacedExample[]> {
  const sections = new Map<string, PlacedExample[]>();
  for (const one of list) sections.set(one.section, [...(sections.get(one.section) ?? []), one]);
  return sections;
}

function check(outcome: Outcome | undefined) {
  if (outcome === undefined) throw new Error('the example was not run: see the failure before');
  expect(outcome.problems).toEqual([]);
  for (const { expectation, found } of outcome.answers) {
    const order = expectation.anyOrder === true && typeof found !== 'string' ? sorted : same;
    expect(order(found), expectation.sql).toEqual(order(expectation.rows));
  }
}
const same = <T>(value: T) => value;
/** A list without its order, and the same for the lists within. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const text = (one: unknown) => JSON.stringify(one);
    return value.map(sorted).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sorted(inner)]));
}

const clearTexts = ['@example.org', '+3360', '203.0.113.77', '2001:db8::7777'];

/** Which of the texts stand in any file of a folder, byte by byte. */
async function clearIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { withFileTypes: true, recursive: true });
  const found: string[] = [];
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name));
    found.push(
      ...clearTexts.filter((text) => bytes.includes(text)).map((text) => `${file.name}: ${text}`),
    );
  }
  return found;
}
