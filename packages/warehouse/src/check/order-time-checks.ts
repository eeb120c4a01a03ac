/**
 * Orders in order of time against the newest records of orders. A row that stands there twice is none
 * too many: of each order and time the highest revision counts.
 */
import { type Check, told } from './check.js';

const columns = [
  'person_id',
  'ordered_at',
  'currency',
  'gross',
  'tax',
  'shipping',
  'refunded',
].concat('net', 'new_customer');
const said = told(Object.fromEntries(columns.map((name) => [name, name])));

const sameOrders: Check = {
  name: 'order-times',
  law: 'orders in order of time are the orders, each once and as its newest record has it',
  table: 'order_times',
  sql: `SELECT workspace, order_id,
  concat(toString(sum(shown)), ' rows', if(sum(shown) = 0, '', concat(': ', anyIf(said, shown = 1))))
    AS found,
  if(sum(shown = 0) = 0, 'no order', concat('1 rows: ', anyIf(said, shown = 0))) AS expected
FROM (SELECT workspace, order_id, ${said} AS said, 1 AS shown FROM rosi.order_times FINAL
  UNION ALL SELECT workspace, order_id, ${said} AS said, 0 AS shown FROM rosi.order_records FINAL)
GROUP BY workspace, order_id
HAVING sum(shown) != 1 OR count() != 2 OR min(said) != max(said)`,
};

export const orderTimeChecks: readonly Check[] = [sameOrders];
