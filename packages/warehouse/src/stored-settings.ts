/** The attribution settings that count, as the catalogue has them. */
import type { Warehouse } from './warehouse-api.js';

/** As they were stated; undefined: nobody has stated any. */
export async function readStoredSettings(
  warehouse: Pick<Warehouse, 'query'>,
  workspace: string,
): Promise<unknown> {
  const [found] = await warehouse.query<{ entry: string }>(
    `SELECT entry FROM rosi.catalogue_entries FINAL
    WHERE workspace = {workspace:String} AND kind = 'settings' AND id = 'attribution'`,
    { workspace },
  );
  return found === undefined ? undefined : JSON.parse(found.entry);
}
