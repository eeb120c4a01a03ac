/** What stays of an erased person in ClickHouse, what it says of itself included. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ForgettingDatabase, forgetPersons } from './forget.js';
import { rowBlock } from './native/row-block.js';
import { eventRow, identityRow, orderRow, touchpointRow } from './record-rows.js';
import { credited, event, T0, touch } from './testing/ledger-fixtures.js';
import { startTestDatabase, type TestDatabase } from './testing/test-database.js';
import type { ErasedPersons, Warehouse } from './warehouse-api.js';

let database: TestDatabase;
let warehouse: Warehouse;
beforeEach(async () => {
  database = await startTestDatabase();
  warehouse = database.warehouse;
  await warehouse.migrate({ timezone: 'UTC', logUuid: 'log', loadedBefore: false });
});
afterEach(() => database.stop());

/** Characters that SQL would have to escape are in the middle of names. */
const who = (name: string) => ({
  person: `p_${name}`,
  device: `${name}'s\\0 device`,
  click: `${name}-click`,
  order: `${name}-order`,
});
const erasedOf = (...names: string[]): ErasedPersons => ({
  workspace: 'default',
  members: names.map((name) => ({ type: 'anonymous_id', value: who(name).device })),
  orders: names.map((name) => who(name).order),
  persons: names.map((name) => who(name).person),
  erasedId: (eventId) => `erased:${[...eventId].reverse().join('')}`,
});

const ledger = { workspace: 'default', generation: 0, revision: 1, recordedAt: T0 };
const stored = {
  order_records: 'order_id',
  ...{ credit_deltas: 'order_id', order_times: 'order_id' },
  ...{ touchpoints: 'touchpoint_id', identities: 'identifier', events: 'event_id' },
};

/** A device that clicked, and its order. */
async function load(name: string, offset: number): Promise<void> {
  const { person, device, click, order } = who(name);
  const place = { partition: 0, offset };
  const at = { identifierType: 'anonymous_id', identifier: device };
  const clicked = touch({ touchpointId: click, postId: 'post' });
  const bought = { orderId: order, personId: person, net: 100, touches: [clicked] };
  const identifiers = [{ type: 'anonymous_id', value: device }];
  const page = { url: `https://x.example/${device}`, referrer: '', title: device };
  for (const block of [
    rowBlock('events', [eventRow(event({ eventId: click, identifiers, page }), place)]),
    rowBlock('touchpoints', [touchpointRow({ ...ledger, ...at, touch: clicked }, place)]),
    rowBlock('identities', [
      identityRow({ ...ledger, ...at, personId: person, shared: false }, place),
    ]),
    rowBlock('order_records', [orderRow(credited(bought, [[0, 100, 1]]), place)]),
  ]) {
    await warehouse.insertBatch(block, `${block.table}:${name}`);
  }
}

async function rowsOf(table: string): Promise<string[]> {
  const rows = await warehouse.query<{ row: string }>(
    `SELECT toString(tuple(*)) AS row FROM rosi.${table} ORDER BY row`,
  );
  return rows.map(({ row }) => row);
}
const tables = async () =>
  Object.fromEntries(
    await Promise.all(Object.keys(stored).map(async (name) => [name, await rowsOf(name)])),
  ) as Record<keyof typeof stored, string[]>;

/** Statements that the server keeps. */
const commands = async () =>
  (
    await warehouse.query<{ command: string }>(
      "SELECT command FROM system.mutations WHERE database = 'rosi'",
    )
  ).map(({ command }) => command);

/** Parts that have rows, those that are no longer of the table included. */
const listed = () =>
  warehouse.query(
    "SELECT name FROM system.parts WHERE database = 'rosi' AND table = 'forgetting' AND rows > 0",
  );

const traces = (name: string) => [`p_${name}`, `${name}-click`, `${name}'s`, `${name}\\'s`];
const naming = (texts: readonly string[], name: string) =>
  texts.filter((text) => traces(name).some((trace) => text.includes(trace)));

