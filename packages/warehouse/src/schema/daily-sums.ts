/**
 * The daily sums: four tables that add up integer credit by **unresolved** keys while events
 * stream in, and the materialized views that feed them. Reading joins the catalogue, so a late
 * entry changes history without touching a sum.
 *
 * `day` is the date of the order's time in the workspace's time zone, which is a constant of the
 * feeds: another time zone drops the feeds, and fills the sums anew from the newest records.
 */
import type { Statement } from '../migrations/migration.js';
import { NAME, touchDimensions, workspace } from './columns.js';
import { type Column, createFeed, type TableDefinition } from './define-table.js';

export type DailyKey = 'post' | 'influencer' | 'campaign' | 'channel';
export const dailyKeys: readonly DailyKey[] = ['post', 'influencer', 'campaign', 'channel'];

/** What each daily table needs to know of a touchpoint to resolve its key when read. */
export const unresolvedKeys: Readonly<Record<DailyKey, readonly string[]>> = {
  post: ['post_id', 'link_id', 'coupon_code'],
  influencer: ['influencer_id', 'link_id', 'post_id', 'coupon_code'],
  campaign: ['campaign_id', 'link_id', 'post_id', 'utm_campaign', 'coupon_code'],
  channel: ['platform', 'medium', 'media_type', 'coupon_code'],
};

export const dailySums = (key: DailyKey) => `credit_by_${key}_daily_sums`;
const dailyFeed = (key: DailyKey) => `credit_by_${key}_daily_feed`;

const dimension = (name: string): Column => {
  const column = touchDimensions.find(([each]) => each === name);
  if (column === undefined) throw new Error(`no dimension ${name}`);
  return column;
};

function sumsTable(key: DailyKey): TableDefinition {
  return {
    name: dailySums(key),
    comment:
      `Credit and shares summed by day, model, currency and what resolves the ${key} when read. ` +
      `Read revenue_by_${key}_daily.`,
    engine: 'SummingMergeTree((credit, share_parts))',
    orderBy: ['workspace', 'day', 'model', 'currency', ...unresolvedKeys[key]],
    columns: [
      workspace,
      ['day', 'Date32', "The order's day in the workspace's time zone."],
      ['model', NAME, 'Attribution model.'],
      ['currency', NAME, 'ISO 4217.'],
      ...unresolvedKeys[key].map(dimension),
      ['credit', 'Int64', 'Sum of signed credit in minor units.'],
      // 128 bits: a busy day's shares in parts of 10^12 may pass 2^63.
      ['share_parts', 'Int128', 'Sum of signed shares in parts of 10^12.'],
    ],
  };
}

/**
 * Of the sums with the fewest rows, those of each day as a whole, for `revenue_daily`. Part of the
 * table's parts: whatever is added, taken away or mended there counts here. Merging leaves out rows
 * whose sums are 0; the projection is then made anew.
 */
export const dayTotals: readonly Statement[] = [
  `ALTER TABLE rosi.${dailySums('channel')}
MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild'`,
  {
    sql: `ALTER TABLE rosi.${dailySums('channel')} ADD PROJECTION IF NOT EXISTS by_day
(SELECT workspace, day, model, currency, sum(credit), sum(share_parts)
GROUP BY workspace, day, model, currency)`,
    mayBeUnknown: true,
  },
  {
    sql: `ALTER TABLE rosi.${dailySums('channel')} MATERIALIZE PROJECTION by_day
SETTINGS mutations_sync = 0`,
    mayBeUnknown: true,
  },
];

export const dailyTables: readonly TableDefinition[] = dailyKeys.map(sumsTable);

function sumsSelect(key: DailyKey, timezone: string, source: string): string {
  const keys = unresolvedKeys[key].join(', ');
  return `SELECT workspace, toDate32(moment, '${timezone}') AS day, model, currency, ${keys},
  sum(change) AS credit, sum(toInt128(change_parts)) AS share_parts
FROM (${source})
GROUP BY workspace, day, model, currency, ${keys}`;
}

