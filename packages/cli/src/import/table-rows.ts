/** Rows of a CSV file as a stream; the separator is recognised by the header. */
import { Readable } from 'node:stream';
import { RosiError } from '@rosi/service-kit';
import { CsvError, parse } from 'csv-parse';
import type { Row } from './importer.js';

const separators = [',', ';', '\t', '|'] as const;

/** The one that the header has most often outside quotes; a comma when it has none. */
export function detectSeparator(sample: string): string {
  const header = headerLine(sample).replace(/"(?:[^"]|"")*"/g, '');
  const counts = separators.map((mark) => [header.split(mark).length, mark] as const);
  return counts.reduce((best, one) => (one[0] > best[0] ? one : best))[1];
}

function headerLine(sample: string): string {
  return sample.split(/\r\n|\n|\r/).find((line) => line.trim() !== '') ?? '';
}

export type TableItem =
  | { readonly kind: 'row'; readonly row: Row; readonly line: number }
  | { readonly kind: 'damaged'; readonly message: string; readonly line: number };

export interface Table {
  readonly headers: readonly string[];
  rows(): AsyncIterable<TableItem>;
}

const recordCharactersMax = 5_000_000;

/** Reads the header; throws (exit code 2) when there is none. */
export async function openTable(
  chunks: () => AsyncIterable<string>,
  separator: string,
): Promise<Table> {
  const headers = await readHeader(chunks(), separator);
  return { headers, rows: () => readRows(chunks(), separator, headers) };
}

const settingsOf = (separator: string) => ({
  bom: true,
  delimiter: separator,
  // All of them: left alone, the parser takes the first line's end for that of every line.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: recordCharactersMax,
  info: true,
});

async function readHeader(chunks: AsyncIterable<string>, separator: string): Promise<string[]> {
  const parser = Readable.from(chunks).pipe(parse({ ...settingsOf(separator), to: 1 }));
  try {
    for await (const { record } of parser as AsyncIterable<ParsedRecord>) {
      const names = record.map((name) => name.trim());
      refuseRepeated(names);
      return names;
    }
  } catch (error) {
    if (error instanceof CsvError) throw badHeader(error.message);
    throw error;
  }
  throw badHeader('the file is empty');
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function refuseRepeated(names: readonly string[]): void {
  const repeated = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw badHeader(`two columns are called ${JSON.stringify(repeated)}; rename one`);
}

function badHeader(reason: string): RosiError {
  return new RosiError(
    'ROSI_USAGE_INVALID',
    `The file's first line is no header of columns: ${reason}.`,
  );
}

async function* readRows(
  chunks: AsyncIterable<string>,
  separator: string,
  headers: readonly string[],
): AsyncIterable<TableItem> {
  const damaged: TableItem[] = [];
  const parser = parse({
    ...settingsOf(separator),
    from: 2,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error === undefined) return undefined;
      const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 0;
      damaged.push({ kind: 'damaged', message: error.message, line });
      return undefined;
    },
  });
  const source = Readable.from(chunks);
  source.on('error', (error) => parser.destroy(error));
  let before = 1;
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<ParsedRecord>) {
    yield* damaged.splice(0);
    // `lines` counts to the record's end; a record may span lines, and begins after the one before.
    yield { kind: 'row', row: rowOf(headers, record), line: Math.max(before + 1, 2) };
    before = info.lines;
  }
  yield* damaged.splice(0);
}

function rowOf(headers: readonly string[], cells: readonly string[]): Row {
  const row: Record<string, string> = {};
  headers.forEach((name, index) => {
    if (name !== '') row[name] = cells[index] ?? '';
  });
  return row;
}
