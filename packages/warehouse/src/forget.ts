/**
 * Erased persons in ClickHouse. Everything under their new names has been loaded before; what is
 * left are rows of the old ones. Their signed deltas cancel out among themselves, so they go without
 * changing a sum; of an order's newest record the differences that name them go, too. Events stay,
 * without identifier and text, under other ids: touchpoints under those of their touchpoints, an
 * order's other events, its books, under their own.
 *
 * No statement names anybody, since servers keep statements: the names are in `rosi.forgetting` for
 * as long as it takes. Safe to run again from the start: what the later steps need is removed last,
 * and a mutation of an earlier attempt, which a server may still carry out, finds the names of that
 * attempt or none, never those whose events are yet to be copied.
 */
import { randomUUID } from 'node:crypto';
import { RosiError } from '@rosi/service-kit';
import { literal } from './schema/define-table.js';
import type { ForgottenRow } from './schema/forgetting.js';
import type { ErasedPersons, Warehouse } from './warehouse-api.js';

export interface ForgettingDatabase extends Pick<Warehouse, 'query' | 'queryStream'> {
  /** Resolves when it is done. */
  mutate(sql: string): Promise<void>;
  insertEvents(rows: readonly object[]): Promise<void>;
  /** Adds to the list: all of the rows, or none. */
  list(rows: readonly ForgottenRow[]): Promise<void>;
  listSelected(select: string): Promise<void>;
  emptyList(): Promise<void>;
}

/** Events held at once. */
const PAGE = 2_000;

export async function forgetPersons(
  database: ForgettingDatabase,
  erased: ErasedPersons,
): Promise<void> {
  // What a killed attempt has left.
  await database.emptyList();
  const attempt = randomUUID();
  const rows = rowsOf(erased, attempt);
  if (rows.length === 0) return;
  const names = namesOf(erased.workspace, attempt);
  await database.list(rows);
  await database.listSelected(
    `SELECT DISTINCT workspace, '${attempt}', 'touchpoint', '', touchpoint_id
    FROM rosi.touchpoints WHERE ${names.isOldTouchpoint}`,
  );
  await forgetInOrders(database, names);
  await forgetEvents(database, names, erased.erasedId);
  await database.mutate(
    `ALTER TABLE rosi.identities DELETE WHERE ${names.isMember} OR ${names.isOfPerson}`,
  );
  await database.mutate(`ALTER TABLE rosi.touchpoints DELETE WHERE ${names.isOldTouchpoint}`);
  await assertStillListed(database, names, rows.length);
  await database.emptyList();
}

function rowsOf({ workspace, ...erased }: ErasedPersons, attempt: string): ForgottenRow[] {
  const row = (kind: ForgottenRow['kind'], value: string, type = ''): ForgottenRow => ({
    workspace,
    attempt,
    kind,
    type,
    value,
  });
  return [
    ...erased.members.map(({ type, value }) => row('identifier', value, type)),
    ...erased.orders.map((value) => row('order', value)),
    ...erased.persons.map((value) => row('person', value)),
  ];
}

/** Of one attempt, as SQL: sets, and conditions on rows of any table that has the columns. */
type Names = ReturnType<typeof namesOf>;

function namesOf(workspace: string, attempt: string) {
  const ofWorkspace = `workspace = ${literal(workspace)}`;
  const listed = `${ofWorkspace} AND attempt = '${attempt}'`;
  const set = (columns: string, kind: ForgottenRow['kind']) =>
    `(SELECT ${columns} FROM rosi.forgetting WHERE ${listed} AND kind = '${kind}')`;
  const isMember = `(${ofWorkspace}
    AND (identifier_type, identifier) IN ${set('type, value', 'identifier')})`;
  const isOfOrder = `(${ofWorkspace}
    AND identifier_type = 'order_id' AND identifier IN ${set('value', 'order')})`;
  return {
    ofWorkspace,
    listed,
    persons: set('value', 'person'),
    touchpoints: set('value', 'touchpoint'),
    isMember,
    isOfOrder,
    isOfPerson: `(${ofWorkspace} AND person_id IN ${set('value', 'person')})`,
    isOldTouchpoint: `(${isMember} OR ${isOfOrder} AND ${isOld('touchpoint_id')})`,
  };
}

const isOld = (id: string) => `NOT (startsWith(${id}, 'erased:') OR startsWith(${id}, 'cleared:'))`;

