/**
 * Rows as one block of ClickHouse's format Native: column by column, so that neither side makes or
 * reads a text of numbers or names. Rows are taken one at a time and not kept.
 *
 * Guarantees: rows in, rows out, in order; a column that holds nothing but its default is left out,
 * and ClickHouse fills it in.
 */
import type { CreditDeltaRow } from '../credit-delta-rows.js';
import type { BaseTable, RowOf } from '../rows.js';
import { baseTables } from '../schema/base-tables.js';
import { suppressions } from '../schema/suppressions.js';
import { NativeBytes } from './native-bytes.js';
import { type NativeColumn, nativeColumn } from './native-columns.js';

/** Tables that rows are sent to. */
export type BlockTable = BaseTable | 'credit_deltas';
type BlockRow<T extends BlockTable> = T extends BaseTable ? RowOf<T> : CreditDeltaRow;

export interface RowBlock<T extends BlockTable = BlockTable> {
  readonly table: T;
  readonly rows: number;
  /** Those that the block has, in its order. */
  readonly columns: readonly string[];
  readonly bytes: readonly Uint8Array[];
}

/** Table, column, type. */
const types: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...baseTables, suppressions].map(({ name, columns }) => [
    name,
    new Map(columns.map(([column, type]) => [column, type])),
  ]),
);

/** The type of a table's column. */
export function columnType(table: BlockTable, name: string): string {
  const type = types.get(table)?.get(name);
  if (type === undefined) throw new Error(`no column ${name} in ${table}`);
  return type;
}

export function rowBlock<T extends BlockTable>(table: T, rows: Iterable<BlockRow<T>>): RowBlock<T> {
  let columns: { readonly name: string; readonly column: NativeColumn }[] | undefined;
  let count = 0;
  for (const row of rows) {
    // Rows of a table are made in one place: all have the same columns in the same order.
    columns ??= Object.keys(row).map((name) => ({
      name,
      column: nativeColumn(columnType(table, name)),
    }));
    const values = Object.values(row);
    for (let at = 0; at < columns.length; at += 1) columns[at]?.column.append(values[at]);
    count += 1;
  }
  const stated = (columns ?? []).filter(({ column }) => !column.isDefault());
  return {
    table,
    rows: count,
    columns: stated.map(({ name }) => name),
    bytes: [
      header(stated.length, count),
      ...stated.flatMap(({ name, column }) => [columnHeader(name, column), ...column.bytes()]),
    ],
  };
}

function header(columns: number, rows: number): Uint8Array {
  const bytes = new NativeBytes();
  bytes.varint(columns);
  bytes.varint(rows);
  return bytes.written();
}

function columnHeader(name: string, { type }: NativeColumn): Uint8Array {
  const bytes = new NativeBytes();
  bytes.text(name);
  bytes.text(type);
  return bytes.written();
}
