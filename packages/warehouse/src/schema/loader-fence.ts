/**
 * One loader at a time per database. The newest loader writes its session into `loader_session`;
 * every table that loaders write to has a constraint that refuses an insert of another session,
 * which its query id names. ClickHouse checks that within the insert itself, so that an older loader
 * can't slip in between a look and its write, however late its insert arrives.
 */
import { baseTables } from './base-tables.js';
import { dailyTables } from './daily-sums.js';
import { suppressions } from './suppressions.js';

/** Loaders' query ids are `rosi-loader:<table>:<session>:<insert>`. */
export const loaderQueryPrefix = 'rosi-loader:';
const sessionPlace = 3;

export const fenceName = 'one_loader_at_a_time';
const sessionTable = 'rosi.loader_session';

const check =
  `NOT startsWith(queryID(), '${loaderQueryPrefix}') OR ` +
  `splitByChar(':', queryID())[${sessionPlace}] = joinGet('${sessionTable}', 'session', '')`;

/** What the constraints look into; to be there before any table that has one. */
export const createSession = `CREATE TABLE IF NOT EXISTS ${sessionTable} (
  \`workspace\` String COMMENT 'Empty: of the database as a whole.',
  \`session\` String COMMENT 'The loader that may write; made anew at each start.'
) ENGINE = Join(ANY, LEFT, workspace)
SETTINGS join_any_take_last_row = 1
COMMENT 'The one loader that may write to this database.'`;

/** Of one table; safe to run again. */
export const fenceOf = (table: string) =>
  `ALTER TABLE rosi.${table} ADD CONSTRAINT IF NOT EXISTS ${fenceName} CHECK ${check}`;

export const fenceStatements: readonly string[] = [
  createSession,
  ...[...baseTables, ...dailyTables, suppressions].map(({ name }) => fenceOf(name)),
];

/** Sessions are ours: no quote is in them. */
export const claimStatement = (session: string) =>
  `INSERT INTO ${sessionTable} SETTINGS async_insert = 0 VALUES ('', '${session}')`;

export const sessionQuery = `SELECT joinGet('${sessionTable}', 'session', '') AS session`;
