/**
 * One real ClickHouse, and databases in it that the real loader fills: each from the records of a
 * topology in the test driver, as many times as there is something new.
 */
import { eventsCollected } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { logReader, type TestDriver } from '@rosi/streams';
import { startLoader } from '@rosi/warehouse-loader';
import {
  startTestDatabase,
  type TestDatabase,
} from '../../packages/warehouse/src/testing/test-database.js';
import { memoryTopics } from '../../services/warehouse-loader/src/testing/memory-topics.js';
import type { ActualRow, ActualTables, TableName } from '../oracle/index.js';
import type { Feeding } from '../property/run-topology.js';

const logger = { info: () => {}, warn: () => {}, error: () => {} };
/** A stopping loader still loads what is in the log; as long as it takes. */
const drainMs = 60_000;

export interface LoadedDatabase {
  /** Loads what is new, by a loader started for it; throws when it meets a fault. */
  load(): Promise<void>;
  /** All rows of the tables named. */
  read(names: readonly TableName[]): Promise<ActualTables>;
}

export { startTestDatabase, type TestDatabase };

/** Drops what is there; the new database belongs to this feeding alone. */
export async function emptyDatabase(
  { warehouse }: TestDatabase,
  feeding: Feeding,
  timezone: string,
): Promise<LoadedDatabase> {
  await warehouse.command('DROP DATABASE IF EXISTS rosi SYNC');
  const events = memoryTopics('events');
  const checkpoints = storeInMemory();
  let appended = 0;
  return {
    async load() {
      events.append(eventsCollected, feeding.collected.slice(appended));
      appended = feeding.collected.length;
      const faults: Error[] = [];
      const loader = await startLoader({
        events: logReader(events),
        ledger: logReader((feeding.driver satisfies TestDriver).log),
        warehouse,
        checkpoints,
        timezone,
        hash: suppressionHash('test'),
        limits: { drainMs },
        logger,
        onFault: (error) => void faults.push(error),
      });
      await loader.stop();
      if (faults[0] !== undefined) throw faults[0];
    },
    async read(names) {
      const rows = await Promise.all(
        names.map(async (name) => [
          name,
          await warehouse.query<ActualRow>(`SELECT * FROM rosi.${name}`),
        ]),
      );
      return Object.fromEntries(rows);
    },
  };
}

function storeInMemory() {
  const entries = new Map<string, Buffer>();
  return {
    get: (key: string) => entries.get(key),
    async put(key: string, value: Buffer) {
      entries.set(key, value);
    },
  };
}
