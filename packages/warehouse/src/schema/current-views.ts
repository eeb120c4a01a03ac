/** The `_current` views, `credits`, and the daily revenue: what analysts are told to read. */

import { catalogueColumn } from './catalogue-views.js';
import { touchDimensions } from './columns.js';
import { type DailyKey, dailySums, unresolvedKeys } from './daily-sums.js';
import { createView } from './define-table.js';
import { type ResolvedDimension, resolved } from './resolve.js';

const allDimensions: readonly ResolvedDimension[] = [
  'platform',
  'medium',
  'media_type',
  'post_id',
  'influencer_id',
  'campaign_id',
  'link_id',
  'program_id',
];
const unresolved = touchDimensions.map(([name]) => name);

const orders = createView(
  'orders_current',
  'Orders: one row each, amounts in minor units of the currency.',
  `SELECT workspace, order_id, person_id, ordered_at AS occurred_at, currency, gross, tax, shipping,
  refunded, net, new_customer, coupon_codes, items, eligible AS eligible_touchpoints,
  cut AS touchpoints_cut, recorded_at
FROM rosi.order_records FINAL`,
);

const touchNames = ['touchpoint_id', 'type', 'touched_at', ...unresolved];
const creditArrays = ['credit_model', 'credit', 'credit_share'];

const touches = `(SELECT workspace, order_id, person_id, ordered_at, currency, recorded_at,
    ${[...touchNames, ...creditArrays].map((name) => `touch_${name} AS ${name}`).join(', ')}
  FROM (SELECT workspace, order_id, person_id, ordered_at, currency, recorded_at,
      ${[...touchNames, ...creditArrays].map((name) => `touch_${name}`).join(', ')}
    FROM rosi.order_records FINAL
    ARRAY JOIN ${[...touchNames, ...creditArrays]
      .map((name) => `\`touch.${name}\` AS touch_${name}`)
      .join(', ')})
  WHERE notEmpty(credit_model))`;

/** Of the unattributed rest, which nobody touched: the order's own time. */
const touchedAt = "if(touchpoint_id = 'unattributed', ordered_at, touched_at) AS touched_at";

const creditsCurrent = createView(
  'credits_current',
  'Credit that holds now: one row per order, model and touchpoint with a share. credit in minor ' +
    'units; share is of 1 per order and model. Of touchpoint unattributed, dimensions are empty ' +
    "and touched_at is the order's time.",
  `SELECT workspace, order_id, each_model AS model, touchpoint_id, type, person_id, ordered_at,
  ${touchedAt}, ${allDimensions.join(', ')}, currency, each_credit AS credit,
  each_share / 1e12 AS share, recorded_at
FROM (${resolved({
    dimensions: allDimensions,
    keep: [
      'workspace',
      'order_id',
      'touchpoint_id',
      'type',
      'person_id',
      'ordered_at',
      'touched_at',
      'currency',
      'recorded_at',
      ...creditArrays,
    ],
    source: touches,
  })})
ARRAY JOIN credit_model AS each_model, credit AS each_credit, credit_share AS each_share`,
);

const credits = createView(
  'credits',
  'Signed deltas: rows of an order, model and touchpoint add up to its credit now. Read ' +
    'credits_current for the net state.',
  `SELECT workspace, order_id, model, touchpoint_id, type, person_id, ordered_at,
  ${touchedAt}, ${allDimensions.join(', ')}, currency, credit, share_parts / 1e12 AS share,
  recorded_at
FROM (${resolved({
    dimensions: allDimensions,
    keep: [
      'workspace',
      'order_id',
      'model',
      'touchpoint_id',
      'type',
      'person_id',
      'ordered_at',
      'touched_at',
      'currency',
      'credit',
      'share_parts',
      'recorded_at',
    ],
    source: 'rosi.credit_deltas',
  })})`,
);

const creditsUnresolved = createView(
  'credits_unresolved',
  'The rows of credits with dimensions as their events stated them. No catalogue is joined, which ' +
    'takes most of the time where neither post, influencer, campaign nor programme is asked for.',
  `SELECT workspace, order_id, model, touchpoint_id, type, person_id, ordered_at,
  if(touchpoint_id = 'unattributed', ordered_at, d.touched_at) AS touched_at,
  ${unresolved.join(', ')}, currency, credit, share_parts / 1e12 AS share, recorded_at
FROM rosi.credit_deltas AS d`,
);

const touchpointColumns = ['workspace', 'touchpoint_id', 'person_id', 'type', 'occurred_at'];

const ownsCoupon = ['influencer_id', 'post_id', 'program_id']
  .map((name) => `${catalogueColumn(name)} != ''`)
  .join(' OR ');

/** Touchpoints of events with their person, and one per owned coupon code of each order. */
const allTouchpoints = `(SELECT t.workspace AS workspace, t.touchpoint_id AS touchpoint_id,
    i.person_id AS person_id, toString(t.type) AS type, t.occurred_at AS occurred_at,
    ${unresolved.map((name) => `toString(t.${name}) AS ${name}`).join(', ')},
    toString(t.identifier_type) AS identifier_type, t.identifier AS identifier
  FROM (SELECT * FROM rosi.touchpoints FINAL) AS t
  LEFT ANY JOIN (SELECT workspace, identifier_type, identifier, person_id
    FROM rosi.identities FINAL) AS i
    ON i.workspace = t.workspace AND i.identifier_type = t.identifier_type
      AND i.identifier = t.identifier
  UNION ALL
  SELECT o.workspace AS workspace, concat('coupon:', o.order_id, ':', o.code) AS touchpoint_id,
    o.person_id AS person_id, 'coupon' AS type, o.ordered_at AS occurred_at,
    ${unresolved
      .map((name) => {
        if (name === 'medium') return "'coupon' AS medium";
        return name === 'coupon_code' ? 'o.code AS coupon_code' : `'' AS ${name}`;
      })
      .join(', ')},
    'order_id' AS identifier_type, o.order_id AS identifier
  FROM (SELECT workspace, order_id, person_id, ordered_at, code
    FROM rosi.order_records FINAL ARRAY JOIN coupon_codes AS code) AS o
  INNER JOIN (SELECT workspace, id FROM rosi.catalogue_entries FINAL
    WHERE kind = 'coupon' AND (${ownsCoupon})) AS owned
    ON owned.workspace = o.workspace AND owned.id = o.code)`;

const touchpoints = createView(
  'touchpoints_current',
  "Touchpoints: one row each, with the person of its event's strongest identifier (empty: " +
    "nobody's) and dimensions by the catalogue as it is now.",
  resolved({
    dimensions: allDimensions,
    keep: [...touchpointColumns, 'identifier_type', 'identifier', 'coupon_code'],
    source: allTouchpoints,
  }),
);

const identities = createView(
  'identities_current',
  'Identifiers that an accepted event of no bot carried, each with its person.',
  `SELECT workspace, identifier_type, identifier, person_id, shared, recorded_at
