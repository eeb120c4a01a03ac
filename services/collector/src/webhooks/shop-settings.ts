/** Settings that endpoints of shops have in common, and what follows from them. */
import * as z from 'zod';

const prefix = (standard: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,32}$/, 'may have letters, digits, dot, dash and underscore, up to 32')
    .default(standard);

/** `shop` names the shop in customer ids; where several feed one workspace, each has its own. */
export const shopSettings = (shop: string) => ({
  shop: prefix(shop).refine((name) => name !== '', 'must not be empty'),
  /** Before order ids, for the same reason: `fr-` makes order 1001 `fr-1001`. */
  order_prefix: prefix(''),
  /** Whether the landing page that the shop remembers becomes a page event. */
  landing_page: z.boolean().default(true),
  /** Orders of the shop's test mode count too. */
  test_orders: z.boolean().default(false),
});

/** Empty for the words and the 0 by which shops mean a guest. */
export function customerId(shop: string, id: string): string {
  return id === '' || id === '0' ? '' : `${shop}:${id}`;
}
