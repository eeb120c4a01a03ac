/**
 * Every statement of docs/queries.md as it stands there, against a real ClickHouse that the real
 * loader filled with a small shop's half year: each answer equals a reckoning without SQL from the
 * independent oracle's tables of the same events. The workspace's time zone is not UTC.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQueries } from '../benchmark/queries-page.mjs';
import { startTopology } from '../property/run-topology.js';
import { emptyDatabase, startTestDatabase, type TestDatabase } from './loaded-database.js';
import { answers } from './queries-answers.js';
import { type Facts, factsOf } from './queries-facts.js';
import type { Answer } from './queries-reckoning.js';
import { makeShop } from './queries-shop.js';

const seed = 1;
const timezone = 'Europe/Paris';
const settings = { hashKey: 'queries', ownDomains: ['shop.example'], timezone };
const queries = readQueries();

let database: TestDatabase;
let facts: Facts;

beforeAll(async () => {
  database = await startTestDatabase();
  const shop = makeShop(seed);
  facts = factsOf(shop, settings);
  const feeding = startTopology(settings, { partitions: 2, seed });
  const loaded = await emptyDatabase(database, feeding, timezone);
  feeding.feed(shop.events);
  feeding.finish();
  await loaded.load();
});
afterAll(() => database?.stop());

/** As analysts' clients ask. */
async function ask(sql: string): Promise<Answer> {
  const search = new URLSearchParams({
    database: 'rosi',
    default_format: 'JSON',
    output_format_json_quote_64bit_integers: '0',
  });
  const response = await fetch(`${database.server.url}/?${search}`, { method: 'POST', body: sql });
  const text = await response.text();
  if (!response.ok) throw new Error(`${text.slice(0, 1_000)}\n${sql}`);
  return (JSON.parse(text) as { data: Answer }).data;
}

/** The expected rows, with what was found where the two differ by a float's noise alone. */
function near(found: Answer, expected: Answer): Answer {
  return expected.map((row, at) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => {
        const other = found[at]?.[name];
        if (typeof cell !== 'number' || Number.isInteger(cell)) return [name, cell];
        return [name, typeof other === 'number' && Math.abs(other - cell) < 1e-9 ? other : cell];
      }),
    ),
  );
}

describe('docs/queries.md', () => {
  it('has twenty-five questions, each with an answer of its own', () => {
    expect(queries.map(({ number }) => number)).toEqual(
      Array.from({ length: 25 }, (_, at) => at + 1),
    );
    expect(Object.keys(answers).map(Number)).toEqual(queries.map(({ number }) => number));
  });

  it.each(queries)('$number: $title', async ({ number, sql }) => {
    const expected = answers[number]?.(facts) ?? [];
    expect(expected.length, 'the shop has something to ask about').toBeGreaterThan(0);
    const found = await ask(sql);
    expect(found).toEqual(near(found, expected));
  });

  it('may read what is in order of time instead: it says the same', async () => {
    const columns = `touchpoint_id, type, occurred_at, platform, medium, media_type, post_id,
      influencer_id, campaign_id, link_id, program_id`;
    const [touchpoints] = await ask(`SELECT count() AS more, uniqExact(touchpoint_id) AS each
      FROM (SELECT ${columns} FROM touchpoints_by_time)`);
    const events = facts.touchpoints.filter(({ type }) => type !== 'coupon').length;
    expect(touchpoints).toEqual({ more: events, each: events });
    const current = `SELECT ${columns} FROM touchpoints_current WHERE type != 'coupon'`;
    const byTime = `SELECT ${columns} FROM touchpoints_by_time`;
    expect(await ask(`${current} EXCEPT ${byTime}`)).toEqual([]);
    expect(await ask(`${byTime} EXCEPT ${current}`)).toEqual([]);
  });

  it('has the same events in order of time', async () => {
    const columns = 'event_id, type, occurred_at, platform, post_id, interaction_kind, bot';
    const [current, byTime] = ['events_current', 'events_by_time'].map(
      (view) => `SELECT ${columns} FROM ${view}`,
    );
    expect(await ask(`${current} EXCEPT ${byTime}`)).toEqual([]);
    expect(await ask(`${byTime} EXCEPT ${current}`)).toEqual([]);
  });

  // Of so few rows ClickHouse reads the table itself; the benchmark sees that it does not of many.
  it.each([
    [
      'credit_deltas',
      'by_model',
      'order_id, model, touchpoint_id, ordered_at, post_id, credit, share_parts',
    ],
    ['touchpoints', 'by_time', 'touchpoint_id, type, occurred_at, platform, post_id, link_id'],
  ])('has every row of %s in order of time', async (table, projection, columns) => {
    const rows = (from: string) => ask(`SELECT ${columns} FROM ${from} ORDER BY ${columns}`);
    const byTime = await rows(`mergeTreeProjection('rosi', '${table}', '${projection}')`);
    expect(byTime.length).toBeGreaterThan(100);
    expect(byTime).toEqual(await rows(table));
  });
});
