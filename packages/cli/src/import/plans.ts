/**
 * The kinds of imports: how each turns a file into items. A plan says how it reads the file (for
 * the report), and gives the items as a stream.
 */
import { isBotAgent } from '@rosi/events';
import { RosiError } from '@rosi/service-kit';
import { accessLogImporter } from './access-log.js';
import { type ColumnMap, createColumnMap, type FieldColumns } from './column-map.js';
import type { LineImporter, RowImporter } from './importer.js';
import { type Digest, type ImportItem, rejected } from './item.js';
import { readLines } from './lines.js';
import { ndjsonImporter } from './ndjson.js';
import { presetOf } from './order-presets.js';
import { ordersImporter } from './orders.js';
import { refundFields, refundsImporter } from './refunds.js';
import type { TableOptions } from './row-reading.js';
import type { SourceFile } from './source-file.js';
import { spendFields, spendImporter } from './spend.js';
import { detectSeparator, openTable, type Table } from './table-rows.js';
import { touchpointFields, touchpointsImporter } from './touchpoints.js';

export const importKinds = [
  'events',
  'access-log',
  'orders',
  'refunds',
  'spend',
  'touchpoints',
] as const;
export type ImportKind = (typeof importKinds)[number];

export interface PlanSettings {
  readonly site: string | null;
  readonly mappings: ReadonlyMap<string, string>;
  readonly blanks: ReadonlySet<string>;
  /** Null: recognised by the header. */
  readonly separator: string | null;
  readonly includeUnpaid: boolean;
  readonly orderPrefix: string;
  readonly table: Omit<TableOptions, 'columns' | 'digest'>;
}

export interface Plan {
  readonly reading: Readonly<Record<string, string>>;
  items(): AsyncIterable<ImportItem>;
}

export async function createPlan(
  kind: ImportKind,
  source: SourceFile,
  settings: PlanSettings,
  digest: Digest,
): Promise<Plan> {
  if (kind === 'events') return linePlan(source, ndjsonImporter({ digest }));
  if (kind === 'access-log') {
    const site = siteOf(settings);
    return linePlan(source, accessLogImporter({ site, digest, isBot: isBotAgent }));
  }
  const separator = settings.separator ?? detectSeparator(source.sample);
  const table = await openTable(source.chunks, separator);
  const { importer, columns, preset } = tableImporter(kind, table, settings, digest);
  return {
    reading: {
      encoding: source.encoding,
      separator: JSON.stringify(separator),
      ...(preset === null ? {} : { preset }),
      columns: columns.shown.join(', '),
    },
    items: () => rowItems(table, importer),
  };
}

function siteOf(settings: PlanSettings): string {
  if (settings.site !== null) return settings.site;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    'An access log has no host names: name the site by --site https://shop.example',
  );
}

function linePlan(source: SourceFile, importer: LineImporter): Plan {
  return {
    reading: { encoding: source.encoding },
    async *items() {
      for await (const lines of readLines(source.chunks())) {
        for (const { number, text } of lines) {
          yield text === null
            ? rejected(number, 'line_too_long', 'the line is longer than 5 MB')
            : importer.line(text, number);
        }
      }
    },
  };
}

async function* rowItems(table: Table, importer: RowImporter): AsyncIterable<ImportItem> {
  for await (const item of table.rows()) {
    if (item.kind === 'damaged') yield rejected(item.line, 'csv_damaged', item.message);
    else yield* importer.row(item.row, item.line);
  }
  yield* importer.end();
}

function tableImporter(
  kind: Exclude<ImportKind, 'events' | 'access-log'>,
  table: Table,
  settings: PlanSettings,
  digest: Digest,
): { importer: RowImporter; columns: ColumnMap; preset: string | null } {
  const { mappings, blanks, orderPrefix } = settings;
  const map = (fields: FieldColumns, required: readonly string[]) => {
    const columns = createColumnMap({ headers: table.headers, fields, mappings, blanks });
    refuseMissing(columns, required, table.headers);
    return columns;
  };
  if (kind === 'orders') {
    const preset = presetOf(table.headers);
    const columns = map(preset.fields, ['order_id', 'occurred_at', 'total']);
    const { includeUnpaid } = settings;
    const options = { ...settings.table, columns, digest, preset, includeUnpaid, orderPrefix };
    return { importer: ordersImporter(options), columns, preset: preset.name };
  }
  if (kind === 'refunds') {
    const columns = map(refundFields, ['order_id', 'occurred_at', 'total']);
    const options = { ...settings.table, columns, digest, orderPrefix };
    return { importer: refundsImporter(options), columns, preset: null };
  }
  if (kind === 'spend') {
    const columns = map(spendFields, ['date', 'amount']);
    const options = { ...settings.table, columns, digest };
    return { importer: spendImporter(options), columns, preset: null };
  }
  const columns = map(touchpointFields, ['occurred_at']);
  const options = { ...settings.table, columns, digest, site: settings.site };
  return { importer: touchpointsImporter(options), columns, preset: null };
}

function refuseMissing(
  columns: ColumnMap,
  required: readonly string[],
  headers: readonly string[],
): void {
  const missing = required.filter((field) => !columns.has(field));
  if (missing.length === 0) return;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    `The file has no column for ${missing.join(', ')}: name it by ` +
      `--map ${missing.map((field) => `${field}=Column`).join(',')}. ` +
      `Its columns: ${headers.join(', ')}`,
  );
}
