import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventRow, identityRow, orderRow } from '../record-rows.js';
import { credited, event, order, T0, touch, unattributed } from '../testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { rowBlock } from './row-block.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  const setup = { timezone: 'UTC', logUuid: 'log', loadedBefore: false };
  await database.warehouse.migrate(setup);
});
afterAll(() => database.stop());

const at = (offset: number) => ({ partition: 3, offset });

/** Rows as ClickHouse gives them back, times in milliseconds. */
async function readBack(table: string, columns: readonly string[], times: readonly string[]) {
  const shown = columns.map((name) =>
    times.includes(name) ? `toUnixTimestamp64Milli(${name}) AS ${name}` : `\`${name}\``,
  );
  return database.warehouse.query(
    `SELECT ${shown.join(', ')} FROM rosi.${table} ORDER BY log_offset
    SETTINGS prefer_column_name_to_alias = 1`,
  );
}

test('texts of all lengths and scripts, and times before 1970, come out as they went in', async () => {
  const texts = ['', 'a', 'é', '\u0000', '"\\\n', 'x'.repeat(48), 'x'.repeat(49), 'ß'.repeat(127)];
  texts.push('日本'.repeat(9_000), '😀'.repeat(48), `${'y'.repeat(47)}é`, 'z'.repeat(70_000));
  const rows = texts.map((text, index) => ({
    ...eventRow(event({ eventId: `e${index}`, occurredAt: T0 - index * 1e12 }), at(index)),
    text,
    url: text,
  }));
  await database.warehouse.insertBatch(rowBlock('events', rows), 'events');
  const columns = Object.keys(rows[0]!);
  expect(await readBack('events', columns, ['occurred_at', 'received_at'])).toEqual(rows);
});

test('flags, zeros and a column that is left out are what they were', async () => {
  const identity = { workspace: 'default', generation: 0, revision: 2 ** 53 - 1, recordedAt: 0 };
  const rows = [true, false].map((shared, index) =>
    identityRow(
      { ...identity, identifierType: 'user_id', identifier: `u${index}`, personId: '', shared },
      at(index),
    ),
  );
  const block = rowBlock('identities', rows);
  expect(block.columns).not.toContain('person_id');
  expect(block.columns).not.toContain('recorded_at');
  await database.warehouse.insertBatch(block, 'identities');
  expect(await readBack('identities', Object.keys(rows[0]!), ['recorded_at'])).toEqual(rows);
});

test('arrays of arrays, empty ones among them, and negative amounts', async () => {
  const a = touch({ touchpointId: 'a' });
  const records = [
    order({ orderId: 'none' }),
    credited({ orderId: 'two', net: 100, touches: [a, unattributed], couponCodes: ['É', ''] }, [
      [0, 33, 0.33],
      [1, 67, 0.67],
    ]),
    credited({ orderId: 'back', net: 0, touches: [a] }, [[0, -(2 ** 40), -0.5]]),
  ];
  const rows = records.map((record, index) => orderRow(record, at(index)));
  await database.warehouse.insertBatch(rowBlock('order_records', rows), 'orders');
  const plain = Object.keys(rows[0]!).filter(
    (name) => !/recorded_at|ordered_at|touched_at/.test(name),
  );
  const expected = rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => plain.includes(name))),
  );
  expect(await readBack('order_records', plain, [])).toEqual(expected);
  const times = await database.warehouse.query(
    `SELECT toUnixTimestamp64Milli(ordered_at) AS ordered,
      arrayMap(t -> toUnixTimestamp64Milli(t), touch.touched_at) AS touched,
      arrayMap(ts -> arrayMap(t -> toUnixTimestamp64Milli(t), ts), touch.delta_ordered_at) AS delta
    FROM rosi.order_records ORDER BY log_offset`,
  );
  expect(times).toEqual(
    rows.map((row) => ({
      ordered: row.ordered_at,
      touched: row['touch.touched_at'],
      delta: row['touch.delta_ordered_at'],
    })),
  );
});

test('a value of another type is refused, and not shown', () => {
  const row = identityRow(
    {
      workspace: 'default',
      generation: 0,
      revision: 1,
      recordedAt: 0,
      identifierType: 'user_id',
      identifier: 'secret',
      personId: 'p',
      shared: false,
    },
    at(0),
  );
  expect(() => rowBlock('identities', [{ ...row, revision: 0.5 }])).toThrow(
    'a number is no UInt64',
  );
  const wrong = { ...row, shared: 'secret' as unknown as boolean };
  expect(() => rowBlock('identities', [wrong])).toThrow(/^a string is no Bool$/);
});

test('no rows are no block', async () => {
  const block = rowBlock('events', []);
  expect(block.rows).toBe(0);
  await database.warehouse.insertBatch(block, 'none');
});
