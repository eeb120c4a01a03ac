/**
 * From a field of ours to the columns of a file. A mapping is written `field=Column`, or
 * `field={Column}-{Other}` to join columns, or `field==text` for the same text in every row.
 */
import { RosiError } from '@rosi/service-kit';
import type { Row } from './importer.js';

/** The trimmed text of a field in a row; empty when the field is not mapped or the cell is empty. */
export interface ColumnMap {
  has(field: string): boolean;
  text(field: string, row: Row): string;
  /** The column or mapping that a field is read from; empty when there is none. */
  sourceOf(field: string): string;
  /** `field=Column` of every mapped field, for the preview. */
  readonly shown: readonly string[];
}

/**
 * Column names by which a field is recognised when the user maps nothing; the first one found.
 * Several together are read row by row: the first of them in which the row says something.
 */
export type FieldColumns = Readonly<Record<string, readonly (string | readonly string[])[]>>;

/** Splits `--map a=B,c=D`; a comma within braces or escaped by a backslash belongs to the name. */
export function parseMappings(texts: readonly string[]): Map<string, string> {
  const mappings = new Map<string, string>();
  for (const part of texts.flatMap((text) => text.split(/(?<!\\),(?![^{]*\})/))) {
    const at = part.indexOf('=');
    const field = part.slice(0, at).trim();
    const column = part
      .slice(at + 1)
      .replaceAll('\\,', ',')
      .trim();
    if (at < 1 || field === '' || column === '') {
      throw new RosiError(
        'ROSI_USAGE_INVALID',
        `--map ${JSON.stringify(part)} is not of the form field=Column. ` +
          'Example: --map order_id=Name,total=Total',
      );
    }
    mappings.set(field, column);
  }
  return mappings;
}

export interface ColumnMapOptions {
  readonly headers: readonly string[];
  readonly fields: FieldColumns;
  /** By the user; wins. */
  readonly mappings: ReadonlyMap<string, string>;
  /** Cells that mean nothing, compared in lower case. */
  readonly blanks: ReadonlySet<string>;
}

/** Throws (exit code 2) when a mapping names an unknown field or a column that the file lacks. */
export function createColumnMap(options: ColumnMapOptions): ColumnMap {
  const columnOf = columnFinder(options.headers);
  const readers = new Map<string, (row: Row) => string>();
  const sources = new Map<string, string>();
  for (const [field, candidates] of Object.entries(options.fields)) {
    if (options.mappings.has(field)) continue;
    const found = candidates.map((names) => present(names, columnOf)).find(isSome) ?? [];
    const [first, ...others] = found;
    if (first === undefined) continue;
    readers.set(field, others.length === 0 ? cellOf(first) : firstStated(found));
    sources.set(field, found.join(' or '));
  }
  for (const [field, template] of options.mappings) {
    refuseUnknownField(field, options.fields);
    readers.set(field, readerOf(field, template, columnOf, options.headers));
    sources.set(field, template);
  }
  return {
    has: (field) => readers.has(field),
    text(field, row) {
      const text = readers.get(field)?.(row).trim() ?? '';
      return options.blanks.has(text.toLowerCase()) ? '' : text;
    },
    sourceOf: (field) => sources.get(field) ?? '',
    shown: [...sources].map(([field, source]) => `${field}=${source}`),
  };
}

type ColumnFinder = (name: string) => string | undefined;

const isSome = (columns: readonly string[]) => columns.length > 0;
const cellOf = (column: string) => (row: Row) => row[column] ?? '';

/** Those of the columns that the file has. */
function present(names: string | readonly string[], columnOf: ColumnFinder): readonly string[] {
  return (typeof names === 'string' ? [names] : names).flatMap((name) => columnOf(name) ?? []);
}

function firstStated(columns: readonly string[]): (row: Row) => string {
  return (row) => columns.map((name) => row[name] ?? '').find((cell) => cell.trim() !== '') ?? '';
}

/** As written, else whatever the case. */
function columnFinder(headers: readonly string[]): ColumnFinder {
  const exact = new Set(headers);
  const folded = new Map(headers.map((header) => [header.toLowerCase(), header]));
  return (name) => (exact.has(name) ? name : folded.get(name.toLowerCase()));
}

function readerOf(
  field: string,
  template: string,
  columnOf: ColumnFinder,
  headers: readonly string[],
): (row: Row) => string {
  if (template.startsWith('=')) return () => template.slice(1);
  const named = (name: string) => {
    const column = columnOf(name);
    if (column !== undefined) return column;
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `--map ${field}=${template}: the file has no column ${JSON.stringify(name)}. ` +
        `Its columns: ${headers.join(', ')}`,
    );
  };
  if (!template.includes('{')) {
    return cellOf(named(template));
  }
  const pieces = template.split(/\{([^}]*)\}/);
  const parts = pieces.map((piece, index) => (index % 2 === 1 ? { column: named(piece) } : piece));
  return (row) => joined(parts, row);
}

/** Empty when all columns in it are: a joined key of nothing is nothing. */
function joined(parts: readonly (string | { readonly column: string })[], row: Row): string {
  const texts = parts.map((part) => (typeof part === 'string' ? part : (row[part.column] ?? '')));
  const stated = parts.some((part, index) => typeof part !== 'string' && texts[index] !== '');
  return stated ? texts.join('') : '';
}

function refuseUnknownField(field: string, fields: FieldColumns): void {
  if (field in fields) return;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    `--map ${field}=…: there is no field ${JSON.stringify(field)}. ` +
      `Fields: ${Object.keys(fields).join(', ')}`,
  );
}
