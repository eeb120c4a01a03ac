/**
 * Do the books balance? The net of the orders, from their own rows, against what each model's
 * credits come to in each table that the page and its readers sum up.
 */
import { models } from '@rosi/attribution';
import type { CreditTotal } from '@rosi/warehouse';

export interface Difference {
  readonly table: string;
  readonly model: string;
  readonly credit: bigint;
}

export interface Books {
  readonly net: bigint;
  readonly tables: readonly string[];
  readonly models: readonly string[];
  /** Empty: they balance. */
  readonly differences: readonly Difference[];
}

export const bookTables = ['post', 'influencer', 'campaign', 'channel'] as const;

export function checkBooks(net: bigint, totals: readonly CreditTotal[]): Books {
  const found = new Map(totals.map(({ table, model, credit }) => [`${table} ${model}`, credit]));
  const expected = bookTables.flatMap((table) =>
    models.map((model) => ({ table, model, credit: found.get(`${table} ${model}`) ?? 0n })),
  );
  const known = new Set(expected.map(({ table, model }) => `${table} ${model}`));
  const foreign = totals.filter(({ table, model }) => !known.has(`${table} ${model}`));
  return {
    net,
    tables: bookTables,
    models,
    differences: [...expected, ...foreign].filter(({ credit }) => credit !== net),
  };
}
