/**
 * The warehouse's typed API, and the only importer of @clickhouse/client.
 *
 * Guarantees: `insertBatch` writes one block, whole or not at all, under a deduplication token;
 * when it throws, the outcome is unknown and the caller compares before it goes on. Integers come
 * back as numbers.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { parseUrl } from '@rosi/events';
import { RosiError } from '@rosi/service-kit';
import { type ForgettingDatabase, forgetPersons } from './forget.js';
import { assertClaimed, insertFailure } from './loader-session.js';
import { type MendingDatabase, mendOrderViews } from './mend-order-views.js';
import { migrate, readGeneration } from './migrate.js';
import { type BlockTable, type RowBlock, rowBlock } from './native/row-block.js';
import type { BaseTable } from './rows.js';
import { loaderQueryPrefix } from './schema/loader-fence.js';
import { isAtLeast, type ServerVersion } from './server-version.js';
import type { QueryParameters, Warehouse } from './warehouse-api.js';

/** Older ones lack what the views and the deduplication of views rely on. */
const VERSION_MIN: ServerVersion = [25, 3];
const REQUEST_TIMEOUT_MS = 300_000;

const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  materialized_views_ignore_errors: 0,
  parallel_view_processing: 0,
  max_insert_threads: '1',
  // A replay brings orders of all years at once, and each quarter of them is a partition.
  max_partitions_per_insert_block: '0',
  // One insert is one block, whatever its size: a token covers a block, not an insert.
  input_format_parallel_parsing: 0,
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '4000000000',
  min_insert_block_size_rows_for_materialized_views: '1000000000',
  min_insert_block_size_bytes_for_materialized_views: '4000000000',
  date_time_input_format: 'best_effort',
  wait_end_of_query: 1,
};

/** By their ids the server tells what it still does for a loader, and for which table. */
const loaderQueries = (table: BlockTable) => `${loaderQueryPrefix}${table}:`;
const loaderQueryId = (table: BlockTable, session: string) =>
  `${loaderQueries(table)}${session}:${randomUUID()}`;

/** Statements that list identifiers are long. */
const STATEMENT_BYTES_MAX = 64 * 1024 * 1024;

/** An answer may be long in the making: a header now and then keeps its connection alive. */
const aliveSettings: ClickHouseSettings = {
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '60000',
};

const readSettings: ClickHouseSettings = {
  ...aliveSettings,
  max_query_size: String(STATEMENT_BYTES_MAX),
  output_format_json_quote_64bit_integers: 0,
  // Skip indexes under FINAL may hide the newest version of a row on older servers.
  use_skip_indexes_if_final: 0,
};

/** Connects and checks the version; retrying while the server is away is the caller's. */
export async function connectWarehouse(options: {
  readonly url: string;
  /** How long an answer may take; default five minutes. */
  readonly requestTimeoutMs?: number;
}): Promise<Warehouse> {
  const client = createClient({
    url: options.url,
    request_timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    // Whatever goes wrong is thrown; the client would write beside our own log.
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: false, response: false },
    clickhouse_settings: { log_queries: 0 },
  });
  try {
    await checkVersion(client, options.url);
  } catch (error) {
    await client.close();
    throw error;
  }
  return warehouseOf(client, options.url);
}

/** The address without its password, for messages. */
function shown(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === null) return '(not a url)';
  if (parsed.password !== '') parsed.password = '***';
  return parsed.href;
}

async function checkVersion(client: ClickHouseClient, url: string): Promise<void> {
  let version: string;
  try {
    const result = await client.query({ query: 'SELECT version() AS version' });
    version = (await result.json<{ version: string }>()).data[0]?.version ?? '';
  } catch (cause) {
    throw new RosiError(
      'ROSI_WAREHOUSE_UNAVAILABLE',
      `ClickHouse at ${shown(url)} does not answer: is it up, and are ROSI_CLICKHOUSE_URL's ` +
        'user and password right?',
      { cause },
    );
  }
  if (!isSupported(version)) {
    throw new RosiError(
      'ROSI_CONFIG_INVALID',
      `ClickHouse at ${shown(url)} is ${version}: ROSI needs ${VERSION_MIN.join('.')} or newer ` +
        '(ROSI_CLICKHOUSE_URL)',
    );
  }
}

export const isSupported = (version: string) => isAtLeast(version, VERSION_MIN);

function warehouseOf(client: ClickHouseClient, url: string): Warehouse {
  const select = (sql: string, parameters: QueryParameters = {}) =>
    client.query({
      query: sql,
      query_params: { ...parameters },
      format: 'JSONEachRow',
      clickhouse_settings: readSettings,
    });
  const session = randomUUID();
  const warehouse: Warehouse = {
    url,
    migrate: (options) => migrate(warehouse, options, session),
    generation: () => readGeneration(warehouse),
    async forget(erased) {
      await assertClaimed(warehouse, session);
      await forgetPersons(forgettingDatabase(client, warehouse, session), erased);
    },
    async insertBatch(block, token) {
      const queryId = loaderQueryId(block.table, session);
      await insertBlock(client, block, { queryId, token }).catch((error: unknown) =>
        Promise.reject(insertFailure(error)),
      );
    },
    assertClaimed: () => assertClaimed(warehouse, session),
    isQuiet: (table) => isQuiet(warehouse, table),
    mendOrderViews: (batch, timezone) =>
      mendOrderViews(mendingDatabase(client, session, warehouse), batch, timezone),
    async query<T>(sql: string, parameters?: QueryParameters) {
      return (await select(sql, parameters)).json<T>();
    },
    async *queryStream<T>(sql: string, parameters?: QueryParameters) {
      const result = await select(sql, parameters);
      for await (const rows of result.stream<T>()) {
        for (const row of rows) yield row.json();
      }
    },
    async command(sql) {
      await client.command({ query: sql, clickhouse_settings: { wait_end_of_query: 1 } });
    },
    exportRows: (table) => exportRows(client, table),
    importRows: (table, rows) => importRows(client, table, rows),
    async ping() {
      return (await client.ping()).success;
    },
    close: () => client.close(),
  };
  return warehouse;
}

