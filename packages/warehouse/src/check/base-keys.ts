/** What names a row of each base table, and which of a key's rows counts. */
import type { BaseTable } from '../rows.js';
import { baseTables } from '../schema/base-tables.js';
import { suppressions } from '../schema/suppressions.js';

export interface BaseKey {
  readonly table: BaseTable;
  /** Another one for each record of a key. */
  readonly version: 'revision' | 'log_offset';
}

export const BASE_KEYS: readonly BaseKey[] = [
  { table: 'order_records', version: 'revision' },
  { table: 'touchpoints', version: 'revision' },
  { table: 'identities', version: 'revision' },
  { table: 'catalogue_entries', version: 'revision' },
  { table: 'suppressions', version: 'revision' },
  { table: 'events', version: 'log_offset' },
];

/** The columns of the key, workspace first. */
export function keyColumns(table: BaseTable): readonly string[] {
  const found = [...baseTables, suppressions].find(({ name }) => name === table);
  if (found === undefined) throw new Error(`no base table ${table}`);
  return found.orderBy;
}

/** Recorded again with the revision that they had: the later row replaces the other. */
export function isRecordedAgain(table: BaseTable): boolean {
  return table === 'touchpoints' || table === 'catalogue_entries' || table === 'suppressions';
}
