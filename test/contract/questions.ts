/**
 * Questions to the tables that examples ask again and again, as SQL any analyst could write.
 */
import type { Row } from '../harness/answers.js';
import type { Expectation, Names } from './example.js';

type Credits = Readonly<Record<string, number>>;
type Columns = Readonly<Record<string, string | number | readonly string[]>>;

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const list = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

/**
 * The credit of each touchpoint, by model; models not named are not asked for, nor are rows whose
 * share came to less than a unit.
 */
export function credits(
  x: Names,
  order: string,
  models: Readonly<Record<string, Credits>>,
): Expectation {
  const sql = `SELECT model, touchpoint_id, credit FROM credits_current
    WHERE workspace = 'default' AND order_id = '${x(order)}' AND model IN (${list(Object.keys(models))})
      AND credit != 0
    ORDER BY model, touchpoint_id`;
  const rows = Object.keys(models)
    .sort(byBytes)
    .flatMap((model) =>
      Object.entries(models[model] ?? {})
        .sort(([a], [b]) => byBytes(a, b))
        .map(([touchpoint, credit]) => ({ model, touchpoint_id: touchpoint, credit })),
    );
  return { sql, rows };
}
/** The same credit in each of the six models. */
export function everyModel(x: Names, order: string, of: Credits): Expectation {
  return credits(x, order, Object.fromEntries(modelNames.map((model) => [model, of])));
}
export const modelNames = [
  'first_touch',
  'last_touch',
  'last_non_direct',
  'linear',
  'position_based',
  'time_decay',
] as const;
/** Which touchpoints were eligible, told by the equal split over all but direct ones. */
export function linear(x: Names, order: string, of: Credits): Expectation {
  return credits(x, order, { linear: of });
}

function oneRow(table: string, key: string) {
  return (x: Names, id: string, columns: Columns): Expectation => ({
    sql: `SELECT ${Object.keys(columns).join(', ')} FROM ${table}
      WHERE workspace = 'default' AND ${key} = '${x(id)}'`,
    rows: [columns],
  });
}
/** The one row of a table under a key, in the columns named. */
export const orderRow = oneRow('orders_current', 'order_id');
export const eventRow = oneRow('events_current', 'event_id');
export const touchpointRow = oneRow('touchpoints_current', 'touchpoint_id');

/** The row of a catalogue table under its key, in the columns named. */
export function catalogueRow(
  x: Names,
  table: string,
  key: string,
  id: string,
  columns: Columns,
): Expectation {
  return oneRow(table, key)(x, id, columns);
}
/** How many rows of a table fulfil a condition. */
export function count(table: string, where: string, n: number): Expectation {
  return {
    sql: `SELECT count() AS n FROM ${table} WHERE workspace = 'default' AND ${where}`,
    rows: [{ n }],
  };
}
/** Rows of a query written out. */
export function answer(sql: string, rows: readonly Row[]): Expectation {
  return { sql, rows };
}

const key = `concat(identifier_type, ':', identifier, if(shared, '*', ''))`;
function own(x: Names): string {
  const hashes = [...x.hashes().keys()];
  const hashed = hashes.length === 0 ? '' : ` OR identifier IN (${list(hashes)})`;
  return `(identifier LIKE '%${x.prefix}%'${hashed})`;
}
/**
 * All of the example's identifiers, as `type:value` with `*` when shared, one list per person.
 * Members and persons in any order.
 */
export function persons(x: Names, expected: readonly (readonly string[])[]): Expectation {
  return {
    sql: `SELECT groupArray(${key}) AS members FROM identities_current
      WHERE workspace = 'default' AND ${own(x)} GROUP BY person_id`,
    rows: expected.map((members) => ({ members })),
    anyOrder: true,
  };
}
function members(x: Names, from: string, where: string, expected: readonly string[]): Expectation {
  return {
    sql: `SELECT ${key} AS member FROM identities_current
      WHERE workspace = 'default' AND ${own(x)} AND person_id IN
        (SELECT person_id FROM ${from} WHERE workspace = 'default' AND ${where} AND person_id != '')`,
    rows: expected.map((member) => ({ member })),
    anyOrder: true,
  };
}
/** The identifiers of the person an order belongs to. */
export function orderPerson(x: Names, order: string, expected: readonly string[]): Expectation {
  return members(x, 'orders_current', `order_id = '${x(order)}'`, expected);
}
/** The identifiers of the person a touchpoint belongs to. */
export function touchpointPerson(x: Names, id: string, expected: readonly string[]): Expectation {
  return members(x, 'touchpoints_current', `touchpoint_id = '${x(id)}'`, expected);
}
