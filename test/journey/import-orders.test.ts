/**
 * A file of orders through the real command and the real product: once, again, zipped, and by an
 * import that is killed half-way with answers outstanding. Guarantees: what is expected is summed
 * here from the rows as they were made.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../generator/random.js';
import { makeDataDir, type Product, removeDataDir, startProduct } from '../harness/product.js';
import {
  answeredEvents,
  csvLine,
  fileIn,
  importReport,
  startImport,
  waitAnswered,
} from './import-command.js';
import { type Gate, openGate } from './import-gate.js';
import { fingerprint } from './import-tables.js';

const seed = 20_240_501;
const rowsMax = 3_000;
const customersMax = 400;
const testMsMax = 120_000;
const dayMs = 86_400_000;
const batchEvents = 1_000;

interface OrderRow {
  readonly orderId: string;
  readonly orderedAt: number;
  readonly customer: string;
  readonly currency: 'EUR' | 'USD';
  /** Minor units, two digits in both currencies. */
  readonly total: number;
  readonly tax: number;
  readonly shipping: number;
}

function makeRows(): readonly OrderRow[] {
  const random = new Random(seed);
  return Array.from({ length: rowsMax }, (_, index) => {
    const total = random.integer(1, 50_000);
    return {
      orderId: `s-${index}`,
      orderedAt: Date.UTC(2023, 0, 1) + random.integer(0, 365 * dayMs),
      customer: `c-${random.integer(1, customersMax)}`,
      currency: random.chance(0.3) ? 'USD' : 'EUR',
      total,
      tax: Math.floor(total / 6),
      shipping: random.pick([0, 490]),
    };
  });
}

