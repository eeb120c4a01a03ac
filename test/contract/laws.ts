/**
 * What holds over all orders at once in every settled product, whatever was sent: the books
 * balance, and nothing personal stands anywhere in clear.
 */
import type { Row } from '../harness/answers.js';
import type { Product } from '../harness/product.js';

export interface Law {
  readonly title: string;
  /** Rows that break the law; none when it holds. */
  broken(product: Product, timezone: string): Promise<Row[]>;
}
const noRows = (title: string, sql: string): Law => ({ title, broken: (p) => p.sql(sql) });

const dailyKeys = {
  post: 'post_id',
  influencer: 'influencer_id',
  campaign: 'campaign_id',
  channel: 'platform, medium, media_type',
};
const clear = ['@example.org', '+336', '0612345678', '203.0.113.77', '2001:db8::7777'];

/** Every text column of every table, searched for what was only ever sent to be hidden. */
async function clearText(product: Product): Promise<Row[]> {
  const columns = await product.sql(
    `SELECT table, name FROM system.columns c JOIN system.tables t
       ON c.database = t.database AND c.table = t.name
     WHERE c.database = 'rosi' AND t.engine LIKE '%MergeTree' AND c.type LIKE '%String%'`,
  );
  const found: Row[] = [];
  for (const [table, rows] of byTable(columns)) {
    const text = rows.map((row) => `toString(\`${row['name']}\`)`).join(`, ' ', `);
    const needles = clear.map((needle) => `'${needle}'`).join(', ');
    found.push(
      ...(await product.sql(
        `SELECT '${table}' AS table, substring(written, 1, 300) AS text
         FROM (SELECT concat(' ', ${text}) AS written FROM \`${table}\`)
         WHERE multiSearchAnyCaseInsensitive(written, [${needles}]) LIMIT 3`,
      )),
    );
  }
  return found;
}
function byTable(rows: readonly Row[]): Map<string, Row[]> {
  const result = new Map<string, Row[]>();
  for (const row of rows) {
    const name = String(row['table']);
    result.set(name, [...(result.get(name) ?? []), row]);
  }
  return result;
}

