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
export function cellText(value: unknown): string {
  const text =
    value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const plain = withoutControls(text);
  return plain.length > cellCharactersMax ? `${plain.slice(0, cellCharactersMax - 1)}…` : plain;
}

export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
