/**
 * The tables as an import leaves them, each in full and in an order of its own, for an exact
 * comparison. Times at which the pipeline took or wrote a row are left out: they alone may differ.
 */
import type { Product } from '../harness/product.js';

const tables = [
  ['orders_current', 'recorded_at', 'order_id'],
  ['credits_current', 'recorded_at', 'order_id, model, touchpoint_id'],
  ['touchpoints_current', 'recorded_at', 'touchpoint_id'],
  ['identities_current', 'recorded_at', 'identifier_type, identifier'],
  ['events_current', 'recorded_at, received_at', 'event_id'],
  ['spend', 'recorded_at', 'spend_id'],
  ['revenue_by_post_daily', '', 'day, post_id, model, currency'],
  ['revenue_by_influencer_daily', '', 'day, influencer_id, model, currency'],
  ['revenue_by_campaign_daily', '', 'day, campaign_id, model, currency'],
  ['revenue_by_channel_daily', '', 'day, platform, medium, media_type, model, currency'],
] as const;

/** One digest and one count of rows a table: short to hold, and different when a cell is. */
export async function fingerprint(product: Product): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for (const [table, timesOfWriting, order] of tables) {
    const columns = await comparedColumns(product, table, timesOfWriting.split(', '));
    const [row] = await product.sql(
      `SELECT count() AS rows, hex(MD5(arrayStringConcat(groupArray(line), '\\n'))) AS digest
       FROM (SELECT toJSONString(tuple(${columns.join(', ')})) AS line FROM ${table}
             ORDER BY ${order})`,
    );
    found[table] = row;
  }
  return found;
}

async function comparedColumns(
  product: Product,
  table: string,
  leftOut: readonly string[],
): Promise<readonly string[]> {
  const rows = await product.sql(
    `SELECT name FROM system.columns WHERE database = 'rosi' AND table = '${table}'`,
  );
  return rows.map((row) => String(row['name'])).filter((name) => !leftOut.includes(name));
}
