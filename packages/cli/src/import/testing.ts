/** What the tests of importers share. */
import { createHash } from 'node:crypto';
import { createColumnMap, parseMappings } from './column-map.js';
import type { ImportItem } from './item.js';
import { type OrderPreset, presetOf } from './order-presets.js';
import { type OrdersOptions, ordersImporter } from './orders.js';
import { openTable } from './table-rows.js';

export const digest = (text: string) => createHash('sha256').update(text).digest('hex');

export async function* pieces(...texts: string[]): AsyncIterable<string> {
  yield* texts;
}

/** The items that an orders file gives. */
export async function ordersOf(
  text: string,
  options: Partial<OrdersOptions> & { readonly map?: string } = {},
): Promise<{ items: ImportItem[]; preset: OrderPreset }> {
  const table = await openTable(() => pieces(text), ',');
  const preset = presetOf(table.headers);
  const importer = ordersImporter({
    columns: createColumnMap({
      headers: table.headers,
      fields: preset.fields,
      mappings: parseMappings(options.map === undefined ? [] : [options.map]),
      blanks: new Set(),
    }),
    digest,
    time: { order: 'iso', timezone: null },
    decimal: '.',
    currency: null,
    shop: null,
    preset,
    includeUnpaid: false,
    orderPrefix: '',
    ...options,
  });
  const items: ImportItem[] = [];
  for await (const item of table.rows()) {
    if (item.kind === 'row') items.push(...importer.row(item.row, item.line));
  }
  return { items: [...items, ...importer.end()], preset };
}

export function eventsIn(items: readonly ImportItem[]) {
  return items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
}