FROM rosi.identities FINAL`,
);

const events = createView(
  'events_current',
  'Accepted events, each once. Dimensions are as the events stated them or as derived from their ' +
    'page; the catalogue is not joined.',
  `SELECT workspace, event_id, type, occurred_at, received_at, source, identifier_type, identifier,
  platform, medium, media_type, post_id, influencer_id, campaign_id, link_id, program_id,
  utm_source, utm_medium, utm_campaign, utm_content, utm_term, order_id, interaction_kind, text,
  url, referrer, title, touchpoint, bot, consent, properties
FROM rosi.events FINAL`,
);

const dailyDimensions: Readonly<Record<DailyKey, readonly ResolvedDimension[]>> = {
  post: ['post_id'],
  influencer: ['influencer_id'],
  campaign: ['campaign_id'],
  channel: ['platform', 'medium', 'media_type'],
};

const revenueComment = (key: DailyKey) =>
  `Attributed revenue by day (of the order, in the workspace's time zone), ${dailyDimensions[key].join(', ')}, ` +
  'model and currency. credit in minor units; orders is the sum of shares. Credit without a ' +
  "key stands under '', so that each model's rows add up to the net of the orders.";

function revenue(key: DailyKey): string {
  const dimensions = dailyDimensions[key];
  const group = `workspace, day, ${dimensions.join(', ')}, model, currency`;
  return createView(
    `revenue_by_${key}_daily`,
    revenueComment(key),
    `SELECT ${group}, sum(change) AS credit, toFloat64(sum(change_parts)) / 1e12 AS orders
FROM (${resolved({
      dimensions,
      keep: ['workspace', 'day', 'model', 'currency', 'change', 'change_parts'],
      source: `(SELECT workspace, day, model, currency, ${unresolvedKeys[key].join(', ')},
    credit AS change, share_parts AS change_parts FROM rosi.${dailySums(key)})`,
      unresolved: unresolvedKeys[key],
    })})
GROUP BY ${group}
HAVING sum(change) != 0 OR sum(change_parts) != 0`,
  );
}

const channelKeys = 'workspace, day, model, currency';
const channelSums = (coupon: '=' | '!=') => `(SELECT ${channelKeys}, platform, medium, media_type,
    coupon_code, credit AS change, share_parts AS change_parts
  FROM rosi.${dailySums('channel')} WHERE coupon_code ${coupon} '')`;

/** Only a coupon's channel is its post's: all others need no catalogue. */
const revenueByChannel = createView(
  'revenue_by_channel_daily',
  revenueComment('channel'),
  `SELECT workspace, day, platform, medium, media_type, model, currency, sum(change) AS credit,
  toFloat64(sum(change_parts)) / 1e12 AS orders
FROM (SELECT ${channelKeys}, toString(platform) AS platform, medium,
    toString(media_type) AS media_type, change, change_parts
  FROM ${channelSums('=')}
  UNION ALL
  SELECT ${channelKeys}, platform, medium, media_type, change, change_parts
  FROM (${resolved({
    dimensions: dailyDimensions.channel,
    keep: ['workspace', 'day', 'model', 'currency', 'change', 'change_parts'],
    source: channelSums('!='),
    unresolved: unresolvedKeys.channel,
  })}))
GROUP BY workspace, day, platform, medium, media_type, model, currency
HAVING sum(change) != 0 OR sum(change_parts) != 0`,
);

/** Of the sums with the fewest rows, each of which holds all credit, added up by day already. */
const revenueDaily = createView(
  'revenue_daily',
  "Attributed revenue by day (of the order, in the workspace's time zone), model and currency: the " +
    'net of orders, whatever it is credited to. credit in minor units; orders is the sum of shares.',
  `SELECT workspace, day, model, currency, sum(change) AS credit,
  toFloat64(sum(change_parts)) / 1e12 AS orders
FROM (SELECT workspace, day, model, currency, credit AS change, share_parts AS change_parts
  FROM rosi.${dailySums('channel')})
GROUP BY workspace, day, model, currency
HAVING sum(change) != 0 OR sum(change_parts) != 0`,
);

/** Views that join the catalogue, and the sums that need none. */
export const resolvedViews: readonly string[] = [
  creditsCurrent,
  credits,
  touchpoints,
  revenue('post'),
  revenue('influencer'),
  revenue('campaign'),
  revenueByChannel,
  revenueDaily,
];

export const plainViews: readonly string[] = [orders, identities, events, creditsUnresolved];