const decimal = (minor: number) =>
  `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;

function csvOf(rows: readonly OrderRow[]): string {
  const header = 'order_id,ordered_at,customer_id,total,currency,tax,shipping';
  const lines = rows.map((row) =>
    csvLine([
      row.orderId,
      new Date(row.orderedAt).toISOString(),
      row.customer,
      decimal(row.total),
      row.currency,
      decimal(row.tax),
      decimal(row.shipping),
    ]),
  );
  return `${[header, ...lines].join('\n')}\n`;
}

/** Sums of the rows by a key, in the order of the key. */
function sumsBy(rows: readonly OrderRow[], keyOf: (row: OrderRow) => string) {
  const sums = new Map<string, { orders: number; gross: number; tax: number; shipping: number }>();
  for (const row of rows) {
    const sum = sums.get(keyOf(row)) ?? { orders: 0, gross: 0, tax: 0, shipping: 0 };
    sum.orders += 1;
    sum.gross += row.total;
    sum.tax += row.tax;
    sum.shipping += row.shipping;
    sums.set(keyOf(row), sum);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, sum]) => ({ key, ...sum }));
}

/** Each customer's first order, by time and then by id. */
function firstOrders(rows: readonly OrderRow[]): readonly string[] {
  const inOrder = rows.toSorted(
    (a, b) => a.orderedAt - b.orderedAt || (a.orderId < b.orderId ? -1 : 1),
  );
  const first = new Map<string, string>();
  for (const { customer, orderId } of inOrder) {
    if (!first.has(customer)) first.set(customer, orderId);
  }
  return [...first.values()].sort();
}

const rows = makeRows();
const csv = csvOf(rows);
const customers = new Set(rows.map((row) => row.customer)).size;
let dataDirs: string[] = [];
let products: Product[] = [];
let gate: Gate | null = null;
/** The tables after one plain import, for the others to equal. */
let once: unknown;

async function start(): Promise<Product> {
  const dataDir = await makeDataDir();
  dataDirs.push(dataDir);
  const product = await startProduct({ dataDir });
  products.push(product);
  return product;
}
afterAll(async () => {
  await gate?.close();
  await Promise.all(products.map((product) => product.kill()));
  await Promise.all(dataDirs.map(removeDataDir));
  [products, dataDirs] = [[], []];
});

describe('3,000 orders of a CSV file', () => {
  let product: Product;
  let path: string;
  beforeAll(async () => {
    product = await start();
    path = await fileIn(product, 'orders.csv', csv);
  });

  it(
    'are the books of the file, by currency, customer and day',
    async () => {
      const report = await importReport(product, ['orders', path]);
      expect(report).toMatchObject({
        sent: rowsMax,
        accepted: rowsMax,
        rejected: 0,
        skipped: {},
        resumedAfter: 0,
      });
      await product.settle();
      const sums = 'count() AS orders, sum(gross) AS gross, sum(tax) AS tax, sum(shipping)';
      expect(
        await product.sql(`SELECT currency AS key, ${sums} AS shipping FROM orders_current
          GROUP BY key ORDER BY key`),
      ).toEqual(sumsBy(rows, (row) => row.currency));
      const net = 'sum(net) = sum(gross) AS unrefunded';
      expect(
        await product.sql(`SELECT uniqExact(person_id) AS people, ${net} FROM orders_current`),
      ).toEqual([{ people: customers, unrefunded: 1 }]);
      once = await fingerprint(product);
    },
    testMsMax,
  );

  it('know the first order of every customer', async () => {
    const found = await product.sql(
      'SELECT order_id FROM orders_current WHERE new_customer ORDER BY order_id',
    );
    expect(found.map((row) => row['order_id'])).toEqual(firstOrders(rows));
  });

  it('stand in the daily tables by every model, on their own days', async () => {
    const found = await product.sql(
      `SELECT concat(toString(day), ' ', currency, ' ', model) AS key, sum(credit) AS gross
       FROM revenue_by_channel_daily GROUP BY key ORDER BY key`,
    );
    const models = await product.sql('SELECT DISTINCT model FROM credits_current');
    expect(models).toHaveLength(6);
    const expected = models.flatMap(({ model }) =>
      sumsBy(rows, (row) => {
        const day = new Date(row.orderedAt).toISOString().slice(0, 10);
        return `${day} ${row.currency} ${model}`;
      }),
    );
    expect(found).toEqual(
      expected.map(({ key, gross }) => ({ key, gross })).sort((a, b) => (a.key < b.key ? -1 : 1)),
    );
  });

  it(
    'imported again, anew, and zipped change nothing',
    async () => {
      const zipped = await fileIn(product, 'orders.csv.gz', gzipSync(csv));
      for (const words of [[path], [path, '--no-resume'], [zipped]]) {
        const report = await importReport(product, ['orders', ...words]);
        expect(report).toMatchObject({ sent: rowsMax, accepted: rowsMax, resumedAfter: 0 });
      }
      await product.settle();
      expect(await fingerprint(product)).toEqual(once);
    },
    testMsMax,
  );
});

describe('an import that is killed', () => {
  it(
    'half-way, with an answer lost, goes on after the last answer it had, to the same tables',
    async () => {
      const product = await start();
      const path = await fileIn(product, 'orders.csv', csv);
      // One batch is answered; one is taken, but its answer is lost; the last does not arrive.
      gate = await openGate(product.httpUrl, { answered: 1, answersLost: 1 });
      const words = ['orders', path, '--url', gate.url];
      const killed = startImport(product.dataDir, words);
      await waitAnswered(product.dataDir, batchEvents);
      await gate.lost();
      killed.kill();
      expect(await killed.ended).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
      await product.settle();
      expect(await product.sql('SELECT count() AS orders FROM orders_current')).toEqual([
        { orders: 2 * batchEvents },
      ]);

      gate.open();
      const report = await importReport(product, words);
      expect(report).toMatchObject({
        sent: rowsMax,
        accepted: rowsMax,
        rejected: 0,
        resumedAfter: batchEvents,
      });
      expect(answeredEvents(product.dataDir)).toBe(0);
      await product.settle();
      expect(await fingerprint(product)).toEqual(once);
    },
    testMsMax,
  );
});
