/** The customers of one shop, as far as the tables know them. */
import type { PersonIdentifier } from './export-persons.js';
import type { Warehouse } from './warehouse-api.js';

/**
 * Every identifier of type customer_id that begins with the prefix, `shopify:` for example. Those who
 * were erased go on under random names that keep the shop: they are among them.
 */
export async function readCustomers(
  warehouse: Pick<Warehouse, 'query'>,
  { workspace, prefix }: { workspace: string; prefix: string },
): Promise<{ type: 'customer_id'; value: string }[]> {
  const found = await warehouse.query<Pick<PersonIdentifier, 'value'>>(
    `SELECT identifier AS value FROM rosi.identities_current
    WHERE workspace = {workspace:String} AND identifier_type = 'customer_id'
      AND startsWith(identifier, {prefix:String})
    ORDER BY identifier`,
    { workspace, prefix },
  );
  return found.map(({ value }) => ({ type: 'customer_id', value }));
}
