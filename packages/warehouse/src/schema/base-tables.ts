/**
 * The base tables: one row per log record, as the loader inserts them. All but the signed deltas
 * keep the newest record of each key; analysts read the views over them.
 */
import {
  logPlace,
  NAME,
  recordedAt,
  revision,
  TIME,
  touchDimensions,
  workspace,
} from './columns.js';
import type { Column, TableDefinition } from './define-table.js';

const asArray = ([name, type, comment]: Column): Column => [
  `touch.${name}`,
  `Array(${type})`,
  `${comment} One element per touch.`,
];

const meta: TableDefinition = {
  name: 'rosi_meta',
  comment: 'What this database is: the log it holds, its time zone, the migrations applied.',
  engine: 'ReplacingMergeTree(written_at)',
  orderBy: ['workspace', 'name'],
  columns: [
    workspace,
    ['name', 'String', 'log_uuid, timezone, or migration:<number>.'],
    ['value', 'String', 'Its value.'],
    ['written_at', "DateTime64(6, 'UTC')", 'When it was written; the newest counts.'],
  ],
};

const orderRecords: TableDefinition = {
  name: 'order_records',
  comment:
    'One row per ledger record of an order: its row, its credits and the signed differences to ' +
    'the record before, so that they change together. Read orders_current and credits_current.',
  engine: 'ReplacingMergeTree(revision)',
  orderBy: ['workspace', 'order_id'],
  indexes: ['INDEX person_id_index person_id TYPE bloom_filter(0.01) GRANULARITY 1'],
  columns: [
    workspace,
    ['order_id', 'String', 'The order.'],
    revision,
    recordedAt,
    ...logPlace,
    ['person_id', 'String', "The order's person; empty: nobody's."],
    ['ordered_at', TIME, "The order's time."],
    ['currency', NAME, 'ISO 4217.'],
    ['gross', 'Int64', 'Total in minor units.'],
    ['tax', 'Int64', 'Tax in minor units; 0 until stated.'],
    ['shipping', 'Int64', 'Shipping in minor units; 0 until stated.'],
    [
      'refunded',
      'Int64',
      'Sum of its refunds in minor units, not capped by gross; at most 9007199254740990.',
    ],
    ['net', 'Int64', 'max(0, gross - refunded) in minor units.'],
    ['new_customer', 'Bool', "The person's first order; false where known by orders alone."],
    ['cut', 'Bool', 'More touchpoints were eligible than count.'],
    ['coupon_codes', 'Array(String)', 'Codes used.'],
    ['items', 'String', 'Items as sent (JSON), or empty.'],
    ['eligible', 'UInt32', 'The first so many touches are the eligible ones, in order.'],
    ['touch.touchpoint_id', 'Array(String)', 'Touchpoint, or unattributed.'],
    ['touch.type', `Array(${NAME})`, 'view, click, interaction, page or coupon.'],
    ['touch.touched_at', `Array(${TIME})`, 'When each was touched.'],
    ...touchDimensions.map(asArray),
    ['touch.credit_model', `Array(Array(${NAME}))`, 'Per touch: models that credit it.'],
    ['touch.credit', 'Array(Array(Int64))', 'Per touch and model: credit in minor units.'],
    ['touch.credit_share', 'Array(Array(Int64))', 'Per touch and model: share in parts of 10^12.'],
    ['touch.delta_model', `Array(Array(${NAME}))`, 'Per touch: models of its signed differences.'],
    ['touch.delta_person_id', 'Array(Array(String))', 'Person of the differing row.'],
    ['touch.delta_ordered_at', `Array(Array(${TIME}))`, 'Order time of the differing row.'],
    ['touch.delta_currency', `Array(Array(${NAME}))`, 'Currency of the differing row.'],
    ['touch.delta_credit', 'Array(Array(Int64))', 'Signed credit in minor units.'],
    ['touch.delta_share', 'Array(Array(Int64))', 'Signed share in parts of 10^12.'],
  ],
};

const creditDeltas: TableDefinition = {
  name: 'credit_deltas',
  comment:
    'Signed deltas: rows add up to the credit that holds now; a single row means little. ' +
    'Fed from order_records. Dimensions are as the events stated them. Read credits_current.',
  engine: 'MergeTree',
  orderBy: ['workspace', 'order_id', 'model', 'touchpoint_id'],
  columns: [
    workspace,
    ['order_id', 'String', 'The order.'],
    ['model', NAME, 'Attribution model.'],
    ['touchpoint_id', 'String', 'The touchpoint, or unattributed.'],
    ['type', NAME, "The touchpoint's type; empty for unattributed."],
    ['person_id', 'String', "The row's person."],
    ['ordered_at', TIME, "The row's order time."],
    ['touched_at', TIME, "The touchpoint's time."],
    ...touchDimensions,
    ['currency', NAME, 'ISO 4217.'],
    ['credit', 'Int64', 'Signed credit in minor units.'],
    ['share_parts', 'Int64', 'Signed share in parts of 10^12.'],
    recordedAt,
    ...logPlace,
  ],
};

