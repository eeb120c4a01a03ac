/** What a check of the warehouse is, and what it answers. */

/** One row that is off. */
export interface Finding {
  readonly table: string;
  /** The columns that name the row. */
  readonly key: Readonly<Record<string, string | number>>;
  readonly found: string;
  readonly expected: string;
}

export interface CheckResult {
  /** Kebab-case; stays the same between versions. */
  readonly check: string;
  /** What holds when nothing is off. */
  readonly law: string;
  /** Of all rows that are off. */
  readonly count: number;
  /** The first of them, at most as many as the limit says. */
  readonly findings: readonly Finding[];
  /** What to do; null when nothing is off. */
  readonly remedy: string | null;
}

/** A check as a query of the rows that are off. */
export interface Check {
  readonly name: string;
  readonly law: string;
  readonly table: string;
  /** Columns: those that name the row, then `found` and `expected`, both texts. */
  readonly sql: string;
}

/** The state is the truth: whatever is off in ClickHouse can be made again from it. */
export const REPLAY_REMEDY =
  'stop ROSI, drop the database rosi and run `rosi replay`, which records everything again from ' +
  'the state (docs/operations.md, "Check")';

export function resultOf(
  check: Pick<Check, 'name' | 'law'>,
  count: number,
  findings: readonly Finding[],
): CheckResult {
  const remedy = count === 0 ? null : REPLAY_REMEDY;
  return { check: check.name, law: check.law, count, findings, remedy };
}

/** A text of several values for people: `credit 5, share 7`. */
export function told(values: Readonly<Record<string, string>>): string {
  const parts = Object.entries(values).map(([name, sql]) => `'${name} ', toString(${sql})`);
  return `concat(${parts.join(", ', ', ")})`;
}
