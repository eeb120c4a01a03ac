/**
 * One fault for each table of the contract, planted in ClickHouse's base tables: what a comparison
 * that covers the table has to see. In an order in which none touches the table of a later one.
 */
import type { TableName } from '../oracle/index.js';

const now = 'SETTINGS mutations_sync = 1';

/** One row of the daily sums, a minor unit more. */
const oneMore = (table: string) =>
  `INSERT INTO rosi.${table} SELECT * REPLACE (1 AS credit, 0 AS share_parts) FROM rosi.${table} LIMIT 1`;

/** A new version of the entries that states nothing any more. */
const emptied = (kind: string) =>
  `ALTER TABLE rosi.catalogue_entries UPDATE entry = '{}' WHERE kind = '${kind}' ${now}`;

export const plantedFaults: Readonly<Record<TableName, string>> = {
  events_current: `ALTER TABLE rosi.events UPDATE bot = NOT bot WHERE type = 'click' ${now}`,
  revenue_by_post_daily: oneMore('credit_by_post_daily_sums'),
  revenue_by_influencer_daily: oneMore('credit_by_influencer_daily_sums'),
  revenue_by_campaign_daily: oneMore('credit_by_campaign_daily_sums'),
  revenue_by_channel_daily: oneMore('credit_by_channel_daily_sums'),
  touchpoints_current: `ALTER TABLE rosi.touchpoints UPDATE medium = 'planted' WHERE 1 ${now}`,
  orders_current: `ALTER TABLE rosi.order_records UPDATE tax = tax + 1 WHERE 1 ${now}`,
  credits_current: `ALTER TABLE rosi.order_records
    UPDATE \`touch.credit\` = arrayMap(each -> arrayMap(part -> part + 1, each), \`touch.credit\`)
    WHERE 1 ${now}`,
  identities_current: `ALTER TABLE rosi.identities UPDATE shared = NOT shared WHERE 1 ${now}`,
  influencers: emptied('influencer'),
  campaigns: emptied('campaign'),
  spend: emptied('spend'),
  coupons: emptied('coupon'),
  links: emptied('link'),
  posts: emptied('post'),
};
