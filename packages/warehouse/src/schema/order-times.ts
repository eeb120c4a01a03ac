/**
 * Orders in order of time, narrow: what is asked of a period reads that period alone, also through
 * FINAL, since the time is part of the key.
 *
 * Where all are read, FINAL costs nothing for quarters that are one part. So each quarter of a year is
 * a partition: what changes an old order disturbs its quarter alone, and a quarter that has had no
 * change for a while is merged into one part. All rows of one place in time are in its quarter, those
 * of orders that are gone from there, too, so that what replaces what never crosses partitions. (Months
 * cost thrice as many parts where a replay brings orders of all times at once, and more to read.)
 *
 * A record of an order is a row at its time. Where the order stood elsewhere before, a row there says
 * that it has gone, with the record's revision: of each place the highest revision counts, however
 * often a row is inserted. So nothing can be counted twice, and what a crash lost is inserted again.
 */
import { logPlace, NAME, revision, TIME, workspace } from './columns.js';
import {
  type Column,
  createFeed,
  createView,
  literal,
  replaceTable,
  type TableDefinition,
} from './define-table.js';
import { fenceOf } from './loader-fence.js';

/** Of order_records, since this table is there. */
export const movedFrom: Column = [
  'moved_from',
  `Array(${TIME})`,
  "The order's time in the record before, when that was another one; else empty.",
];

/** A quarter that has had no insert for so long becomes one part. */
const RESTS_FOR_SECONDS = 600;

const ofOrder = [
  ...['person_id', 'currency', 'gross', 'tax', 'shipping', 'refunded', 'net', 'new_customer'],
];

export const orderTimes: TableDefinition = {
  name: 'order_times',
  comment:
    'One row per record of an order and time, and one with gone = 1 where the order was before. ' +
    'Fed from order_records. Read orders_by_time.',
  engine: 'ReplacingMergeTree(revision, gone)',
  orderBy: ['workspace', 'ordered_at', 'order_id'],
  partitionBy: 'toYear(ordered_at) * 10 + toQuarter(ordered_at)',
  settings: [
    `min_age_to_force_merge_seconds = ${RESTS_FOR_SECONDS}`,
    'min_age_to_force_merge_on_partition_only = 1',
  ],
  columns: [
    workspace,
    ['ordered_at', TIME, "The order's time, or one that it had."],
    ['order_id', 'String', 'The order.'],
    revision,
    ['gone', 'UInt8', '1: the order has another time since this revision.'],
    ...logPlace,
    ['person_id', 'String', "The order's person; empty: nobody's."],
    [
      'person_key',
      "UInt128 MATERIALIZED if(person_id = '', 0, reinterpretAsUInt128(sipHash128(person_id)))",
      'The person as a number, 0: nobody. Quicker to group by, and as exact as uniqExact is.',
    ],
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
  ],
};

/**
 * Where the order was before. Records of builds that did not say so tell it by their differences,
 * unless the order was worth nothing.
 */
const earlier = `arrayFilter(time -> time != ordered_at,
      if(empty(moved_from) AND revision > 1, arrayDistinct(arrayFlatten(\`touch.delta_ordered_at\`)),
        moved_from))`;

/** What a record says: as at its own time, and as gone from where it was. */
const rowsOf = (
  source: string,
) => `SELECT workspace, place AS ordered_at, order_id, revision, place != own AS gone,
  log_partition, log_offset, if(gone, '', person) AS person_id, ${ofOrder.slice(1).join(', ')}
FROM (SELECT workspace, ordered_at AS own, order_id, revision, log_partition, log_offset,
    person_id AS person, ${ofOrder.slice(1).join(', ')},
    arrayConcat([ordered_at], ${earlier}) AS places
  FROM ${source})
ARRAY JOIN places AS place`;

export const ordersByTime = createView(
  'orders_by_time',
  'Orders as in orders_current, without coupon codes and items, quick for a period of occurred_at.',
  `SELECT workspace, order_id, person_id, person_key, ordered_at AS occurred_at,
  ${ofOrder.slice(1).join(', ')}
FROM rosi.order_times FINAL`,
);

export const movedFromStatement = `ALTER TABLE rosi.order_records
ADD COLUMN IF NOT EXISTS ${movedFrom[0]} ${movedFrom[1]} COMMENT ${literal(movedFrom[2])}`;

/** Safe to run again: it begins with an empty table. Orders of all quarters come in one insert. */
export const ordersInTime: readonly string[] = [
  replaceTable(orderTimes),
  fenceOf(orderTimes.name),
  createFeed(
    'order_times_feed',
    orderTimes.name,
    'Feeds order_times with the time of each record, and with the one that it is gone from.',
    rowsOf('rosi.order_records'),
  ),
  `INSERT INTO rosi.order_times
SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0
${rowsOf('rosi.order_records FINAL')}`,
];
