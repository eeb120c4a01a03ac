/**
 * `rosi query`: one statement to ClickHouse, in the database rosi, reading only. Tables are for
 * people; --json and --csv pass ClickHouse's own output on as it comes.
 */
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';
import { drawTable, isCut } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { reasonOf } from './api.js';

export type QueryFormat = 'table' | 'json' | 'csv';

export interface QueryCommand {
  /** May carry user and password. */
  readonly clickhouseUrl: string;
  readonly sql: string;
  readonly format: QueryFormat;
  readonly terminal: Terminal;
}

const formats: Readonly<Record<QueryFormat, string>> = {
  table: 'JSONCompact',
  json: 'JSONEachRow',
  csv: 'CSVWithNames',
};
const rowsShownMax = 1_000;

/** Answers the exit code: 1 when ClickHouse refuses the statement. */
export async function runQuery(command: QueryCommand): Promise<0 | 1> {
  const { terminal, format } = command;
  const response = await post(command);
  if (!response.ok) {
    terminal.err(`rosi: ${clickhouseError(await response.text())}\n`);
    return 1;
  }
  if (format === 'table') {
    terminal.out(tableText(await response.text()));
    return 0;
  }
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    terminal.out(decoder.decode(chunk, { stream: true }));
  }
  return 0;
}

async function post({ clickhouseUrl, sql, format }: QueryCommand): Promise<Response> {
  const url = new URL(clickhouseUrl);
  const headers: Record<string, string> = {};
  if (url.username !== '') {
    headers['x-clickhouse-user'] = decodeURIComponent(url.username);
    headers['x-clickhouse-key'] = decodeURIComponent(url.password);
  }
  const address = new URL(url.origin + url.pathname);
  address.search = new URLSearchParams({
    database: 'rosi',
    default_format: formats[format],
    // Reading only; settings may be changed by the statement itself.
    readonly: '2',
    // An error half-way is then an error, not a cut result.
    wait_end_of_query: '1',
    output_format_json_quote_64bit_integers: format === 'table' ? '1' : '0',
  }).toString();
  try {
    return await fetch(address, { method: 'POST', headers, body: sql });
  } catch (cause) {
    throw new RosiError(
      'ROSI_NOT_RUNNING',
      `ClickHouse does not answer at ${url.origin} (${reasonOf(cause)}). Start ROSI with ` +
        '`rosi start`, or set ROSI_DATA_DIR to the folder of the one that runs.',
      { cause },
    );
  }
}

const resultSchema = z.object({
  meta: z.array(z.object({ name: z.string(), type: z.string() })),
  data: z.array(z.array(z.unknown())),
});

/** A statement with a FORMAT of its own is shown as it comes. */
export function tableText(text: string): string {
  const parsed = resultSchema.safeParse(parse(text));
  if (!parsed.success) return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const { meta, data } = parsed.data;
  const columns = meta.map(({ name, type }) => ({
    title: name,
    align: isNumber(type) ? ('right' as const) : ('left' as const),
  }));
  const shown = data.slice(0, rowsShownMax);
  const table = drawTable(columns, shown);
  const count = `${data.length} row${data.length === 1 ? '' : 's'}`;
  const cut = data.length > rowsShownMax ? `, the first ${rowsShownMax} shown; all: --csv` : '';
  const whole = 'Cells that end with … are cut: --csv or --json print them whole.\n';
  return `${table}(${count}${cut})\n${shown.flat().some(isCut) ? whole : ''}`;
}

const isNumber = (type: string) => /^(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const errorCharactersMax = 300;

/**
 * `Code: 62. DB::Exception: Syntax error: …`, in one line, without the version at its end; what
 * helps in a second one.
 */
export function clickhouseError(text: string): string {
  // What else the parser would have taken is a long list that helps nobody.
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/ Expected one of: .*/, '')
    .replace(/\(version [^)]*\)+\s*$/, '')
    .trim();
  const told = line.length > errorCharactersMax ? `${line.slice(0, errorCharactersMax)}…` : line;
  const advice = advices.find(([codes]) => codes.test(text))?.[1];
  return advice === undefined ? told : `${told}\n${advice}`;
}

const advices = [
  [
    /\((?:UNKNOWN_IDENTIFIER|UNKNOWN_TABLE)\)/,
    'docs/tables.md lists tables and columns; or: rosi query "DESCRIBE orders_current"',
  ],
  [/\(READONLY\)/, '`rosi query` only reads.'],
] as const;
