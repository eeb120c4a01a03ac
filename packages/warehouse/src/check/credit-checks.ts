/** The tables that feeds fill, against the records that they were filled from. */
import { dailyKeys, dailySums, sumsComparison } from '../schema/daily-sums.js';
import { type Check, told } from './check.js';
import { creditColumns, newestCredits } from './credited-touches.js';

const columns = `workspace, order_id, model, ${creditColumns.join(', ')}`;

/** Orders that are looked at closely; of more the rest is not even counted. */
const ORDERS_MAX = 100_000;

/**
 * An order's rows as two numbers: amounts times a hash of what they belong to, modulo 2^64. Equal
 * when all rows add up, and hardly ever otherwise; ten times as quick as adding up each row.
 */
const weighed = (credit: string, share: string, sign: '' | '-') => {
  const hash = `cityHash64(model, ${creditColumns.join(', ')})`;
  const product = (amount: string) => `reinterpretAsUInt64(toInt64(${sign}${amount})) * ${hash}`;
  return `workspace, order_id, ${product(credit)} AS credits, ${product(share)} AS shares`;
};

const suspects = `SELECT workspace, order_id
  FROM (SELECT ${weighed('credit', 'share_parts', '')} FROM rosi.credit_deltas
    UNION ALL SELECT ${weighed('due', 'due_parts', '-')} FROM (${newestCredits}))
  GROUP BY workspace, order_id HAVING sum(credits) != 0 OR sum(shares) != 0 LIMIT ${ORDERS_MAX}`;

const deltaSums: Check = {
  name: 'credit-deltas',
  law: "the signed differences of each order add up to its newest record's credits",
  table: 'credit_deltas',
  sql: `SELECT workspace, order_id, model, touchpoint_id, person_id, currency,
  ${told({ credit: 'sum(there)', share: 'sum(there_parts)' })} AS found,
  ${told({ credit: 'sum(due)', share: 'sum(due_parts)' })} AS expected
FROM (SELECT ${columns}, credit AS there, share_parts AS there_parts, 0 AS due, 0 AS due_parts
    FROM rosi.credit_deltas
  UNION ALL SELECT ${columns}, 0 AS there, 0 AS there_parts, due, due_parts FROM (${newestCredits}))
WHERE (workspace, order_id) IN (${suspects})
GROUP BY ${columns}
HAVING sum(there) != sum(due) OR sum(there_parts) != sum(due_parts)`,
};

/** Of records that newer ones have replaced only the log knows; see record-checks.ts. */
const deltaRows: Check = {
  name: 'credit-delta-rows',
  law: 'each record of an order has each of its signed differences once',
  table: 'credit_deltas',
  sql: `SELECT workspace, order_id, log_partition, log_offset,
  ${told({ rows: 'sum(there)' })} AS found, ${told({ rows: 'max(due)' })} AS expected
FROM (SELECT workspace, order_id, log_partition, log_offset, 1 AS there, 0 AS due, 0 AS known
    FROM rosi.credit_deltas
  UNION ALL SELECT workspace, order_id, log_partition, log_offset, 0 AS there,
      length(arrayFlatten(CAST(\`touch.delta_credit\`, 'Array(Array(Int64))'))) AS due, 1 AS known
    FROM rosi.order_records)
GROUP BY workspace, order_id, log_partition, log_offset
HAVING max(known) = 1 AND sum(there) != max(due)`,
};

/** The time zone is the one that the sums stand for. */
export function creditChecks(timezone: string): readonly Check[] {
  const sums = dailyKeys.map((key): Check => {
    const { keys, sql } = sumsComparison(key, timezone);
    return {
      name: dailySums(key).replaceAll('_', '-'),
      law: `the daily sums by ${key} are those of the newest records, day by day and key by key`,
      table: dailySums(key),
      sql: `SELECT ${keys}, ${told({ credit: 'there', share: 'there_parts' })} AS found,
  ${told({ credit: 'due', share: 'due_parts' })} AS expected
FROM (${sql}) WHERE there != due OR there_parts != due_parts`,
    };
  });
  return [deltaSums, deltaRows, ...sums];
}
