/**
 * Rows as one block of ClickHouse's format Native: column by column, so that neither side makes or
 * reads a text of numbers or names. Rows are taken one at a time and not kept.
 *
 * Guarantees: rows in, rows out, in order; a column that holds nothing but its default is left out,
 * and ClickHouse fills it in.
 */
import type { CreditDeltaRow } from '../credit-delta-rows.js';
import type { OrderTimeRow } from '../order-time-rows.js';
import type { BaseTable, RowOf } from '../rows.js';
import { baseTables } from '../schema/base-tables.js';
import type { Column } from '../schema/define-table.js';
import { type ForgottenRow, forgetting } from '../schema/forgetting.js';
import { movedFrom, orderTimes } from '../schema/order-times.js';
import { suppressions } from '../schema/suppressions.js';
import { NativeBytes } from './native-bytes.js';
import { type NativeColumn, nativeColumn } from './native-columns.js';

/** Tables that rows are sent to. */
export type BlockTable = BaseTable | keyof OtherRows;
/** Of tables that ClickHouse feeds, where only what is missing is inserted; an erasure's list. */
interface OtherRows {
  readonly credit_deltas: CreditDeltaRow;
  readonly order_times: OrderTimeRow;
  readonly forgetting: ForgottenRow;
}
type BlockRow<T extends BlockTable> = T extends BaseTable
  ? RowOf<T>
  : T extends keyof OtherRows
    ? OtherRows[T]
    : never;

export interface RowBlock<T extends BlockTable = BlockTable> {
  readonly table: T;
  readonly rows: number;
  /** Those that the block has, in its order. */
  readonly columns: readonly string[];
  readonly bytes: readonly Uint8Array[];
}

/** Table, column, type. */
const types: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...baseTables, suppressions, orderTimes, forgetting].map(({ name, columns }) => [
    name,
    new Map([...columns, ...addedTo(name)].map(([column, type]) => [column, type])),
  ]),
);

/** Columns that a later migration than the table's own has added. */
function addedTo(table: string): readonly Column[] {
  return table === 'order_records' ? [movedFrom] : [];
}

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