export const laws: readonly Law[] = [
  noRows(
    "one model's credits of one order sum to its net to the unit",
    `SELECT o.order_id AS order_id, o.net AS net, c.sums AS sums FROM orders_current o
     LEFT JOIN (
       SELECT workspace, order_id, groupArray(credit) AS sums, count() AS models
       FROM (SELECT workspace, order_id, model, sum(credit) AS credit FROM credits_current
             GROUP BY workspace, order_id, model)
       GROUP BY workspace, order_id) c
       ON o.workspace = c.workspace AND o.order_id = c.order_id
     WHERE if(o.net = 0, length(c.sums) != 0, c.models != 6 OR arrayExists(s -> s != o.net, c.sums))
     LIMIT 5`,
  ),
  noRows(
    'credit belongs to an order that is there',
    `SELECT order_id FROM credits_current WHERE order_id NOT IN
       (SELECT order_id FROM orders_current) LIMIT 5`,
  ),
  noRows(
    'shares are of 1 per order and model',
    `SELECT order_id, model, sum(share) AS share FROM credits_current
     GROUP BY order_id, model HAVING abs(share - 1) > 1e-9 LIMIT 5`,
  ),
  noRows(
    'the net is never below nothing nor above the total',
    `SELECT order_id, gross, refunded, net FROM orders_current
     WHERE net < 0 OR net > gross LIMIT 5`,
  ),
  noRows(
    'the deltas of credits sum to its current rows',
    `SELECT order_id, model, touchpoint_id, sum(delta) AS off FROM (
       SELECT order_id, model, touchpoint_id, credit AS delta FROM credits
       UNION ALL SELECT order_id, model, touchpoint_id, -credit FROM credits_current)
     GROUP BY order_id, model, touchpoint_id HAVING off != 0 LIMIT 5`,
  ),
  ...Object.keys(dailyKeys).map((key) =>
    noRows(
      `revenue_by_${key}_daily sums to the net, in each model and currency`,
      `SELECT model, currency, sum(amount) AS off FROM (
         SELECT model, currency, credit AS amount FROM revenue_by_${key}_daily
         UNION ALL
         SELECT arrayJoin(['first_touch', 'last_touch', 'last_non_direct', 'linear',
           'position_based', 'time_decay']) AS model, currency, -net FROM orders_current)
       GROUP BY model, currency HAVING off != 0`,
    ),
  ),
  ...Object.entries(dailyKeys).map(
    ([name, keys]): Law => ({
      title: `revenue_by_${name}_daily is credits_current by day, ${keys}`,
      broken: (product, timezone) =>
        product.sql(
          `SELECT day, ${keys}, model, currency, sum(c) AS off, sum(s) AS share_off FROM (
           SELECT day, ${keys}, model, currency, credit AS c, orders AS s
           FROM revenue_by_${name}_daily
           UNION ALL
           SELECT toDate(ordered_at, '${timezone}') AS day, ${keys}, model, currency, -credit, -share
           FROM credits_current)
         GROUP BY day, ${keys}, model, currency HAVING off != 0 OR abs(share_off) > 1e-6 LIMIT 5`,
        ),
    }),
  ),
  noRows(
    "credit is of the order's own person, from the person's own touchpoints",
    `SELECT c.order_id AS order_id, c.touchpoint_id AS touchpoint_id, c.person_id AS person,
       o.person_id AS buyer, t.person_id AS toucher
     FROM credits_current c
     LEFT JOIN orders_current o ON c.workspace = o.workspace AND c.order_id = o.order_id
     LEFT JOIN touchpoints_current t
       ON c.workspace = t.workspace AND c.touchpoint_id = t.touchpoint_id
     WHERE c.person_id != o.person_id
       OR c.touchpoint_id != 'unattributed' AND t.person_id != o.person_id LIMIT 5`,
  ),
  noRows(
    "a touchpoint's person is that of its strongest identifier",
    `SELECT t.touchpoint_id AS touchpoint_id, t.person_id AS person, i.person_id AS expected
     FROM touchpoints_current t
     JOIN events_current e ON t.workspace = e.workspace AND t.touchpoint_id = e.event_id
     LEFT JOIN identities_current i ON e.workspace = i.workspace
       AND e.identifier_type = i.identifier_type AND e.identifier = i.identifier
     WHERE t.person_id != i.person_id LIMIT 5`,
  ),
  noRows(
    "an order's person is that of its order_id, unless bots alone bought",
    `SELECT o.order_id AS order_id, o.person_id AS person, i.person_id AS expected
     FROM orders_current o LEFT JOIN identities_current i
       ON o.workspace = i.workspace AND i.identifier_type = 'order_id' AND i.identifier = o.order_id
     WHERE o.person_id != i.person_id LIMIT 5`,
  ),
  noRows(
    'a known person has one first order, a person known by orders alone has none',
    `SELECT person_id, countIf(new_customer) AS firsts, any(known) AS known FROM (
       SELECT o.person_id AS person_id, o.new_customer AS new_customer, i.known AS known
       FROM orders_current o JOIN (
         SELECT person_id, max(identifier_type != 'order_id') AS known FROM identities_current
         GROUP BY person_id) i ON o.person_id = i.person_id)
     GROUP BY person_id HAVING firsts != known LIMIT 5`,
  ),
  noRows(
    'the daily orders sum to the orders that have a net',
    `SELECT model, sum(n) AS off FROM (
       SELECT model, orders AS n FROM revenue_by_post_daily
       UNION ALL
       SELECT arrayJoin(['first_touch', 'last_touch', 'last_non_direct', 'linear',
         'position_based', 'time_decay']) AS model, -1. FROM orders_current WHERE net != 0)
     GROUP BY model HAVING abs(off) > 1e-6`,
  ),
  noRows(
    'each key has one row',
    `SELECT * FROM (
       SELECT 'touchpoints' AS name, touchpoint_id AS id, count() AS n FROM touchpoints_current
         GROUP BY workspace, touchpoint_id
       UNION ALL SELECT 'events', event_id, count() FROM events_current GROUP BY workspace, event_id
       UNION ALL SELECT 'orders', order_id, count() FROM orders_current GROUP BY workspace, order_id
       UNION ALL SELECT 'identities', concat(identifier_type, ':', identifier), count()
         FROM identities_current GROUP BY workspace, identifier_type, identifier)
     WHERE n > 1 LIMIT 5`,
  ),
  { title: 'no e-mail address, phone number or ip in clear in any table', broken: clearText },
];