const touchpoints: TableDefinition = {
  name: 'touchpoints',
  comment: 'One row per ledger record of a touchpoint. Read touchpoints_current.',
  engine: 'ReplacingMergeTree(revision)',
  orderBy: ['workspace', 'touchpoint_id'],
  indexes: ['INDEX identifier_index identifier TYPE bloom_filter(0.01) GRANULARITY 1'],
  columns: [
    workspace,
    ['touchpoint_id', 'String', 'The event_id of its event.'],
    revision,
    recordedAt,
    ...logPlace,
    ['identifier_type', NAME, "Type of the event's strongest identifier; empty: nobody's."],
    ['identifier', 'String', 'Its value (e-mail and phone: keyed hash).'],
    ['type', NAME, 'view, click, interaction or page.'],
    ['occurred_at', TIME, 'When it happened.'],
    ...touchDimensions,
  ],
};

const identities: TableDefinition = {
  name: 'identities',
  comment: 'One row per ledger record of an identifier. Read identities_current.',
  engine: 'ReplacingMergeTree(revision)',
  orderBy: ['workspace', 'identifier_type', 'identifier'],
  indexes: ['INDEX person_id_index person_id TYPE bloom_filter(0.01) GRANULARITY 1'],
  columns: [
    workspace,
    ['identifier_type', NAME, 'order_id, user_id, customer_id, email, phone, handle, …'],
    ['identifier', 'String', 'Its value (e-mail and phone: keyed hash).'],
    revision,
    recordedAt,
    ...logPlace,
    ['person_id', 'String', 'The person it belongs to.'],
    ['shared', 'Bool', 'Judged shared: it joins nothing.'],
  ],
};

const events: TableDefinition = {
  name: 'events',
  comment: 'One row per accepted copy of an event. Read events_current, where each counts once.',
  engine: 'ReplacingMergeTree(precedence)',
  orderBy: ['workspace', 'event_id'],
  indexes: [
    'INDEX identifier_index identifier TYPE bloom_filter(0.01) GRANULARITY 1',
    'INDEX occurred_at_index occurred_at TYPE minmax GRANULARITY 1',
  ],
  columns: [
    workspace,
    ['event_id', 'String', 'Idempotency key.'],
    ...logPlace,
    [
      'precedence',
      'UInt64 MATERIALIZED 9223372036854775807 - log_offset',
      'Grows towards the first copy, which is the one that counts.',
    ],
    ['type', NAME, 'view, click, interaction, page, lead, purchase, refund, …'],
    ['occurred_at', TIME, 'When it happened.'],
    ['received_at', TIME, 'When the collector took it.'],
    ['source', NAME, 'pixel, link, server, import, webhook:<name> or connector:<name>.'],
    ['identifier_type', NAME, 'Type of the strongest identifier; empty when none.'],
    ['identifier', 'String', 'Its value (e-mail and phone: keyed hash).'],
    ...touchDimensions.filter(([name]) => name !== 'utm_campaign' && name !== 'coupon_code'),
    ['utm_source', 'String', 'utm_source.'],
    ['utm_medium', 'String', 'utm_medium.'],
    ['utm_campaign', 'String', 'utm_campaign.'],
    ['utm_content', 'String', 'utm_content.'],
    ['utm_term', 'String', 'utm_term.'],
    ['order_id', 'String', 'Order of a purchase or refund; empty for others.'],
    ['interaction_kind', NAME, 'like, share, comment, …; empty for others.'],
    ['text', 'String', 'Text of an interaction, personal data masked.'],
    ['url', 'String', 'Page address, personal data masked.'],
    ['referrer', 'String', 'Address before it, personal data masked.'],
    ['title', 'String', 'Page title.'],
    ['touchpoint', 'Bool', 'The rules make it a touchpoint.'],
    ['bot', 'Bool', 'Declared crawler, link preview, HEAD or prefetch.'],
    ['consent', 'String', 'JSON of what was stated: {"analytics":true,"marketing":false}.'],
    ['properties', 'String', 'JSON object, personal data masked.'],
  ],
};

const catalogueEntries: TableDefinition = {
  name: 'catalogue_entries',
  comment: 'One row per ledger record of a catalogue entry. Read posts, links, coupons, …',
  engine: 'ReplacingMergeTree(revision)',
  orderBy: ['workspace', 'kind', 'id'],
  columns: [
    workspace,
    ['kind', NAME, 'post, influencer, campaign, link, coupon or spend.'],
    ['id', 'String', 'Its id within the kind.'],
    revision,
    recordedAt,
    ...logPlace,
    ['event_id', 'String', 'The event of the version that counts.'],
    ['occurred_at', TIME, "That event's time."],
    ['entry', 'String', 'The normalised body (JSON).'],
  ],
};

export const baseTables: readonly TableDefinition[] = [
  meta,
  orderRecords,
  creditDeltas,
  touchpoints,
  identities,
  events,
  catalogueEntries,
];