/** One request, one block. Its outcome is unknown when it throws. */
async function insertBlock(
  client: ClickHouseClient,
  { table, rows, columns, bytes }: RowBlock,
  { queryId, token }: { readonly queryId: string; readonly token: string },
): Promise<void> {
  if (rows === 0) return;
  const names = columns.map((name) => `\`${name}\``).join(', ');
  const { stream } = await client.exec({
    query: `INSERT INTO rosi.${table} (${names}) FORMAT Native`,
    values: Readable.from(bytes, { objectMode: false }),
    query_id: queryId,
    clickhouse_settings: { ...insertSettings, insert_deduplication_token: token },
  });
  stream.resume();
  await finished(stream);
}

/** The server makes the whole answer before its first byte: an error is then one, not a cut. */
async function exportRows(client: ClickHouseClient, table: string): Promise<Readable> {
  const { stream } = await client.exec({
    query: `SELECT * FROM rosi.${table} FORMAT Native`,
    clickhouse_settings: { ...aliveSettings, wait_end_of_query: 1, max_execution_time: 0 },
  });
  return stream;
}

async function importRows(client: ClickHouseClient, table: string, rows: Readable): Promise<void> {
  const { stream } = await client.exec({
    query: `INSERT INTO rosi.${table} FORMAT Native`,
    values: rows,
    clickhouse_settings: { ...insertSettings, ...importBlocks },
  });
  stream.resume();
  await finished(stream);
}

/** Many rows come in several blocks, so that no insert needs them all in memory. */
const importBlocks: ClickHouseSettings = {
  insert_deduplicate: 0,
  max_insert_block_size: '100000',
  min_insert_block_size_rows: '100000',
  min_insert_block_size_bytes: '67108864',
};

/** Mutations, too: one that was begun goes on after a restart of the server. */
async function isQuiet(database: Pick<Warehouse, 'query'>, table: BaseTable): Promise<boolean> {
  const rows = await database.query(
    `SELECT 1 FROM system.processes WHERE startsWith(query_id, {prefix:String})
    UNION ALL SELECT 1 FROM system.mutations WHERE database = 'rosi' AND NOT is_done
      AND table = {mutated:String}`,
    {
      prefix: loaderQueries(table),
      mutated: table === 'order_records' ? 'credit_deltas' : table,
    },
  );
  return rows.length === 0;
}

function forgettingDatabase(
  client: ClickHouseClient,
  { query, queryStream, command }: Warehouse,
  session: string,
): ForgettingDatabase {
  return {
    query,
    queryStream,
    async mutate(sql) {
      await client.command({
        query: sql,
        clickhouse_settings: {
          mutations_sync: '2',
          wait_end_of_query: 1,
          // Nothing of what a statement reads is written into it, nor refused for being read.
          mutations_execute_subqueries_on_initiator: 0,
          allow_nondeterministic_mutations: 1,
        },
      });
    },
    async insertEvents(rows) {
      await client.insert({
        table: 'rosi.events',
        values: [...rows],
        format: 'JSONEachRow',
        query_id: loaderQueryId('events', session),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: randomUUID() },
      });
    },
    async list(rows) {
      const queryId = loaderQueryId('forgetting', session);
      await insertBlock(client, rowBlock('forgetting', rows), { queryId, token: randomUUID() });
    },
    async listSelected(select) {
      await client.command({
        query: `INSERT INTO rosi.forgetting\n${select}`,
        query_id: loaderQueryId('forgetting', session),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: randomUUID() },
      });
    },
    emptyList: () => command('TRUNCATE TABLE rosi.forgetting SYNC'),
  };
}

/**
 * Each insert has a token of its own: without one, the server knows equal rows again by their
 * hash, and since 26 does so even where insert_deduplicate is 0.
 */
function mendingDatabase(
  client: ClickHouseClient,
  session: string,
  { query }: Pick<Warehouse, 'query'>,
): MendingDatabase {
  const insert = async (block: RowBlock) => {
    if (block.rows === 0) return;
    const queryId = loaderQueryId('order_records', session);
    await insertBlock(client, block, { queryId, token: randomUUID() });
  };
  const command = async (sql: string, settings: ClickHouseSettings = {}) => {
    await client.command({
      query: sql,
      query_id: loaderQueryId('order_records', session),
      clickhouse_settings: { ...settings, wait_end_of_query: 1 },
    });
  };
  return {
    query,
    command,
    insertSelect: (table, select) =>
      command(`INSERT INTO rosi.${table}\n${select}`, {
        async_insert: 0,
        insert_deduplication_token: randomUUID(),
      }),
    insertDeltas: (rows) => insert(rowBlock('credit_deltas', rows)),
    insertTimes: (rows) => insert(rowBlock('order_times', rows)),
  };
}
