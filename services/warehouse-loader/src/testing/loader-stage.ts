/**
 * A real ClickHouse and topics in memory for one test of the loader: orders of 100 by three models,
 * and every number in the database that must be their sum.
 */
import { join } from 'node:path';
import { ledgerOrders } from '@rosi/events';
import { logReader } from '@rosi/streams';
import { openCheckpoints } from '@rosi/streams-embedded';
import type { Warehouse } from '@rosi/warehouse';
import { type Loader, type LoaderOptions, startLoader } from '../loader.js';
import { type CheckpointStore, readCheckpoint } from '../progress.js';
import { order } from './ledger-records.js';
import { type MemoryTopics, memoryTopics } from './memory-topics.js';

const logger = { info: () => {}, warn: () => {}, error: () => {} };
const eventuallyMsMax = 60_000;
const stepMs = 20;

/** One log; several loaders may read it. */
export interface Stage {
  readonly events: MemoryTopics;
  readonly ledger: MemoryTopics;
  /** Adds orders `from` to `to`, the last one not included. */
  append(from: number, to: number): void;
  /** A loader with positions of its own, in a folder of its own. */
  loader(name: string, warehouse: Warehouse): Promise<StagedLoader>;
  close(): Promise<void>;
}

export interface StagedLoader {
  readonly faults: readonly Error[];
  position(): number;
  start(limits?: LoaderOptions['limits']): Promise<Loader>;
}

export function makeStage(folder: string, name: string): Stage {
  const events = memoryTopics(`events-${name}`);
  const ledger = memoryTopics(`ledger-${name}`);
  const opened: { close(): Promise<void> }[] = [];
  return {
    events,
    ledger,
    append(from, to) {
      const numbers = Array.from({ length: to - from }, (_, index) => from + index);
      ledger.append(
        ledgerOrders,
        numbers.map((number) => order(`o${number}`)),
      );
    },
    async loader(loaderName, warehouse) {
      const checkpoints = await openCheckpoints({ dir: join(folder, name, loaderName) });
      opened.push(checkpoints);
      const faults: Error[] = [];
      const onFault = (error: Error) => void faults.push(error);
      const hash = (text: string) => text;
      const parts = {
        events: logReader(events),
        ledger: logReader(ledger),
        checkpoints,
        warehouse,
        timezone: 'UTC',
        hash,
        logger,
        onFault,
      };
      return {
        faults,
        position: () => positionOf(checkpoints),
        start: (limits = {}) => startLoader({ ...parts, limits: { ...quick, ...limits } }),
      };
    },
    async close() {
      for (const one of opened) await one.close();
    },
  };
}

const quick = { batchRecordsMax: 10, insertIntervalMs: 0, backoffMsMin: 20, backoffMsMax: 200 };

const positionOf = (store: CheckpointStore) =>
  readCheckpoint(store, ledgerOrders.name, 0)?.position ?? 0;

export async function eventually(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < eventuallyMsMax; waitedMs += stepMs) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  throw new Error('it did not happen in time');
}

export async function totalsOf(warehouse: Pick<Warehouse, 'query'>) {
  const daily = ['post', 'influencer', 'campaign', 'channel'].map(
    (key) => `(SELECT sum(credit) FROM rosi.revenue_by_${key}_daily) AS ${key}`,
  );
  const [found] = await warehouse.query(`SELECT
    (SELECT count() FROM rosi.orders_current) AS orders,
    (SELECT sum(credit) FROM rosi.credits_current) AS credit,
    (SELECT sum(net) FROM rosi.orders_by_time) AS net,
    (SELECT sum(credit) FROM rosi.credits) AS deltas, ${daily.join(', ')}`);
  return found;
}

/** What `totalsOf` answers when so many orders are in, each once. */
export function totalsOfOrders(orders: number) {
  const credit = orders * 300;
  const daily = { post: credit, influencer: credit, campaign: credit, channel: credit };
  return { orders, credit, net: orders * 100, deltas: credit, ...daily };
}
