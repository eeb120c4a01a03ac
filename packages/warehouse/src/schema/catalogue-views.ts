/** The catalogue as typed views over the entries' JSON: one row per entry, its latest version. */
import { createView } from './define-table.js';

const text = (name: string) => `JSONExtractString(entry, '${name}') AS ${name}`;
/** ISO text or milliseconds; 1970 when absent. */
const time = (name: string) =>
  `if(JSONType(entry, '${name}') = 'String',
    parseDateTime64BestEffortOrZero(JSONExtractString(entry, '${name}'), 3, 'UTC'),
    fromUnixTimestamp64Milli(JSONExtractInt(entry, '${name}'), 'UTC')) AS ${name}`;

function catalogueView(kind: string, name: string, comment: string, fields: readonly string[]) {
  return createView(
    name,
    comment,
    `SELECT workspace, ${fields.join(', ')}, event_id, occurred_at, recorded_at
FROM rosi.catalogue_entries FINAL WHERE kind = '${kind}'`,
  );
}

export const catalogueViews: readonly string[] = [
  catalogueView('post', 'posts', 'Posts, the latest version of each.', [
    'id AS post_id',
    text('platform'),
    text('url'),
    text('author'),
    text('influencer_id'),
    text('campaign_id'),
    text('media_type'),
    text('format'),
    text('topic'),
    time('published_at'),
    text('goal'),
  ]),
  catalogueView('influencer', 'influencers', 'Influencers, the latest version of each.', [
    'id AS influencer_id',
    text('name'),
    "JSONExtract(entry, 'handles', 'Array(String)') AS handles",
    // A number or a decimal string; NULL when not stated, which is not the same as 0.
    "toFloat64OrNull(trim(BOTH '\"' FROM JSONExtractRaw(entry, 'commission_rate'))) AS commission_rate",
  ]),
  catalogueView('campaign', 'campaigns', 'Campaigns, the latest version of each.', [
    'id AS campaign_id',
    text('name'),
    text('objective'),
    time('starts_at'),
    time('ends_at'),
  ]),
  catalogueView('link', 'links', 'Tracked links, the latest version of each.', [
    'id AS link_id',
    text('url'),
    text('post_id'),
    text('influencer_id'),
    text('campaign_id'),
    text('program_id'),
  ]),
  catalogueView('coupon', 'coupons', 'Coupon codes, the latest version of each.', [
    'id AS code',
    text('influencer_id'),
    text('post_id'),
    text('campaign_id'),
    text('program_id'),
  ]),
  catalogueView('spend', 'spend', 'Spend entries, the latest version of each.', [
    'id AS spend_id',
    "toDate32OrZero(substring(JSONExtractString(entry, 'date'), 1, 10)) AS date",
    "JSONExtractInt(entry, 'amount') AS amount",
    "CAST(JSONExtractString(entry, 'currency') AS LowCardinality(String)) AS currency",
    text('post_id'),
    text('influencer_id'),
    text('campaign_id'),
    text('platform'),
  ]),
];
