/**
 * Fills a ClickHouse with the query benchmark's shop through the loader's own insert path, so that
 * the materialized views are fed, in time order and in batches as the loader makes them; then holds
 * the tables against what was put in.
 */
import {
  catalogueEntryRow,
  eventRow,
  identityRow,
  orderRow,
  rowBlock,
  touchpointRow,
} from '@rosi/warehouse';
import { catalogueOf, catalogueRecords } from './queries-catalogue.mjs';
import { creditsPerOrder, shopOrders } from './queries-data.mjs';

/** Orders are wide; of the rest more at once, which leaves fewer parts to merge. */
const rowsPerInsert = (table) => (table === 'order_records' ? 20_000 : 100_000);
/** Refunds are recorded so many orders later than their purchase. */
const refundDelayOrders = 10_000;

/** @param {import('@rosi/warehouse').Warehouse} warehouse @param {number} credits about how many */
export async function fill(warehouse, credits, say) {
  const orders = Math.round(credits / creditsPerOrder);
  await warehouse.migrate({ timezone: 'UTC', logUuid: `queries-${credits}`, loadedBefore: false });
  const writer = writerOf(warehouse, await loadedBefore(warehouse));
  const catalogue = catalogueRecords(catalogueOf(orders));
  for (const record of catalogue) await writer.add('catalogue_entries', record, catalogueEntryRow);
  const totals = {
    orders: 0,
    touchpoints: 0,
    events: 0,
    identities: 0,
    credits: 0,
    net: new Map(),
  };
  const waiting = [];
  for (const order of shopOrders({ orders })) {
    const [first, refund] = order.records;
    await writer.add('order_records', first, orderRow);
    if (refund !== undefined) waiting.push({ due: totals.orders + refundDelayOrders, refund });
    while (waiting[0]?.due <= totals.orders) {
      await writer.add('order_records', waiting.shift().refund, orderRow);
    }
    for (const row of order.touchpoints) await writer.add('touchpoints', row, touchpointRow);
    for (const row of order.identities) await writer.add('identities', row, identityRow);
    for (const row of order.events) await writer.add('events', row, eventRow);
    count(totals, order);
    if (totals.orders % 50_000 === 0) say(`${totals.orders} of ${orders} orders`);
  }
  for (const { refund } of waiting) await writer.add('order_records', refund, orderRow);
  await writer.end();
  // As ten minutes without inserts leave it (packages/warehouse/src/schema/order-times.ts).
  await warehouse.command('OPTIMIZE TABLE rosi.order_times FINAL');
  await check(warehouse, totals);
  return totals;
}

function count(totals, { records, touchpoints, identities, events }) {
  const { credits, currency, net } = records.at(-1);
  totals.orders += 1;
  totals.credits += credits.length;
  totals.touchpoints += touchpoints.length;
  totals.identities += identities.length;
  totals.events += events.length;
  totals.net.set(currency, (totals.net.get(currency) ?? 0) + net);
}

/** A fill that was interrupted goes on behind what is there: the same seed makes the same rows. */
async function loadedBefore(warehouse) {
  const tables = ['catalogue_entries', 'order_records', 'touchpoints', 'identities', 'events'];
  const next = async (table) => {
    const [row] = await warehouse.query(
      `SELECT if(count() = 0, 0, max(log_offset) + 1) AS next FROM rosi.${table}`,
    );
    return [table, row.next];
  };
  return new Map(await Promise.all(tables.map(next)));
}

/** Batches by table; each record has its place in the table's log. */
function writerOf(warehouse, loaded) {
  const tables = new Map();
  const flush = async (table, state) => {
    const rows = state.rows.splice(0);
    if (rows.length === 0) return;
    await warehouse.insertBatch(rowBlock(table, rows), `${table}:${state.offset}`);
  };
  return {
    async add(table, record, rowOf) {
      const state = tables.get(table) ?? { offset: 0, rows: [] };
      tables.set(table, state);
      const offset = state.offset++;
      if (offset < loaded.get(table)) return;
      state.rows.push(rowOf(record, { partition: 0, offset }));
      if (state.rows.length >= rowsPerInsert(table)) await flush(table, state);
    },
    async end() {
      for (const [table, state] of tables) await flush(table, state);
    },
  };
}

const models = 6;

function equal(what, found, expected) {
  const [was, due] = [found, expected].map((values) =>
    JSON.stringify(Object.entries(values).sort()),
  );
  if (was !== due) throw new Error(`${what}: ${was} instead of ${due}`);
}

async function check(warehouse, totals) {
  const one = async (sql) => (await warehouse.query(sql))[0];
  const counts = await one(`SELECT (SELECT count() FROM rosi.orders_current) AS orders,
    (SELECT count() FROM rosi.touchpoints FINAL) AS touchpoints,
    (SELECT count() FROM rosi.identities_current) AS identities,
    (SELECT count() FROM rosi.events_current) AS events,
    (SELECT sum(length(arrayFlatten(\`touch.credit\`))) FROM rosi.order_records FINAL) AS credits`);
  const { net, ...expected } = totals;
  equal('rows', counts, expected);
  const sums = { orders_current: 'sum(net)', orders_by_time: 'sum(net)' };
  for (const key of ['post', 'influencer', 'campaign', 'channel']) {
    sums[`revenue_by_${key}_daily`] = `sum(credit) / ${models}`;
  }
  for (const view of ['credits', 'credits_unresolved', 'revenue_daily']) {
    sums[view] = `sum(credit) / ${models}`;
  }
  for (const [table, sum] of Object.entries(sums)) {
    const rows = await warehouse.query(
      `SELECT currency, toInt64(${sum}) AS total FROM rosi.${table} GROUP BY currency`,
    );
    const found = Object.fromEntries(rows.map(({ currency, total }) => [currency, total]));
    equal(table, found, Object.fromEntries(net));
  }
}
