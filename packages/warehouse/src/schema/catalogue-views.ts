/**
 * The catalogue as typed views: one row per entry, its latest version. What an entry's JSON says
 * stands in typed columns of the entry's own row, which ClickHouse computes from the JSON whenever
 * it writes it: so every join is spared reading JSON, and the two can't differ.
 */
import { createView } from './define-table.js';

/** Name, type, and how it reads in the JSON of `entry`. */
type Field = readonly [name: string, type: string, json: string];

const text = (name: string): Field => [name, 'String', `JSONExtractString(entry, '${name}')`];
/** ISO text or milliseconds; 1970 when absent. */
const time = (name: string): Field => [
  name,
  "DateTime64(3, 'UTC')",
  `if(JSONType(entry, '${name}') = 'String',
    parseDateTime64BestEffortOrZero(JSONExtractString(entry, '${name}'), 3, 'UTC'),
    fromUnixTimestamp64Milli(JSONExtractInt(entry, '${name}'), 'UTC'))`,
];

interface Kind {
  readonly kind: string;
  readonly view: string;
  readonly comment: string;
  /** The id's name in the view. */
  readonly id: string;
  readonly fields: readonly Field[];
}

const kinds: readonly Kind[] = [
  {
    kind: 'post',
    view: 'posts',
    comment: 'Posts, the latest version of each.',
    id: 'post_id',
    fields: [
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
    ],
  },
  {
    kind: 'influencer',
    view: 'influencers',
    comment: 'Influencers, the latest version of each.',
    id: 'influencer_id',
    fields: [
      text('name'),
      ['handles', 'Array(String)', "JSONExtract(entry, 'handles', 'Array(String)')"],
      // A number or a decimal string; NULL when not stated, which is not the same as 0.
      [
        'commission_rate',
        'Nullable(Float64)',
        "toFloat64OrNull(trim(BOTH '\"' FROM JSONExtractRaw(entry, 'commission_rate')))",
      ],
    ],
  },
  {
    kind: 'campaign',
    view: 'campaigns',
    comment: 'Campaigns, the latest version of each.',
    id: 'campaign_id',
    fields: [text('name'), text('objective'), time('starts_at'), time('ends_at')],
  },
  {
    kind: 'link',
    view: 'links',
    comment: 'Tracked links, the latest version of each.',
    id: 'link_id',
    fields: [
      text('url'),
      text('post_id'),
      text('influencer_id'),
      text('campaign_id'),
      text('program_id'),
    ],
  },
  {
    kind: 'coupon',
    view: 'coupons',
    comment: 'Coupon codes, the latest version of each.',
    id: 'code',
    fields: [text('influencer_id'), text('post_id'), text('campaign_id'), text('program_id')],
  },
  {
    kind: 'spend',
    view: 'spend',
    comment: 'Spend entries, the latest version of each.',
    id: 'spend_id',
    fields: [
      ['date', 'Date32', "toDate32OrZero(substring(JSONExtractString(entry, 'date'), 1, 10))"],
      ['amount', 'Int64', "JSONExtractInt(entry, 'amount')"],
      [
        'currency',
        'LowCardinality(String)',
        "CAST(JSONExtractString(entry, 'currency') AS LowCardinality(String))",
      ],
      text('post_id'),
      text('influencer_id'),
      text('campaign_id'),
      text('platform'),
    ],
  },
];

/** The typed column of a field, in `catalogue_entries`. */
export const catalogueColumn = (name: string) => `entry_${name}`;

function catalogueView({ kind, view, comment, id, fields }: Kind) {
  const shown = fields.map(([name]) => `${catalogueColumn(name)} AS ${name}`);
  return createView(
    view,
    comment,
    `SELECT workspace, ${[`id AS ${id}`, ...shown].join(', ')}, event_id, occurred_at, recorded_at
FROM rosi.catalogue_entries FINAL WHERE kind = '${kind}'`,
  );
}

const fieldsOnce = [
  ...new Map(kinds.flatMap(({ fields }) => fields).map((field) => [field[0], field])).values(),
];
const added = fieldsOnce.map(
  ([name, type, json]) => `ADD COLUMN IF NOT EXISTS ${catalogueColumn(name)} ${type}
  MATERIALIZED ${json} COMMENT '${name} of the JSON, computed when the row is written.'`,
);
const computed = fieldsOnce.map(([name]) => `MATERIALIZE COLUMN ${catalogueColumn(name)}`);

/** Of entries that are there already, columns are computed when read until the mutation has written them. */
export const catalogueColumns: readonly string[] = [
  `ALTER TABLE rosi.catalogue_entries ${added.join(',\n')}`,
  `ALTER TABLE rosi.catalogue_entries ${computed.join(', ')} SETTINGS mutations_sync = 0`,
];

export const catalogueViews: readonly string[] = kinds.map(catalogueView);
