/**
 * The tables against the log's identity and the loader's positions: nothing beyond a position, the
 * record just before it there, and the tables those of this very log.
 */
import type { BaseTable } from '../rows.js';
import type { Warehouse } from '../warehouse-api.js';
import { BASE_KEYS, keyColumns } from './base-keys.js';
import { type CheckResult, type Finding, resultOf } from './check.js';

/** How far a partition was loaded. */
export interface LoadedPlace {
  readonly table: BaseTable;
  readonly partition: number;
  /** One past the last record that was loaded. */
  readonly position: number;
  /**
   * The offset of that record, which is before the position where a log uses offsets for itself; null
   * when it has no row of its own, as erased ones and those of former replays.
   */
  readonly lastRow: number | null;
}

export interface PlacesToCheck {
  /** As `rosi_meta` should have it. */
  readonly logUuid: string;
  /** Of every table all partitions. */
  readonly places: readonly LoadedPlace[];
  readonly findingsMax: number;
}

const RIGHT_ONES = 'point ROSI_CLICKHOUSE_URL and ROSI_DATA_DIR to what belongs together; or else';

type Database = Pick<Warehouse, 'query'>;

export async function checkPlaces(
  database: Database,
  options: PlacesToCheck,
): Promise<readonly CheckResult[]> {
  return [
    await checkUuid(database, options.logUuid),
    await checkBeyond(database, options),
    await checkNewest(database, options.places),
  ];
}

async function checkUuid(database: Database, logUuid: string): Promise<CheckResult> {
  const [row] = await database.query<{ value: string }>(
    "SELECT value FROM rosi.rosi_meta FINAL WHERE workspace = '' AND name = 'log_uuid'",
  );
  const found = row?.value ?? 'no row';
  const key = { name: 'log_uuid' };
  const off = found === logUuid ? [] : [{ table: 'rosi_meta', key, found, expected: logUuid }];
  const law = 'the tables were filled from the log of this data folder';
  const result = resultOf({ name: 'log-uuid', law }, off.length, off);
  return result.remedy === null ? result : { ...result, remedy: `${RIGHT_ONES} ${result.remedy}` };
}

async function checkBeyond(database: Database, options: PlacesToCheck): Promise<CheckResult> {
  const findings: Finding[] = [];
  let count = 0;
  for (const { table } of BASE_KEYS) {
    const ends = options.places.filter((place) => place.table === table);
    const parameters = {
      partitions: ends.map(({ partition }) => partition),
      positions: ends.map(({ position }) => position),
      limit: Math.max(0, options.findingsMax - findings.length),
    };
    const beyond = `log_offset >= transform(log_partition,
      {partitions:Array(UInt32)}, {positions:Array(UInt64)}, toUInt64(0))`;
    const [all] = await database.query<{ n: number }>(
      `SELECT count() AS n FROM rosi.${table} WHERE ${beyond}`,
      parameters,
    );
    if (all === undefined || all.n === 0) continue;
    count += all.n;
    const rows = await database.query<Readonly<Record<string, string | number>>>(
      `SELECT ${keyColumns(table).join(', ')}, log_partition, log_offset FROM rosi.${table}
      WHERE ${beyond} LIMIT {limit:UInt64}`,
      parameters,
    );
    const expected = 'no row beyond the position of the loader';
    findings.push(...rows.map((key) => ({ table, key, found: 'a row', expected })));
  }
  const law = 'no row is beyond the position of the loader';
  return resultOf({ name: 'loaded-positions', law }, count, findings);
}

/** Of events the copy that was first stays, so that the newest may be a repeat without a row. */
async function checkNewest(
  database: Database,
  places: readonly LoadedPlace[],
): Promise<CheckResult> {
  const findings: Finding[] = [];
  for (const { table, partition, position, lastRow } of places) {
    if (table === 'events' || lastRow === null) continue;
    const [row] = await database.query<{ n: number; newest: number }>(
      `SELECT count() AS n, max(log_offset) AS newest FROM rosi.${table}
      WHERE log_partition = {partition:UInt32} AND log_offset < {position:UInt64}`,
      { partition, position },
    );
    const newest = row === undefined || row.n === 0 ? null : row.newest;
    if (newest === lastRow) continue;
    findings.push({
      table,
      key: { log_partition: partition, log_offset: lastRow },
      found: newest === null ? 'no row' : `the newest row is that of offset ${newest}`,
      expected: 'the row of the last record that was loaded',
    });
  }
  const law = 'the last record that was loaded has its row';
  return resultOf({ name: 'last-records', law }, findings.length, findings);
}
