/**
 * The laws held against the tables as they are: everything that ClickHouse can tell by itself.
 * What it lacks as a whole only the log can tell (record-checks.ts, place-checks.ts).
 *
 * Guarantees: reads only; memory is bounded whatever the tables hold, since aggregation spills to
 * disk beyond a limit and everything else is read row by row.
 */
import type { Warehouse } from '../warehouse-api.js';
import { catalogueChecks } from './catalogue-checks.js';
import { type Check, type CheckResult, type Finding, resultOf } from './check.js';
import { creditChecks } from './credit-checks.js';
import { orderChecks } from './order-checks.js';
import { orderTimeChecks } from './order-time-checks.js';
import { rowChecks } from './row-checks.js';
import { touchpointChecks } from './touchpoint-checks.js';

export interface CheckOptions {
  /** Every model that an order which is worth anything is credited by. */
  readonly models: readonly string[];
  /** Rows that are named, of each check. */
  readonly findingsMax: number;
  /** Before each check: its name, its number from 1, and how many there are. */
  readonly onCheck?: (name: string, number: number, total: number) => void;
}

type Database = Pick<Warehouse, 'query'>;

const MEBIBYTE = 1024 * 1024;
const settings = `SETTINGS max_bytes_before_external_group_by = ${256 * MEBIBYTE},
  max_bytes_before_external_sort = ${256 * MEBIBYTE}, optimize_aggregation_in_order = 1,
  max_threads = 2, max_execution_time = 0`;

export async function checkWarehouse(
  database: Database,
  options: CheckOptions,
): Promise<readonly CheckResult[]> {
  const checks = [
    ...orderChecks,
    ...orderTimeChecks,
    ...creditChecks(await timezoneOfSums(database)),
    ...touchpointChecks,
    ...catalogueChecks,
    ...rowChecks,
  ];
  const results: CheckResult[] = [];
  for (const check of checks) {
    options.onCheck?.(check.name, results.length + 1, checks.length);
    results.push(await runCheck(database, check, options));
  }
  return results;
}

/** Empty while a change of the time zone has not been finished. */
async function timezoneOfSums(database: Database): Promise<string> {
  const [row] = await database.query<{ value: string }>(
    "SELECT value FROM rosi.rosi_meta FINAL WHERE workspace = '' AND name = 'timezone'",
  );
  return /^[A-Za-z0-9_+/-]+$/.test(row?.value ?? '') ? (row?.value ?? 'UTC') : 'UTC';
}

async function runCheck(
  database: Database,
  check: Check,
  { models, findingsMax }: CheckOptions,
): Promise<CheckResult> {
  const ask = <T>(sql: string) => database.query<T>(`${sql}\n${settings}`, { models });
  type Row = Readonly<Record<string, string | number>>;
  const rows = await ask<Row>(`SELECT * FROM (${check.sql}) LIMIT ${findingsMax + 1}`);
  const findings = rows.slice(0, findingsMax).map((row) => findingOf(check.table, row));
  if (rows.length <= findingsMax) return resultOf(check, rows.length, findings);
  const [all] = await ask<{ n: number }>(`SELECT count() AS n FROM (${check.sql})`);
  return resultOf(check, all?.n ?? rows.length, findings);
}

function findingOf(table: string, row: Readonly<Record<string, string | number>>): Finding {
  const { found, expected, ...key } = row;
  return { table, key, found: String(found), expected: String(expected) };
}
