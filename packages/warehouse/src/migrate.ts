/**
 * Brings a ClickHouse database up to date. What was done is recorded in `rosi_meta`; a migration
 * that was interrupted runs again from its beginning, and all statements bear that.
 *
 * Guarantees: refuses a database that holds another log, that lost what was loaded, or that a newer
 * build made; the daily sums always stand for exactly one time zone.
 */
import { RosiError } from '@rosi/service-kit';
import { claimLoading } from './loader-session.js';
import { migrations } from './migrations/index.js';
import type { Statement } from './migrations/migration.js';
import { rebuildDailySums } from './schema/daily-sums.js';
import { isAtLeast } from './server-version.js';
import type { MigrateOptions, Warehouse } from './warehouse-api.js';

type Database = Pick<Warehouse, 'command' | 'query'>;

export async function migrate(
  database: Database,
  options: MigrateOptions,
  /** Of the loader that takes the database over. */
  session: string,
): Promise<{ applied: readonly string[]; rebuilt: boolean }> {
  await checkTimezone(database, options.timezone);
  const before = await readMeta(database);
  if (options.begins === undefined) checkLog(before, options);
  checkNumbers(before);
  await database.command(
    "CREATE DATABASE IF NOT EXISTS rosi COMMENT 'ROSI: return on social investment'",
  );
  const applied = await applyMissing(database, before);
  await claimLoading(database, session);
  if (options.begins !== undefined) await beginGeneration(database, options.begins);
  if (before.get('log_uuid') !== options.logUuid) {
    await writeMeta(database, 'log_uuid', options.logUuid);
  }
  const rebuilt = before.get('timezone') !== options.timezone;
  if (rebuilt) {
    await options.beforeRebuild?.();
    // Until the new name stands, an interrupted rebuild starts anew.
    await writeMeta(database, 'timezone', '');
    for (const statement of rebuildDailySums(options.timezone)) await database.command(statement);
    await writeMeta(database, 'timezone', options.timezone);
  }
  return { applied, rebuilt };
}

/**
 * From now on the tables are those of another log, which continues the one that filled them. Does
 * nothing where there is no database, or where it was done before.
 */
export async function adoptLog(
  database: Database,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const found = (await readMeta(database)).get('log_uuid');
  if (found === undefined || found === to) return;
  if (found === from) return writeMeta(database, 'log_uuid', to);
  throw new RosiError(
    'ROSI_WAREHOUSE_FOREIGN',
    'the ClickHouse database rosi holds the tables of another log than this data folder: point ' +
      'ROSI_CLICKHOUSE_URL to the right one',
  );
}

/** Empties the tables; the generation stands once nothing of another one is left. */
async function beginGeneration(database: Database, generation: number): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT name FROM system.tables
    WHERE database = 'rosi' AND engine LIKE '%MergeTree' AND name != 'rosi_meta'`,
  );
  // Side by side, since each waits for the disk; all have ended before one's failure is told.
  const emptied = await Promise.allSettled(
    tables.map(({ name }) => database.command(`TRUNCATE TABLE rosi.${name} SYNC`)),
  );
  for (const each of emptied) if (each.status === 'rejected') throw each.reason;
  await writeMeta(database, 'generation', String(generation));
}

/** The replay that filled the tables, 0: none; also of a server without the database. */
export async function readGeneration(database: Database): Promise<number> {
  return Number((await readMeta(database)).get('generation') ?? 0);
}

async function applyMissing(database: Database, before: ReadonlyMap<string, string>) {
  const applied: string[] = [];
  for (const { number, statements } of migrations) {
    if (before.has(`migration:${number}`)) continue;
    for (const statement of statements) await run(database, statement);
    await writeMeta(database, `migration:${number}`, String(statements.length));
    applied.push(number);
  }
  return applied;
}

/** What a server says that does not know a statement, or lacks what one of those before it made. */
const UNKNOWN =
  /^(SYNTAX_ERROR|NOT_IMPLEMENTED|ILLEGAL_PROJECTION|SUPPORT_IS_DISABLED|NO_SUCH_PROJECTION_IN_TABLE)$/;

async function run(database: Database, statement: Statement): Promise<void> {
  if (typeof statement === 'string') return database.command(statement);
  if ('since' in statement) {
    const [row] = await database.query<{ version: string }>('SELECT version() AS version');
    const isNew = isAtLeast(row?.version ?? '', statement.since);
    return database.command(isNew ? statement.sql : statement.before);
  }
  try {
    await database.command(statement.sql);
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? String(error.type) : '';
    if (!UNKNOWN.test(type)) throw error;
  }
}

/** Name to value; empty when there is no such table yet. */
async function readMeta(database: Database): Promise<ReadonlyMap<string, string>> {
  const [table] = await database.query(
    "SELECT 1 FROM system.tables WHERE database = 'rosi' AND name = 'rosi_meta'",
  );
  if (table === undefined) return new Map();
  const rows = await database.query<{ name: string; value: string }>(
    "SELECT name, value FROM rosi.rosi_meta FINAL WHERE workspace = ''",
  );
  return new Map(rows.map((row) => [row.name, row.value]));
}

/** Of the database as a whole, so under no workspace. Values are ours: no quote is in them. */
async function writeMeta(database: Database, name: string, value: string): Promise<void> {
  await database.command(
    `INSERT INTO rosi.rosi_meta (workspace, name, value, written_at)
SETTINGS async_insert = 0 VALUES ('', '${name}', '${value}', now64(6))`,
  );
}

function checkLog(meta: ReadonlyMap<string, string>, options: MigrateOptions): void {
  const found = meta.get('log_uuid');
  if (found === options.logUuid) return;
  if (found !== undefined) {
    throw new RosiError(
      'ROSI_WAREHOUSE_FOREIGN',
      'the ClickHouse database rosi holds the tables of another log: point ROSI_CLICKHOUSE_URL ' +
        'or ROSI_DATA_DIR to the right one, or drop the database and run `rosi replay`',
    );
  }
  if (options.loadedBefore) {
    throw new RosiError(
      'ROSI_WAREHOUSE_FOREIGN',
      'the ClickHouse database rosi is empty, but this log was loaded before: point ' +
        'ROSI_CLICKHOUSE_URL to the right server, or fill the empty one with `rosi replay`',
    );
  }
}

function checkNumbers(meta: ReadonlyMap<string, string>): void {
  const known = new Set(migrations.map(({ number }) => `migration:${number}`));
  const unknown = [...meta.keys()].filter((name) => /^migration:/.test(name) && !known.has(name));
  if (unknown.length === 0) return;
  throw new RosiError(
    'ROSI_STATE_VERSION',
    `the ClickHouse database rosi was made by a newer build (${unknown.join(', ')}): run that one`,
  );
}

async function checkTimezone(database: Database, timezone: string): Promise<void> {
  if (/^[A-Za-z0-9_+/-]{1,64}$/.test(timezone)) {
    const found = await database.query(
      'SELECT 1 FROM system.time_zones WHERE time_zone = {name:String}',
      {
        name: timezone,
      },
    );
    if (found.length > 0) return;
  }
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `ROSI_TIMEZONE is not a time zone's name (such as Europe/Paris): ${timezone.slice(0, 64)}`,
  );
}
