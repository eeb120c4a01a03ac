/**
 * Random sets of events through the topology, the real loader and a real ClickHouse: every
 * `_current`, catalogue and daily table equals the independent oracle's, in time zones whose clocks
 * change, in currencies of 0, 2 and 3 digits; loaded in parts, and again after the catalogue has
 * changed. One server, a database per seed.
 *
 * One seed alone, or some: ROSI_SEED=17 (or 1-200) npx vitest run test/integration/random-sets-warehouse.test.ts
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate, injectDuplicates, shuffle } from '../generator/index.js';
import {
  compareTables,
  evaluate,
  formatDifferences,
  type OracleEvent,
  type OracleTables,
  type TableName,
  tableNames,
} from '../oracle/index.js';
import { startTopology } from '../property/run-topology.js';
import { clockChangeEvents, clockChanges, timezones } from './clock-changes.js';
import {
  emptyDatabase,
  type LoadedDatabase,
  startTestDatabase,
  type TestDatabase,
} from './loaded-database.js';
import { plantedFaults } from './planted-faults.js';

const [from = 1, to = from] = (process.env['ROSI_SEED'] ?? '1-32').split('-').map(Number);
const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);
const zoneOf = (seed: number) => timezones[seed % timezones.length] ?? 'UTC';

let database: TestDatabase;
/** Rows that were compared, over all seeds. */
const compared = new Map<TableName, number>();
/** In how many sets the catalogue alone changed a table that was loaded before. */
const changed = new Map<TableName, number>();
const currencies = new Set<unknown>();
let last: { readonly loaded: LoadedDatabase; readonly tables: OracleTables } | null = null;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database?.stop());

/** In three parts: most events, the rest with the catalogue's changes among them, changes alone. */
function partsOf(seed: number, timezone: string) {
  const { events, settings } = generate({ seed, timezone, eventsMin: 50, eventsMax: 130 });
  const orders = shuffle(clockChangeEvents(timezone), seed).slice(0, 130);
  const all = shuffle(injectDuplicates([...events, ...orders], seed), seed);
  const changes = shuffle(injectDuplicates(catalogueChanges(seed), seed), seed);
  const most = Math.floor(all.length * 0.6);
  const half = Math.floor(changes.length / 2);
  const rest = shuffle([...all.slice(most), ...changes.slice(0, half)], seed);
  return { settings, parts: [all.slice(0, most), rest, changes.slice(half)] };
}

/** Later than everything else, so that they count; some are of ids that nothing had named. */
function catalogueChanges(seed: number): readonly OracleEvent[] {
  const weights = {
    catalogue_post: 3,
    catalogue_influencer: 1,
    catalogue_campaign: 1,
    catalogue_link: 3,
    catalogue_coupon: 2,
    catalogue_spend: 1,
    coupon_changes_owner: 1,
  };
  const options = { onlyWeighted: true, startDay: '2027-03-01', eventsMin: 24, eventsMax: 40 };
  return generate({ seed: seed + 1_000_000, weights, ...options }).events;
}

const count = (counts: Map<TableName, number>, name: TableName, more: number) =>
  counts.set(name, (counts.get(name) ?? 0) + more);

function countChanged(before: OracleTables, after: OracleTables): void {
  for (const name of tableNames) {
    if (compareTables({ [name]: before[name] }, after).length > 0) count(changed, name, 1);
  }
}

async function problemsOf(loaded: LoadedDatabase, tables: OracleTables): Promise<string[]> {
  for (const name of tableNames) count(compared, name, tables[name].length);
  for (const order of tables.orders_current) currencies.add(order['currency']);
  const differences = compareTables(await loaded.read(tableNames), tables);
  const unbalanced = await database.warehouse.query(
    `SELECT order_id, model, sum(credit) AS more, round(sum(share), 9) AS more_share FROM (
      SELECT order_id, model, touchpoint_id, credit, share FROM rosi.credits
      UNION ALL SELECT order_id, model, touchpoint_id, -credit, -share FROM rosi.credits_current)
    GROUP BY order_id, model, touchpoint_id HAVING more != 0 OR more_share != 0`,
  );
  const columns = `order_id, person_id, occurred_at, currency, gross, tax, shipping, refunded, net,
    new_customer`;
  const elsewhere = await database.warehouse.query(
    `SELECT ${columns}, sum(one) AS more FROM (
      SELECT ${columns}, 1 AS one FROM rosi.orders_by_time
      UNION ALL SELECT ${columns}, -1 AS one FROM rosi.orders_current)
    GROUP BY ${columns} HAVING more != 0`,
  );
  return [
    ...(differences.length === 0 ? [] : [formatDifferences(differences)]),
    ...elsewhere.map((row) => `orders_by_time differs: ${JSON.stringify(row)}`),
    ...unbalanced.map((row) => `deltas add up to more or less: ${JSON.stringify(row)}`),
  ];
}

describe('random sets of events in ClickHouse', () => {
  it.each(seeds.map((seed) => [seed, zoneOf(seed)] as const))(
    'seed %i in %s equals the oracle',
    async (seed, timezone) => {
      const { settings, parts } = partsOf(seed, timezone);
      const feeding = startTopology(settings, { partitions: 1 + (seed % 3), seed });
      const loaded = await emptyDatabase(database, feeding, timezone);
      const sent: OracleEvent[] = [];
      let before: OracleTables | null = null;
      for (const [number, part] of parts.entries()) {
        sent.push(...part);
        feeding.feed(part);
        feeding.finish();
        await loaded.load();
        // The first part is loaded only so that there is something to take back.
        if (number === 0) continue;
        const { tables } = evaluate({ events: sent, settings });
        const problems = await problemsOf(loaded, tables);
        const again = `ROSI_SEED=${seed} npx vitest run test/integration/random-sets-warehouse.test.ts`;
        expect(problems, `seed ${seed}, part ${number + 1}; again: ${again}`).toEqual([]);
        if (before !== null) countChanged(before, tables);
        before = tables;
      }
      last = before && { loaded, tables: before };
    },
  );
});

describe('the comparison', () => {
  it('had rows of every table, and of currencies of 0, 2 and 3 digits', () => {
    for (const name of tableNames) expect(compared.get(name), name).toBeGreaterThan(seeds.length);
    expect([...currencies]).toEqual(expect.arrayContaining(['JPY', 'EUR', 'KWD']));
  });

  it('had clocks that change', () => {
    for (const timezone of timezones) {
      expect(clockChanges(timezone), timezone).toHaveLength(timezone === 'UTC' ? 0 : 2);
    }
  });

  it('had tables that the catalogue changed after they were loaded', () => {
    const unchanged = tableNames.filter((name) => (changed.get(name) ?? 0) < seeds.length / 4);
    const ofEvents: readonly TableName[] = [
      'events_current',
      'orders_current',
      'identities_current',
    ];
    expect(unchanged.filter((name) => !ofEvents.includes(name))).toEqual([]);
  });

  it.each(
    // Its entries: the keys are the tables' names.
    Object.entries(plantedFaults) as [TableName, string][],
  )('sees a fault planted in %s', async (name, statement) => {
    if (last === null) throw new Error('no set was loaded');
    const { loaded, tables } = last;
    const differences = async () => compareTables(await loaded.read([name]), tables);
    expect(await differences()).toEqual([]);
    await database.warehouse.command(statement);
    expect(await differences()).not.toEqual([]);
  });
});
