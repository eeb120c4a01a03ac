import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { tablesPage } from './tables-page.js';

const file = new URL('../../../../docs/tables.md', import.meta.url);
let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.warehouse.migrate({ timezone: 'UTC', logUuid: 'log', loadedBefore: false });
});
afterAll(() => database.stop());

test('docs/tables.md says what the database says (UPDATE_DOCS=1 writes it)', async () => {
  const page = await tablesPage(database.warehouse);
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, page);
  expect(await readFile(file, 'utf8')).toBe(page);
});

test('every column that the contract names is there', async () => {
  const named: Record<string, string> = {
    touchpoints_current:
      'workspace, touchpoint_id, person_id, type, occurred_at, platform, medium, media_type, ' +
      'post_id, influencer_id, campaign_id, link_id, program_id',
    events_current:
      'workspace, event_id, type, occurred_at, received_at, source, identifier_type, identifier, ' +
      'platform, medium, media_type, post_id, influencer_id, campaign_id, link_id, ' +
      'interaction_kind, text, url, referrer, bot, consent, properties',
    orders_current:
      'workspace, order_id, person_id, occurred_at, currency, gross, tax, shipping, refunded, net, ' +
      'new_customer',
    credits:
      'workspace, order_id, model, touchpoint_id, person_id, ordered_at, touched_at, platform, ' +
      'medium, media_type, post_id, influencer_id, campaign_id, currency, credit, share, recorded_at',
    credits_current:
      'workspace, order_id, model, touchpoint_id, person_id, ordered_at, touched_at, platform, ' +
      'medium, media_type, post_id, influencer_id, campaign_id, currency, credit, share',
    identities_current: 'workspace, identifier_type, identifier, person_id, shared',
    revenue_by_post_daily: 'workspace, day, post_id, model, currency, credit, orders',
    revenue_by_influencer_daily: 'workspace, day, influencer_id, model, currency, credit, orders',
    revenue_by_campaign_daily: 'workspace, day, campaign_id, model, currency, credit, orders',
    revenue_by_channel_daily:
      'workspace, day, platform, medium, media_type, model, currency, credit, orders',
  };
  const types = new Set<string>();
  for (const [view, columns] of Object.entries(named)) {
    const found = await database.warehouse.query<{ name: string; type: string }>(
      `DESCRIBE TABLE rosi.${view}`,
    );
    const names = found.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(columns.split(', ')));
    for (const { name, type } of found) {
      if (/_at$|^(currency|credit|gross|net|share|orders)$/.test(name))
        types.add(`${name} ${type}`);
    }
  }
  expect([...types].sort()).toEqual([
    'credit Int64',
    'currency LowCardinality(String)',
    'gross Int64',
    'net Int64',
    "occurred_at DateTime64(3, 'UTC')",
    "ordered_at DateTime64(3, 'UTC')",
    'orders Float64',
    "received_at DateTime64(3, 'UTC')",
    "recorded_at DateTime64(3, 'UTC')",
    'share Float64',
    "touched_at DateTime64(3, 'UTC')",
  ]);
});
