/**
 * Compares the settled product's tables with what the generator knows: counts, money by currency,
 * conservation of every order and model, persons. Returns the differences in words; none: right.
 */

/**
 * @param {(query: string) => Promise<any[]>} sql
 * @param {ReturnType<import('./expected.mjs').Ledger['expected']>} expected
 */
export async function settledDifferences(sql, expected) {
  const found = [
    ...(await countDifferences(sql, expected)),
    ...(await moneyDifferences(sql, expected)),
    ...(await creditDifferences(sql, expected)),
  ];
  return found.filter((difference) => difference !== null);
}

function compare(what, found, wanted) {
  return Number(found) === wanted ? null : `${what}: ${found} instead of ${wanted}`;
}

async function countDifferences(sql, expected) {
  const types = await sql('SELECT type, count() AS n FROM events_current GROUP BY type');
  const byType = new Map(types.map(({ type, n }) => [type, n]));
  const [{ touchpoints }] = await sql(
    "SELECT count() AS touchpoints FROM touchpoints_current WHERE type != 'coupon'",
  );
  const [{ identifiers, persons }] = await sql(
    'SELECT count() AS identifiers, uniqExact(person_id) AS persons FROM identities_current',
  );
  const tables = { post: 'posts', spend: 'spend' };
  const catalogue = await Promise.all(
    Object.entries(expected.catalogue).map(async ([kind, wanted]) => {
      const table = tables[kind] ?? `${kind}s`;
      const [{ n }] = await sql(`SELECT count() AS n FROM ${table}`);
      return compare(table, n, wanted);
    }),
  );
  return [
    ...Object.entries(expected.types).map(([type, wanted]) =>
      compare(`events_current of type ${type}`, byType.get(type) ?? 0, wanted),
    ),
    compare('touchpoints_current', touchpoints, expected.touchpoints),
    compare('identities_current', identifiers, expected.identifiers),
    compare('persons', persons, expected.persons),
    ...catalogue,
  ];
}

async function moneyDifferences(sql, expected) {
  const rows = await sql(
    `SELECT currency, count() AS orders, sum(gross) AS gross, sum(refunded) AS refunded,
      sum(net) AS net FROM orders_current GROUP BY currency`,
  );
  const byCurrency = new Map(rows.map((row) => [row.currency, row]));
  return Object.entries(expected.money).flatMap(([currency, wanted]) => {
    const row = byCurrency.get(currency) ?? {};
    return ['orders', 'gross', 'refunded', 'net'].map((name) =>
      compare(`orders_current ${currency} ${name}`, row[name] ?? 0, wanted[name]),
    );
  });
}

async function creditDifferences(sql, expected) {
  const rows = await sql(
    `SELECT currency, model, sum(credit) AS credit, round(sum(share), 4) AS shares
      FROM credits_current GROUP BY currency, model`,
  );
  const daily = await sql(
    `SELECT currency, model, sum(credit) AS credit FROM revenue_by_channel_daily
      GROUP BY currency, model`,
  );
  const [{ unbalanced }] = await sql(
    `SELECT count() AS unbalanced FROM (
      SELECT order_id, model, sum(credit) AS credit FROM credits_current GROUP BY order_id, model
    ) AS credited INNER JOIN orders_current AS orders USING (order_id)
    WHERE credited.credit != orders.net`,
  );
  const figure = (from, currency, model, name) =>
    from.find((row) => row.currency === currency && row.model === model)?.[name] ?? 0;
  const models = [...new Set(rows.map(({ model }) => model))];
  return [
    compare('models', models.length, 6),
    compare('orders whose credit is not their net', unbalanced, 0),
    ...Object.entries(expected.money).flatMap(([currency, { net, withCredit }]) =>
      models.flatMap((model) => [
        compare(`credit ${currency} ${model}`, figure(rows, currency, model, 'credit'), net),
        compare(`shares ${currency} ${model}`, figure(rows, currency, model, 'shares'), withCredit),
        compare(`daily ${currency} ${model}`, figure(daily, currency, model, 'credit'), net),
      ]),
    ),
  ];
}
