/** What the reckonings of docs/queries.md's answers share. */
import { type Fact, type Facts, within } from './queries-facts.js';

export type Answer = readonly Readonly<Record<string, string | number | boolean | null>>[];
type Line = Answer[number];

export const march = { from: '2026-03-01', to: '2026-03-31' };
export const inMarch = (rows: readonly Fact[], column: string) =>
  within(rows, column, '2026-03-01', '2026-04-01');

/** By columns in turn, `-` before a name: falling. Nulls are last. */
export function ordered(rows: Answer, ...columns: readonly string[]): Answer {
  const compare = (a: Line, b: Line) => {
    for (const column of columns) {
      const name = column.replace('-', '');
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === right) continue;
      if (left === null || right === null) return left === null ? 1 : -1;
      return (left < right ? -1 : 1) * (column.startsWith('-') ? -1 : 1);
    }
    return 0;
  };
  return [...rows].sort(compare);
}

export const spentIn = (spend: readonly Fact[], from: string, to: string) =>
  spend.filter((row) => String(row['date']) >= from && String(row['date']) <= to);

/** By number of the question; rows in the order that its statement promises. */
export type Answers = Readonly<Record<number, (facts: Facts) => Answer>>;
