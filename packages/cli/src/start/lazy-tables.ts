/**
 * ClickHouse for whoever only reads it: connected at the first question, so that a process starts,
 * and a collector accepts, while ClickHouse is away. A question that can't be asked is refused; the
 * next one tries again.
 */
import { connectWarehouse, type Warehouse } from '@rosi/warehouse';

export type Tables = Pick<Warehouse, 'query' | 'ping' | 'close'>;

export function lazyTables(url: string): Tables {
  let connecting: Promise<Warehouse> | undefined;
  const connected = () => {
    connecting ??= connectWarehouse({ url }).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  return {
    query: async (sql, parameters) => (await connected()).query(sql, parameters),
    ping: async () => (await connected()).ping(),
    async close() {
      const warehouse = await connecting?.catch(() => undefined);
      await warehouse?.close();
    },
  };
}
