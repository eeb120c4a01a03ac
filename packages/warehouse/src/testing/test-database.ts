/** A fresh embedded server in a temporary folder, for one test file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
} from '../embedded/embedded-clickhouse.js';
import type { Logger } from '../logger.js';
import { connectWarehouse } from '../warehouse.js';
import type { Warehouse } from '../warehouse-api.js';

export const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

export interface TestDatabase {
  readonly server: EmbeddedClickHouse;
  readonly warehouse: Warehouse;
  readonly dir: string;
  stop(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'rosi-warehouse-'));
  const server = await startEmbeddedClickHouse({ dir, port: 0, logger: silent });
  const warehouse = await connectWarehouse({ url: server.url });
  return {
    server,
    warehouse,
    dir,
    async stop() {
      await warehouse.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