/** Changes, one row per touch and model: of the inserted block's deltas, or of newest credits. */
function changes(key: DailyKey, of: 'deltas' | 'credits'): string {
  const keys = unresolvedKeys[key];
  const prefix = of === 'deltas' ? 'delta' : 'credit';
  const amount = of === 'deltas' ? 'delta_credit' : 'credit';
  const perRow = of === 'deltas' ? ['delta_ordered_at', 'delta_currency'] : [];
  const arrays = [...keys, `${prefix}_model`, ...perRow, amount, `${prefix}_share`];
  const touches = arrays.map((name) => `\`touch.${name}\` AS touch_${name}`).join(', ');
  const inner = [
    `touch_${prefix}_model AS model`,
    ...(of === 'deltas'
      ? ['touch_delta_ordered_at AS moment', 'touch_delta_currency AS currency']
      : []),
    `touch_${amount} AS change`,
    `touch_${prefix}_share AS change_parts`,
  ];
  const fromOrder = of === 'deltas' ? '' : ', ordered_at AS moment, currency';
  return `SELECT workspace, model, moment, currency, ${keys.map((k) => `touch_${k} AS ${k}`).join(', ')},
    change, change_parts
  FROM (SELECT workspace${fromOrder}, ${arrays.map((a) => `touch_${a}`).join(', ')}
    FROM rosi.order_records${of === 'credits' ? ' FINAL' : ''} ARRAY JOIN ${touches})
  ARRAY JOIN ${inner.join(', ')}`;
}

/**
 * What is to be added to a day's sums so that they are the sums over the newest records; nothing
 * when they are. `days` is a query of dates.
 */
export function sumsDifference(key: DailyKey, timezone: string, days: string): string {
  const columns = `workspace, day, model, currency, ${unresolvedKeys[key].join(', ')}`;
  return `SELECT ${columns}, sum(due) AS credit, sum(due_parts) AS share_parts FROM (
  SELECT ${columns}, credit AS due, share_parts AS due_parts
  FROM (${sumsSelect(key, timezone, changes(key, 'credits'))})
  UNION ALL
  SELECT ${columns}, -credit AS due, -share_parts AS due_parts FROM rosi.${dailySums(key)})
WHERE day IN (${days}) GROUP BY ${columns} HAVING credit != 0 OR share_parts != 0`;
}

/**
 * What the sums are (`there`) beside what the newest records add up to (`due`), by `keys`. Reads
 * everything, unlike the difference above.
 */
export function sumsComparison(key: DailyKey, timezone: string): { keys: string; sql: string } {
  const keys = `workspace, day, model, currency, ${unresolvedKeys[key].join(', ')}`;
  const sql = `SELECT ${keys}, sum(sum_due) AS due, sum(parts_due) AS due_parts,
    sum(sum_there) AS there, sum(parts_there) AS there_parts
  FROM (SELECT ${keys}, credit AS sum_due, share_parts AS parts_due, 0 AS sum_there, 0 AS parts_there
    FROM (${sumsSelect(key, timezone, changes(key, 'credits'))})
    UNION ALL SELECT ${keys}, 0 AS sum_due, 0 AS parts_due, credit AS sum_there,
      share_parts AS parts_there FROM rosi.${dailySums(key)})
  GROUP BY ${keys}`;
  return { keys, sql };
}

/** Makes the sums again for a time zone; each statement is safe to run again, in this order. */
export function rebuildDailySums(timezone: string): readonly string[] {
  return [
    ...dailyKeys.map((key) => `DROP TABLE IF EXISTS rosi.${dailyFeed(key)} SYNC`),
    ...dailyKeys.map((key) => `TRUNCATE TABLE rosi.${dailySums(key)}`),
    ...dailyKeys.map(
      (key) => `INSERT INTO rosi.${dailySums(key)}
${sumsSelect(key, timezone, changes(key, 'credits'))}`,
    ),
    ...dailyKeys.map((key) =>
      createFeed(
        dailyFeed(key),
        dailySums(key),
        `Feeds ${dailySums(key)} with the signed differences of each record.`,
        sumsSelect(key, timezone, changes(key, 'deltas')),
      ),
    ),
  ];
}
