/** What the warehouse offers to loader, command and dashboard. */
import type { BaseTable, RowOf } from './rows.js';

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
  /**
   * Called before sums are rebuilt for another time zone: rebuilding forgets tokens, so a batch
   * whose outcome is unknown must be settled first.
   */
  readonly beforeRebuild?: () => Promise<void>;
}

export interface Warehouse {
  readonly url: string;
  /** Makes or brings up to date the database; safe to repeat and to interrupt. */
  migrate(options: MigrateOptions): Promise<{ applied: readonly string[]; rebuilt: boolean }>;
  /** One atomic insert of all rows; repeated with the same rows and token it changes nothing. */
  insertBatch<T extends BaseTable>(
    table: T,
    rows: readonly RowOf<T>[],
    token: string,
  ): Promise<void>;
  query<T>(sql: string, parameters?: QueryParameters): Promise<T[]>;
  /** Rows as they come, for results too large to hold. */
  queryStream<T>(sql: string, parameters?: QueryParameters): AsyncIterable<T>;
  command(sql: string): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
