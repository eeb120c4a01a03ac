/**
 * Taking a database over as its one loader, and knowing when another one has. See
 * schema/loader-fence.ts for what refuses the older one's inserts.
 */
import { RosiError } from '@rosi/service-kit';
import {
  claimStatement,
  fenceName,
  loaderQueryPrefix,
  sessionQuery,
} from './schema/loader-fence.js';
import type { Warehouse } from './warehouse-api.js';

type Database = Pick<Warehouse, 'command' | 'query'>;

const QUIET_TIMEOUT_MS = 60_000;
const QUIET_STEP_MS = 50;

/**
 * From here on only inserts of this session are taken. Resolves when no insert of an earlier one is
 * under way any more, so that what is compared afterwards stays as it is.
 */
export async function claimLoading(database: Database, session: string): Promise<void> {
  await database.command(claimStatement(session));
  const until = Date.now() + QUIET_TIMEOUT_MS;
  while (await othersWrite(database, session)) {
    if (Date.now() > until) {
      throw new RosiError(
        'ROSI_WAREHOUSE_UNAVAILABLE',
        'ClickHouse still works on what an earlier loader sent (system.processes)',
      );
    }
    await new Promise((done) => setTimeout(done, QUIET_STEP_MS));
  }
}

async function othersWrite(database: Database, session: string): Promise<boolean> {
  const rows = await database.query(
    `SELECT 1 FROM system.processes WHERE startsWith(query_id, {prefix:String})
      AND position(query_id, {session:String}) = 0 LIMIT 1`,
    { prefix: loaderQueryPrefix, session },
  );
  return rows.length > 0;
}

/** Throws `ROSI_WAREHOUSE_TAKEN_OVER` when another loader has claimed the database since. */
export async function assertClaimed(database: Database, session: string): Promise<void> {
  const [found] = await database.query<{ session: string }>(sessionQuery);
  if (found?.session !== session) throw takenOver();
}

/** An insert's failure, named when the fence was its cause. */
export function insertFailure(error: unknown): unknown {
  return error instanceof Error && error.message.includes(fenceName) ? takenOver(error) : error;
}

function takenOver(cause?: unknown): RosiError {
  return new RosiError(
    'ROSI_WAREHOUSE_TAKEN_OVER',
    'another loader has taken over the ClickHouse database rosi, and this one stops: only one ROSI ' +
      'may load a database. Stop one of them, or give it a ROSI_CLICKHOUSE_URL of its own ' +
      '(docs/operations.md, "Loader")',
    { cause },
  );
}
