/**
 * Grafana's part of a panel's query: variables and the ClickHouse plugin's macros filled in, as
 * the plugin does it (its pkg/macros). What is not known here stays and fails in ClickHouse.
 */
import type { Dashboard } from './files.js';

export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}
export type Values = Readonly<Record<string, string>>;

const dayOf = (time: Date) => `toDate('${time.toISOString().slice(0, 10)}')`;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

export function filledIn(sql: string, values: Values, { from, to }: TimeRange): string {
  return sql
    .replaceAll(/\$\{(\w+)(:sqlstring)?\}/g, (all, name: string, format?: string) => {
      const value = values[name];
      if (value === undefined) return all;
      return format === undefined ? value : quoted(value);
    })
    .replaceAll(
      /\$__dateFilter\((\w+)\)/g,
      (_all, column: string) => `${column} >= ${dayOf(from)} AND ${column} <= ${dayOf(to)}`,
    );
}

/** The variables as they stand when a dashboard opens: each query's first value, or as stated. */
export async function openedWith(
  dashboard: Dashboard,
  range: TimeRange,
  stated: Values,
  firstOf: (sql: string) => Promise<string>,
): Promise<Values> {
  const values: Record<string, string> = {};
  for (const { name, query } of dashboard.templating.list) {
    values[name] = stated[name] ?? (await firstOf(filledIn(query, values, range)));
  }
  return values;
}
