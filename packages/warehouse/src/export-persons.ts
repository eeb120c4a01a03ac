/**
 * Everything that the tables hold of a person, for whoever asks to see it: identifiers (personal
 * ones as the keyed hashes that are kept), touchpoints, events, orders and their credits.
 */
import type { Warehouse } from './warehouse-api.js';

export interface PersonIdentifier {
  readonly type: string;
  readonly value: string;
}

export interface PersonExport {
  readonly person_id: string;
  readonly identifiers: readonly object[];
  readonly touchpoints: readonly object[];
  readonly events: readonly object[];
  readonly orders: readonly object[];
  readonly credits: readonly object[];
}

/** One document for each person that one of these identifiers belongs to. */
export async function exportPersons(
  warehouse: Pick<Warehouse, 'query'>,
  { workspace, identifiers }: { workspace: string; identifiers: readonly PersonIdentifier[] },
): Promise<{ readonly persons: readonly PersonExport[] }> {
  const found = await warehouse.query<{ person_id: string }>(
    `SELECT DISTINCT person_id FROM rosi.identities_current
    WHERE workspace = {workspace:String}
      AND (identifier_type, identifier) IN arrayZip({types:Array(String)}, {values:Array(String)})
    ORDER BY person_id`,
    {
      workspace,
      types: identifiers.map(({ type }) => type),
      values: identifiers.map(({ value }) => value),
    },
  );
  const persons: PersonExport[] = [];
  for (const { person_id } of found)
    persons.push(await exportPerson(warehouse, workspace, person_id));
  return { persons };
}

async function exportPerson(
  warehouse: Pick<Warehouse, 'query'>,
  workspace: string,
  personId: string,
): Promise<PersonExport> {
  const read = (select: string) => warehouse.query<object>(select, { workspace, personId });
  const of = 'workspace = {workspace:String} AND person_id = {personId:String}';
  return {
    person_id: personId,
    identifiers: await read(
      `SELECT identifier_type, identifier, shared FROM rosi.identities_current WHERE ${of}
      ORDER BY identifier_type, identifier`,
    ),
    touchpoints: await read(
      `SELECT * EXCEPT (workspace, person_id) FROM rosi.touchpoints_current WHERE ${of}
      ORDER BY occurred_at, touchpoint_id`,
    ),
    events: await read(
      `SELECT * EXCEPT (workspace) FROM rosi.events_current
      WHERE workspace = {workspace:String} AND (identifier_type, identifier) IN (
        SELECT identifier_type, identifier FROM rosi.identities_current WHERE ${of})
      ORDER BY occurred_at, event_id`,
    ),
    orders: await read(
      `SELECT * EXCEPT (workspace, person_id) FROM rosi.orders_current WHERE ${of}
      ORDER BY occurred_at, order_id`,
    ),
    credits: await read(
      `SELECT * EXCEPT (workspace, person_id) FROM rosi.credits_current WHERE ${of}
      ORDER BY order_id, model, touched_at, touchpoint_id`,
    ),
  };
}
