/** Tables for people: plain lines, numbers to the right, no colours. */
import Table from 'cli-table3';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const cellCharactersMax = 60;

export function drawTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: noBorders,
  });
  for (const row of rows) table.push(row.map(cellText));
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return `${lines.join('\n')}\n`;
}

const borderNames = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const;
const noBorders = Object.fromEntries(borderNames.map((name) => [name, '']));

/** One line, of bounded width, and without control characters, which could move the cursor. */
function cellText(value: unknown): string {
  const plain = plainText(value);
  return isTooLong(plain) ? `${plain.slice(0, cellCharactersMax - 1)}…` : plain;
}

/** Whether a table shows only the beginning of it. */
export function isCut(value: unknown): boolean {
  return isTooLong(plainText(value));
}

const isTooLong = (text: string) => text.length > cellCharactersMax;

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return withoutControls(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
