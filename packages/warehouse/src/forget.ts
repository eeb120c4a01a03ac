/**
 * Erased persons in ClickHouse. Everything under their new names has been loaded before; what is
 * left are rows of the old ones. Their signed deltas cancel out among themselves, so they go without
 * changing a sum; of an order's newest record the differences that name them go, too. Events stay,
 * without identifier and text, under other ids: touchpoints under those of their touchpoints, an
 * order's other events, its books, under their own.
 *
 * Safe to run again from the start: what the later steps need is removed last.
 */
import type { ErasedPersons, Warehouse } from './warehouse-api.js';

export interface ForgettingDatabase extends Pick<Warehouse, 'query'> {
  /** Statements may be long: they list identifiers. */
  mutate(sql: string): Promise<void>;
  insertEvents(rows: readonly object[]): Promise<void>;
}

/** Identifiers named in one statement, and events held at once. */
const CHUNK = 2_000;

export async function forgetPersons(
  database: ForgettingDatabase,
  erased: ErasedPersons,
): Promise<void> {
  for (const touchpoints of chunks(await touchpointsOf(database, erased))) {
    await forgetInOrders(database, erased, { persons: [], touchpoints });
  }
  for (const persons of chunks(erased.persons)) {
    await forgetInOrders(database, erased, { persons, touchpoints: [] });
    // Older records of identifiers that stay, orders for example.
    await database.mutate(
      `ALTER TABLE rosi.identities DELETE WHERE workspace = ${text(erased.workspace)}
        AND has(${list(persons)}, person_id)`,
    );
  }
  for (const members of chunks(erased.members)) await forgetMembers(database, erased, members);
  for (const orders of chunks(erased.orders)) await clearOrders(database, erased, orders);
}

interface Names {
  readonly persons: readonly string[];
  readonly touchpoints: readonly string[];
}

/** Touchpoints under their old ids. */
async function touchpointsOf(database: ForgettingDatabase, erased: ErasedPersons) {
  const found = new Set<string>();
  const read = async (condition: string) => {
    const rows = await database.query<{ touchpoint_id: string }>(
      `SELECT DISTINCT touchpoint_id FROM rosi.touchpoints
      WHERE workspace = ${text(erased.workspace)} AND ${condition}`,
    );
    for (const { touchpoint_id } of rows) found.add(touchpoint_id);
  };
  for (const members of chunks(erased.members)) await read(isOneOf(members));
  for (const orders of chunks(erased.orders))
    await read(`${ofOrders(orders)} AND ${isOld('touchpoint_id')}`);
  return [...found];
}

async function forgetInOrders(
  database: ForgettingDatabase,
  { workspace }: ErasedPersons,
  { persons, touchpoints }: Names,
): Promise<void> {
  const of = `workspace = ${text(workspace)}`;
  if (persons.length > 0) {
    await database.mutate(
      `ALTER TABLE rosi.order_times UPDATE person_id = '' WHERE ${of}
        AND has(${list(persons)}, person_id)`,
    );
  }
  await database.mutate(
    `ALTER TABLE rosi.credit_deltas DELETE WHERE ${of}
      AND (has(${list(persons)}, person_id) OR has(${list(touchpoints)}, touchpoint_id))`,
  );
  const touches = await database.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns
    WHERE database = 'rosi' AND table = 'order_records' AND startsWith(name, 'touch.')`,
  );
  const changes = touches.map(({ name, type }) => `\`${name}\` = ${without(name, type)}`);
  await database.mutate(
    `ALTER TABLE rosi.order_records UPDATE ${changes.join(', ')},
      person_id = if(has(${list(persons)}, person_id), '', person_id)
    WHERE ${of} AND (has(${list(persons)}, person_id)
      OR hasAny(arrayFlatten(\`touch.delta_person_id\`), ${list(persons)})
      OR hasAny(\`touch.touchpoint_id\`, ${list(touchpoints)}))`,
  );

  /** The column without touches of these ids, and without differences of these persons. */
  function without(name: string, type: string): string {
    const column = `\`${name}\``;
    const kept = name.startsWith('touch.delta_')
      ? `arrayMap((v, p) -> arrayFilter((x, q) -> NOT has(${list(persons)}, q), v, p),
          ${column}, \`touch.delta_person_id\`)`
      : column;
    return `CAST(arrayFilter((v, t) -> NOT has(${list(touchpoints)}, t),
      ${kept}, \`touch.touchpoint_id\`), ${text(type)})`;
  }
}

async function forgetMembers(
  database: ForgettingDatabase,
  erased: ErasedPersons,
  members: ErasedPersons['members'],
): Promise<void> {
  const where = `workspace = ${text(erased.workspace)} AND ${isOneOf(members)}`;
  await renameEvents(database, erased, where, { identifier_type: '', identifier: '' });
  await database.mutate(`ALTER TABLE rosi.identities DELETE WHERE ${where}`);
  await database.mutate(`ALTER TABLE rosi.touchpoints DELETE WHERE ${where}`);
}

/** An order keeps its events' ids, which are its books; its touchpoints were the person's. */
async function clearOrders(
  database: ForgettingDatabase,
  erased: ErasedPersons,
  orders: readonly string[],
): Promise<void> {
  const where = `workspace = ${text(erased.workspace)} AND ${ofOrders(orders)}`;
  await renameEvents(database, erased, `${where} AND touchpoint AND ${isOld('event_id')}`, {});
  const changes = ['text', 'url', 'referrer', 'title'].map((name) => `${name} = ''`).join(', ');
  await database.mutate(
    `ALTER TABLE rosi.events UPDATE ${changes}, properties = '{}' WHERE ${where}`,
  );
  await database.mutate(
    `ALTER TABLE rosi.touchpoints DELETE WHERE ${where} AND ${isOld('touchpoint_id')}`,
  );
}

/** Events go on under other ids, without text and with these columns changed; the old ones go. */
async function renameEvents(
  database: ForgettingDatabase,
  { erasedId }: ErasedPersons,
  where: string,
  changes: object,
): Promise<void> {
  const events = await database.query<EventRow>(`SELECT * FROM rosi.events FINAL WHERE ${where}`);
  for (const page of chunks(events)) {
    const rows = page.map((row) => {
      const event_id = erasedId(row.event_id, row.touchpoint);
      return { ...row, ...cleared, ...changes, event_id };
    });
    await database.insertEvents(rows);
  }
  await database.mutate(`ALTER TABLE rosi.events DELETE WHERE ${where}`);
}

interface EventRow {
  readonly event_id: string;
  readonly touchpoint: boolean;
  readonly [column: string]: unknown;
}

const cleared = { text: '', url: '', referrer: '', title: '', properties: '{}' };

const isOld = (id: string) => `NOT (startsWith(${id}, 'erased:') OR startsWith(${id}, 'cleared:'))`;

function isOneOf(members: ErasedPersons['members']): string {
  const pairs = members.map(({ type, value }) => `(${text(type)}, ${text(value)})`);
  return pairs.length === 0 ? 'false' : `(identifier_type, identifier) IN (${pairs.join(', ')})`;
}

function ofOrders(orders: readonly string[]): string {
  return `identifier_type = 'order_id' AND has(${list(orders)}, identifier)`;
}

function list(values: readonly string[]): string {
  return `CAST([${values.map(text).join(', ')}], 'Array(String)')`;
}

/** As a literal of ClickHouse's SQL. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function chunks<T>(values: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < values.length; at += CHUNK) parts.push(values.slice(at, at + CHUNK));
  return parts;
}
