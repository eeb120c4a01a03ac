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
  type OracleSettings,
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
let last: { readonly loaded: LoadedDatabase; readonly sent: Sent } | null = null;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database?.stop());

interface Sent {
  readonly events: readonly OracleEvent[];
  readonly settings: OracleSettings;
}

/** In three parts: most events, the rest with the catalogue's changes among them, changes alone. */
function partsOf(seed: number, timezone: string) {
  const { events, settings } = generate({ seed, timezone, eventsMin: 60, eventsMax: 160 });
  const orders = shuffle(clockChangeEvents(timezone), seed).slice(0, 160);
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

async function problemsOf(loaded: LoadedDatabase, { events, settings }: Sent): Promise<string[]> {
  const { tables } = evaluate({ events, settings });
  for (const name of tableNames) {
    compared.set(name, (compared.get(name) ?? 0) + tables[name].length);
  }
  const differences = compareTables(await loaded.read(), tables);
  const unbalanced = await database.warehouse.query(
    `SELECT order_id, model, sum(credit) AS more, round(sum(share), 9) AS more_share FROM (
      SELECT order_id, model, touchpoint_id, credit, share FROM rosi.credits
      UNION ALL SELECT order_id, model, touchpoint_id, -credit, -share FROM rosi.credits_current)
    GROUP BY order_id, model, touchpoint_id HAVING more != 0 OR more_share != 0`,
  );
  return [
    ...(differences.length === 0 ? [] : [formatDifferences(differences)]),
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
      for (const [number, part] of parts.entries()) {
        sent.push(...part);
        feeding.feed(part);
        feeding.finish();
        await loaded.load();
        // The first part alone is loaded so that there is something to take back.
        const problems = number === 0 ? [] : await problemsOf(loaded, { events: sent, settings });
        const again = `ROSI_SEED=${seed} npx vitest run test/integration/random-sets-warehouse.test.ts`;
        expect(problems, `seed ${seed}, part ${number + 1}; again: ${again}`).toEqual([]);
      }
      last = { loaded, sent: { events: sent, settings } };
    },
  );
});

describe('the comparison', () => {
  it('had rows of every table, and clocks that change', () => {
    for (const name of tableNames) expect(compared.get(name), name).toBeGreaterThan(50);
    for (const timezone of timezones) {
      expect(clockChanges(timezone), timezone).toHaveLength(timezone === 'UTC' ? 0 : 2);
    }
  });

  it.each(Object.entries(plantedFaults))('sees a fault planted in %s', async (table, statement) => {
    if (last === null) throw new Error('no set was loaded');
    const { loaded, sent } = last;
    const expected = evaluate(sent).tables;
    const differing = async () =>
      new Set(compareTables(await loaded.read(), expected).map((difference) => difference.table));
    expect([...(await differing())]).not.toContain(table);
    await database.warehouse.command(statement);
    expect([...(await differing())]).toContain(table);
  });
});
