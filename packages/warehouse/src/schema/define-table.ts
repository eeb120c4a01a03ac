/**
 * Writes CREATE statements from column lists, so that no table or column is without its comment
 * and every one is safe to run again.
 */

/** Name, type (with DEFAULT or MATERIALIZED if any), comment. */
export type Column = readonly [name: string, type: string, comment: string];

export interface TableDefinition {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly Column[];
  /** With its arguments: `ReplacingMergeTree(revision)`. */
  readonly engine: string;
  readonly orderBy: readonly string[];
  readonly partitionBy?: string;
  /** Beside those that every table has: `name = value`. */
  readonly settings?: readonly string[];
  /** `INDEX name expression TYPE …` */
  readonly indexes?: readonly string[];
}

/** Blocks whose tokens a table remembers; on a view's target as on a table (docs/architecture.md). */
const DEDUPLICATION_WINDOW = 10_000;

const everySettings = [
  `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`,
  'fsync_after_insert = 1, fsync_part_directory = 1',
];

/** A text as SQL. */
export const literal = (text: string) =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const createTable = (table: TableDefinition) =>
  `CREATE TABLE IF NOT EXISTS ${definitionOf(table)}`;

/** In the place of what has the name, at once; without its rows. */
export const replaceTable = (table: TableDefinition) =>
  `CREATE OR REPLACE TABLE ${definitionOf(table)}`;

function definitionOf(table: TableDefinition): string {
  const lines = table.columns.map(
    ([name, type, comment]) => `  \`${name}\` ${type} COMMENT ${literal(comment)}`,
  );
  const indexes = (table.indexes ?? []).map((index) => `  ${index}`);
  const partitions = table.partitionBy === undefined ? '' : `\nPARTITION BY ${table.partitionBy}`;
  const settings = [...everySettings, ...(table.settings ?? [])];
  return `rosi.${table.name} (
${[...lines, ...indexes].join(',\n')}
) ENGINE = ${table.engine}${partitions}
ORDER BY (${table.orderBy.join(', ')})
SETTINGS ${settings.join(',\n  ')}
COMMENT ${literal(table.comment)}`;
}

/**
 * A view whose meaning does not hang on the reader's own settings. Where it reads with FINAL, a
 * condition on the sorting key (no other) is tested before the other columns are read.
 */
export function createView(name: string, comment: string, select: string): string {
  return `CREATE OR REPLACE VIEW rosi.${name} AS
${select.trim()}
SETTINGS join_use_nulls = 0, optimize_move_to_prewhere_if_final = 1
COMMENT ${literal(comment)}`;
}

/** A materialized view that feeds `target`. */
export function createFeed(name: string, target: string, comment: string, select: string): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS rosi.${name} TO rosi.${target} AS
${select.trim()}
COMMENT ${literal(comment)}`;
}
