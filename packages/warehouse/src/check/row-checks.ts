/** That keys are keys: in the base tables, of which merges keep one row, and in the views. */
import { BASE_KEYS, isRecordedAgain, keyColumns } from './base-keys.js';
import { type Check, told } from './check.js';

/**
 * Merges leave the newest row of each key; before that, older ones stand beside it, each with a
 * version and a place of its own (or a place alone, of what is recorded again as it was). Grouped in the order of the table, so that nothing is held.
 */
const singleRows = BASE_KEYS.map(({ table, version }): Check => {
  const keys = keyColumns(table).join(', ');
  const places = 'uniqExact(log_partition, log_offset)';
  const due = isRecordedAgain(table) ? places : `least(uniqExact(${version}), ${places})`;
  return {
    name: `${table.replaceAll('_', '-')}-once`,
    law: `${table} holds each record of a key once`,
    table,
    sql: `SELECT ${keys}, ${told({ rows: 'rows' })} AS found, ${told({ rows: 'due' })} AS expected
FROM (SELECT ${keys}, count() AS rows, ${due} AS due
  FROM rosi.${table} GROUP BY ${keys})
WHERE rows != due`,
  };
});

const placesOnce = BASE_KEYS.map(({ table }): Check => {
  const named = keyColumns(table).filter((name) => name !== 'workspace');
  return {
    name: `${table.replaceAll('_', '-')}-places`,
    law: `${table} holds each record of the log once`,
    table,
    sql: `SELECT ${named.map((name) => `any(${name}) AS ${name}_of_one`).join(', ')},
  log_partition, log_offset, ${told({ rows: 'count()' })} AS found, 'rows 1' AS expected
FROM rosi.${table} GROUP BY log_partition, log_offset HAVING count() > 1`,
  };
});

const views: readonly (readonly [view: string, key: string])[] = [
  ['orders_current', 'order_id'],
  ['orders_by_time', 'order_id'],
  ['credits_current', 'order_id, model, touchpoint_id'],
  // Of a coupon: one per order and code, which the id alone need not tell where they have colons.
  ['touchpoints_current', 'touchpoint_id, coupon_code'],
  ['identities_current', 'identifier_type, identifier'],
  ['events_current', 'event_id'],
  ['posts', 'post_id'],
  ['influencers', 'influencer_id'],
  ['campaigns', 'campaign_id'],
  ['links', 'link_id'],
  ['coupons', 'code'],
  ['spend', 'spend_id'],
];

const viewRows = views.map(
  ([view, key]): Check => ({
    name: `${view.replaceAll('_', '-')}-keys`,
    law: `${view} has one row per key`,
    table: view,
    sql: `SELECT workspace, ${key}, ${told({ rows: 'count()' })} AS found, 'rows 1' AS expected
FROM rosi.${view} GROUP BY workspace, ${key} HAVING count() > 1`,
  }),
);

export const rowChecks: readonly Check[] = [...singleRows, ...placesOnce, ...viewRows];
