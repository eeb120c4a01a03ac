/**
 * The ClickHouse of an instance, running or not: the one that is stated or that runs, else the
 * embedded one, which is started for the time of the work.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectWarehouse, startEmbeddedClickHouse, type Warehouse } from '@rosi/warehouse';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface WarehousePlace {
  /** Null: the embedded one in the folder. */
  readonly url: string | null;
  /** Of the embedded one. */
  readonly dir: string;
}

export async function withWarehouse<T>(
  { url, dir }: WarehousePlace,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const server =
    url === null ? await startEmbeddedClickHouse({ dir, port: 0, logger: silent }) : null;
  try {
    const warehouse = await connectWarehouse({ url: server?.url ?? url ?? '' });
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  } finally {
    await server?.stop();
  }
}

/** Whether there is anything that a stopped instance's ClickHouse could hold. */
export const hasWarehouse = ({ url, dir }: WarehousePlace) =>
  url !== null || existsSync(join(dir, 'server.xml'));
