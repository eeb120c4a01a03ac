/** What the warehouse offers to loader, command and dashboard. */
import type { Readable } from 'node:stream';
import type { RowBlock } from './native/row-block.js';
import type { BaseTable, OrderRecordRow } from './rows.js';

export type QueryParameters = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[]>
>;

export interface MigrateOptions {
  /** IANA name; decides `day`. */
  readonly timezone: string;
  /** Of the log whose records the tables hold. */
  readonly logUuid: string;
  /** The log's consumer has loaded something before: an empty database is then a lost one. */
  readonly loadedBefore: boolean;
  /** A replay begins, in this generation: whatever the tables hold goes. */
  readonly begins?: number;
  /**
   * Called before sums are rebuilt for another time zone: rebuilding forgets tokens, so a batch
   * whose outcome is unknown must be settled first.
   */
  readonly beforeRebuild?: () => Promise<void>;
}

/** Records `[from, to)` of a partition of the orders' ledger, all of them. */
export interface OrderBatch {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly OrderRecordRow[];
}

/** Whom the tables have to forget. */
export interface ErasedPersons {
  readonly workspace: string;
  readonly members: readonly { readonly type: string; readonly value: string }[];
  /** Their orders, which stay as books. */
  readonly orders: readonly string[];
  /** Every person_id that they may have had. */
  readonly persons: readonly string[];
  /** The id under which an event of theirs goes on. */
  erasedId(eventId: string, touchpoint: boolean): string;
}

export interface Warehouse {
  readonly url: string;
  /**
   * Makes or brings up to date the database, and claims it for this connection; safe to repeat and
   * to interrupt. An older loader's inserts are refused from then on (`ROSI_WAREHOUSE_TAKEN_OVER`).
   */
  migrate(options: MigrateOptions): Promise<{ applied: readonly string[]; rebuilt: boolean }>;
  /** The replay that filled the tables; 0: none did. */
  generation(): Promise<number>;
  /** Makes the tables forget erased persons; safe to repeat and to interrupt. */
  forget(erased: ErasedPersons): Promise<void>;
  /** One atomic insert of all rows; repeated with the same rows and token it changes nothing. */
  insertBatch(block: RowBlock<BaseTable>, token: string): Promise<void>;
  /** Throws `ROSI_WAREHOUSE_TAKEN_OVER` when another connection has claimed the database since. */
  assertClaimed(): Promise<void>;
  /**
   * Nothing that this or an earlier loader sent for the table is under way on the server. Before
   * that, comparing is too early: a server works on although its client has gone.
   */
  isQuiet(table: BaseTable): Promise<boolean>;
  /**
   * Makes what the feeds wrote for a batch what they should have written, and names the tables
   * that weren't; see mend-order-views.ts for what it expects. The time zone is that of the sums,
   * null when they are about to be rebuilt.
   */
  mendOrderViews(batch: OrderBatch, timezone: string | null): Promise<readonly string[]>;
  query<T>(sql: string, parameters?: QueryParameters): Promise<T[]>;
  /** Rows as they come, for results too large to hold. */
  queryStream<T>(sql: string, parameters?: QueryParameters): AsyncIterable<T>;
  command(sql: string): Promise<void>;
  /** All rows of one moment in ClickHouse's format Native; the stream fails unless it is whole. */
  exportRows(table: string): Promise<Readable>;
  /** Inserts such a stream; nothing may feed from the table yet. */
  importRows(table: string, rows: Readable): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
