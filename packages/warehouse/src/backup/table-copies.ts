/**
 * The tables of the database as streams, for a backup, and back. Works with any ClickHouse, the
 * embedded one and another machine's.
 *
 * Each table is a snapshot of one moment, but of a moment of its own, and the loader may go on
 * between them. So `order_records` goes first and `credit_deltas` after it: what the deltas have
 * more is cut by offset when they come back. The daily sums and `order_times` are not copied at all:
 * the first start makes them anew from the newest records, as after a change of the time zone and as
 * the migration does that makes the table; nor is `forgetting`, whose erasure is carried out again.
 * What a table has more than the loader's positions, which were copied before, the loader takes over
 * by itself.
 */
import type { Readable } from 'node:stream';
import { RosiError } from '@rosi/service-kit';
import { migrations } from '../migrations/index.js';
import { baseTables } from '../schema/base-tables.js';
import { dailyTables } from '../schema/daily-sums.js';
import { createTable, literal } from '../schema/define-table.js';
import { forgetting } from '../schema/forgetting.js';
import { createSession } from '../schema/loader-fence.js';
import { orderTimes } from '../schema/order-times.js';
import type { Warehouse } from '../warehouse-api.js';

export interface TableCopy {
  readonly name: string;
  /** The CREATE statement as the server has it. */
  readonly create: string;
}

/** What is to be known before the tables come back. */
export interface WarehouseCopy {
  /** In the order in which to copy them. */
  readonly tables: readonly TableCopy[];
  /** Name to value of `rosi_meta`. */
  readonly meta: Readonly<Record<string, string>>;
}

const META = 'rosi_meta';
const notCopied = [META, orderTimes.name, forgetting.name, ...dailyTables.map(({ name }) => name)];

/** Null: the database was not made yet. */
export async function describeTables(
  warehouse: Pick<Warehouse, 'query'>,
): Promise<WarehouseCopy | null> {
  const tables = await warehouse.query<TableCopy>(
    `SELECT name, create_table_query AS create FROM system.tables
    WHERE database = 'rosi' AND endsWith(engine, 'MergeTree')
    ORDER BY name = 'credit_deltas', name`,
  );
  if (!tables.some(({ name }) => name === META)) return null;
  const rows = await warehouse.query<{ name: string; value: string }>(
    `SELECT name, value FROM rosi.${META} FINAL WHERE workspace = ''`,
  );
  return {
    tables: tables.filter(({ name }) => !notCopied.includes(name)),
    meta: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
  };
}

/**
 * Fills a server that has no database rosi. The name of the log is written last, so that a database
 * that was left half filled is refused at the next start.
 */
export async function restoreTables(
  warehouse: Warehouse,
  copy: WarehouseCopy,
  open: (table: string) => Readable,
): Promise<void> {
  refuseNewer(copy);
  await refuseExisting(warehouse);
  await warehouse.command('CREATE DATABASE rosi');
  await warehouse.command(createSession);
  for (const { name, create } of copy.tables) {
    await warehouse.command(create);
    await warehouse.importRows(name, open(name));
  }
  await cutDeltas(warehouse);
  await writeMeta(warehouse, copy.meta);
}

function refuseNewer({ meta }: WarehouseCopy): void {
  const known = new Set(migrations.map(({ number }) => `migration:${number}`));
  const unknown = Object.keys(meta).filter((name) => isMigration(name) && !known.has(name));
  if (unknown.length === 0) return;
  throw new RosiError(
    'ROSI_BACKUP_INVALID',
    `The backup was made by a newer build (${unknown.join(', ')}): restore it with that one.`,
  );
}

async function refuseExisting(warehouse: Pick<Warehouse, 'query' | 'url'>): Promise<void> {
  const found = await warehouse.query("SELECT 1 FROM system.databases WHERE name = 'rosi'");
  if (found.length === 0) return;
  throw new RosiError(
    'ROSI_DATA_DIR_NOT_EMPTY',
    'The ClickHouse server has a database rosi already: drop it first, or point ' +
      'ROSI_CLICKHOUSE_URL to another server.',
  );
}

/** Differences of records that came after the copy of the records was made. */
async function cutDeltas(warehouse: Pick<Warehouse, 'query' | 'command'>): Promise<void> {
  const ends = await warehouse.query<{ place: number; newest: number }>(
    `SELECT log_partition AS place, max(log_offset) AS newest FROM rosi.order_records
    GROUP BY log_partition`,
  );
  const kept = ends.map(
    ({ place, newest }) => `(log_partition = ${place} AND log_offset <= ${newest})`,
  );
  const beyond = kept.length === 0 ? '1' : `NOT (${kept.join(' OR ')})`;
  const found = await warehouse.query(`SELECT 1 FROM rosi.credit_deltas WHERE ${beyond} LIMIT 1`);
  if (found.length === 0) return;
  await warehouse.command(
    `ALTER TABLE rosi.credit_deltas DELETE WHERE ${beyond} SETTINGS mutations_sync = 2`,
  );
}

const isMigration = (name: string) => name.startsWith('migration:');

/**
 * Neither the migrations, all of which bear to run again and make views and feeds, nor the time
 * zone: the sums are then made anew.
 */
async function writeMeta(
  warehouse: Pick<Warehouse, 'command'>,
  meta: WarehouseCopy['meta'],
): Promise<void> {
  const table = baseTables.find(({ name }) => name === META);
  if (table === undefined) throw new Error(`no table ${META}`);
  await warehouse.command(createTable(table));
  for (const [name, value] of Object.entries(meta)) {
    if (isMigration(name) || name === 'timezone') continue;
    await warehouse.command(
      `INSERT INTO rosi.${META} (workspace, name, value, written_at)
      SETTINGS async_insert = 0 VALUES ('', ${literal(name)}, ${literal(value)}, now64(6))`,
    );
  }
}