async function forgetInOrders(database: ForgettingDatabase, names: Names): Promise<void> {
  const { ofWorkspace, persons, touchpoints, isOfPerson } = names;
  await database.mutate(`ALTER TABLE rosi.order_times UPDATE person_id = '' WHERE ${isOfPerson}`);
  await database.mutate(
    `ALTER TABLE rosi.credit_deltas DELETE WHERE ${ofWorkspace}
      AND (person_id IN ${persons} OR touchpoint_id IN ${touchpoints})`,
  );
  const touches = await database.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns
    WHERE database = 'rosi' AND table = 'order_records' AND startsWith(name, 'touch.')`,
  );
  const changes = touches.map(({ name, type }) => `\`${name}\` = ${without(name, type)}`);
  await database.mutate(
    `ALTER TABLE rosi.order_records UPDATE ${changes.join(', ')},
      person_id = if(person_id IN ${persons}, '', person_id)
    WHERE ${ofWorkspace} AND (person_id IN ${persons}
      OR arrayExists(p -> p IN ${persons}, arrayFlatten(\`touch.delta_person_id\`))
      OR arrayExists(t -> t IN ${touchpoints}, \`touch.touchpoint_id\`))`,
  );

  /** The column without touches of these ids, and without differences of these persons. */
  function without(name: string, type: string): string {
    const column = `\`${name}\``;
    const kept = name.startsWith('touch.delta_')
      ? `arrayMap((v, p) -> arrayFilter((x, q) -> q NOT IN ${persons}, v, p),
          ${column}, \`touch.delta_person_id\`)`
      : column;
    return `CAST(arrayFilter((v, t) -> t NOT IN ${touchpoints},
      ${kept}, \`touch.touchpoint_id\`), ${literal(type)})`;
  }
}

/** An order keeps its events' ids, which are its books; its touchpoints were the person's. */
async function forgetEvents(
  database: ForgettingDatabase,
  { isMember, isOfOrder }: Names,
  erasedId: ErasedPersons['erasedId'],
): Promise<void> {
  const copy = { database, erasedId };
  await renameEvents({
    ...copy,
    where: isMember,
    changes: { identifier_type: '', identifier: '' },
  });
  const isTouchpoint = `${isOfOrder} AND touchpoint AND ${isOld('event_id')}`;
  await renameEvents({ ...copy, where: isTouchpoint, changes: {} });
  const cleared = Object.entries(nothing).map(([name, value]) => `${name} = ${literal(value)}`);
  await database.mutate(`ALTER TABLE rosi.events UPDATE ${cleared.join(', ')} WHERE ${isOfOrder}`);
}

interface Copy {
  readonly database: ForgettingDatabase;
  readonly erasedId: ErasedPersons['erasedId'];
  /** Which events. */
  readonly where: string;
  /** What becomes of columns, beside the words. */
  readonly changes: object;
}

/** Events go on under other ids, without words; the old ones go. */
async function renameEvents({ database, erasedId, where, changes }: Copy): Promise<void> {
  const insert = (rows: readonly EventRow[]) =>
    database.insertEvents(
      rows.map((row) => {
        const event_id = erasedId(row.event_id, row.touchpoint);
        return { ...row, ...nothing, ...changes, event_id };
      }),
    );
  let page: EventRow[] = [];
  const events = database.queryStream<EventRow>(`SELECT * FROM rosi.events FINAL WHERE ${where}`);
  for await (const row of events) {
    page.push(row);
    if (page.length < PAGE) continue;
    await insert(page);
    page = [];
  }
  if (page.length > 0) await insert(page);
  await database.mutate(`ALTER TABLE rosi.events DELETE WHERE ${where}`);
}

interface EventRow {
  readonly event_id: string;
  readonly touchpoint: boolean;
  readonly [column: string]: unknown;
}

/** What is left of an event's words. */
const nothing = { text: '', url: '', referrer: '', title: '', properties: '{}' };

/**
 * Where another loader has emptied the list, mutations may have found nobody in it. Names never come
 * back to an attempt: those that are there in the end were there all the time.
 */
async function assertStillListed(
  database: ForgettingDatabase,
  { listed }: Names,
  count: number,
): Promise<void> {
  const [found] = await database.query<{ count: number }>(
    `SELECT count() AS count FROM rosi.forgetting WHERE ${listed} AND kind != 'touchpoint'`,
  );
  if (found?.count === count) return;
  throw new RosiError(
    'ROSI_WAREHOUSE_UNAVAILABLE',
    'the list of whom to forget (rosi.forgetting) was emptied before ClickHouse had read all of it',
  );
}