async function expectForgotten(name: string): Promise<void> {
  for (const [table, rows] of Object.entries(await tables())) {
    expect([table, naming(rows, name)]).toEqual([table, []]);
  }
  expect(naming(await commands(), name)).toEqual([]);
  expect(await listed()).toEqual([]);
}

test('an erased person is in no row, and in no statement that the server keeps', async () => {
  await load('ada', 0);
  await load('bob', 1);
  const before = await tables();
  for (const rows of Object.values(before)) expect(naming(rows, 'ada')).not.toEqual([]);

  await warehouse.forget(erasedOf('ada'));

  await expectForgotten('ada');
  expect((await commands()).length).toBeGreaterThan(5);
  const after = await tables();
  for (const [table, rows] of Object.entries(after)) {
    const of = before[table as keyof typeof before];
    expect([table, naming(rows, 'bob')]).toEqual([table, naming(of, 'bob')]);
  }
  // The books, and the event without its person, stay.
  expect(after.order_records.filter((row) => row.includes('ada-order'))).toHaveLength(1);
  expect(after.events.filter((row) => row.includes("'erased:kcilc-ada'"))).toHaveLength(1);
});

type Step = <T>(work: Promise<T>) => Promise<T>;

/** What changes the database, step by step. */
function forgettingBy(step: Step): ForgettingDatabase {
  const { command, query, queryStream } = warehouse;
  const insert = (table: string, rows: readonly object[]) =>
    command(
      `INSERT INTO rosi.${table} SETTINGS async_insert = 0, date_time_input_format = 'best_effort'
      FORMAT JSONEachRow ${rows.map((row) => JSON.stringify(row)).join('\n')}`,
    );
  return {
    ...{ query, queryStream },
    mutate: (sql) => step(command(`${sql} SETTINGS mutations_sync = 2`)),
    insertEvents: (rows) => step(insert('events', rows)),
    list: (rows) => step(insert('forgetting', rows)),
    listSelected: (select) => step(command(`INSERT INTO rosi.forgetting ${select}`)),
    emptyList: () => step(command('TRUNCATE TABLE rosi.forgetting SYNC')),
  };
}

test('killed anywhere and tried again, it forgets all and loses no event', async () => {
  // After it was listed, after events were copied, after they went, and before the list is emptied.
  for (const [index, survived] of [1, 6, 7, 10].entries()) {
    const name = `person${index}x`;
    await load(name, index);
    let left = survived;
    const dying: Step = async (work) => {
      const done = await work;
      if (left-- === 0) throw new Error('killed');
      return done;
    };
    await expect(forgetPersons(forgettingBy(dying), erasedOf(name))).rejects.toThrow('killed');
    expect(await listed()).not.toEqual([]);
    await warehouse.forget(erasedOf(name));
    await expectForgotten(name);
    expect(await warehouse.query('SELECT count() AS events FROM rosi.events FINAL')).toEqual([
      { events: index + 1 },
    ]);
  }
}, 180_000);

test('a list that another loader emptied meanwhile is noticed', async () => {
  await load('ada', 0);
  const emptied: Step = async (work) => {
    const done = await work;
    await warehouse.command('TRUNCATE TABLE rosi.forgetting SYNC');
    return done;
  };
  await expect(forgetPersons(forgettingBy(emptied), erasedOf('ada'))).rejects.toMatchObject({
    code: 'ROSI_WAREHOUSE_UNAVAILABLE',
  });
});

test('statements of an older build, which named persons, go with the migration', async () => {
  for (const sql of [
    "ALTER TABLE rosi.events DELETE WHERE (identifier_type, identifier) IN (('user_id', 'ada-click'))",
    "ALTER TABLE rosi.order_times UPDATE person_id = '' WHERE has(['p_ada'], person_id)",
    "ALTER TABLE rosi.rosi_meta DELETE WHERE name = 'migration:0009'",
  ]) {
    await warehouse.command(`${sql} SETTINGS mutations_sync = 2`);
  }
  const before = await commands();
  const named = naming(before, 'ada');
  expect(named).toHaveLength(2);
  await warehouse.migrate({ timezone: 'UTC', logUuid: 'log', loadedBefore: true });
  expect(await commands()).toEqual(before.filter((each) => !named.includes(each)));
});
