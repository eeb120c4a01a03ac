/**
 * docs/tables.md as text, from what a migrated database says of itself. The test beside it fails
 * when the page and the database differ; `UPDATE_DOCS=1` makes it write the page instead.
 */
import type { Warehouse } from '../warehouse-api.js';
import { describeColumn } from './describe.js';

interface Relation {
  readonly name: string;
  readonly comment: string;
  readonly is_view: boolean;
  readonly is_feed: boolean;
  readonly sorting_key: string;
}

interface ColumnRow {
  readonly relation: string;
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

const INTRODUCTION = `# Tables

Generated from a migrated database by packages/warehouse/src/schema/tables-page.test.ts; do not edit.

Database \`rosi\`. Analysts read the views. Amounts are integers in minor units of the \`currency\`
beside them (EUR 2 digits, JPY 0, KWD 3); times are UTC with milliseconds. Dimensions are resolved
by the catalogue as it is when read: a late entry changes history, too. Each model's credit of an
order adds up to its net.
`;

export async function tablesPage(warehouse: Warehouse): Promise<string> {
  const relations = await warehouse.query<Relation>(
    `SELECT name, comment, engine LIKE '%View' AS is_view,
      engine = 'MaterializedView' AS is_feed, sorting_key
    FROM system.tables WHERE database = 'rosi' ORDER BY name`,
  );
  const columns = await warehouse.query<ColumnRow>(
    `SELECT table AS relation, name, type, comment FROM system.columns
    WHERE database = 'rosi' ORDER BY table, position`,
  );
  const section = (relation: Relation) =>
    sectionOf(
      relation,
      columns.filter((column) => column.relation === relation.name),
    );
  const views = relations.filter(({ is_view, is_feed }) => is_view && !is_feed);
  const tables = relations.filter(({ is_view }) => !is_view);
  const feeds = relations.filter(({ is_feed }) => is_feed);
  return [
    INTRODUCTION,
    '## Views for analysts\n',
    ...views.map(section),
    '## Base tables and sums\n',
    'What the views are made of; how they change is not promised.\n',
    ...tables.map(section),
    '## Materialized views\n',
    ...feeds.map(({ name, comment }) => `- \`${name}\`: ${comment}`),
    '',
  ].join('\n');
}

function sectionOf(relation: Relation, columns: readonly ColumnRow[]): string {
  const rows = columns.map(({ name, type, comment }) => {
    const text = comment === '' ? describeColumn(relation.name, name) : comment;
    if (text === undefined) throw new Error(`${relation.name}.${name} has no description`);
    return `| \`${name}\` | ${type.replaceAll('|', '\\|')} | ${text.replaceAll('|', '\\|')} |`;
  });
  const key = relation.sorting_key === '' ? [] : [`Sorted by ${relation.sorting_key}.`, ''];
  return [
    `### ${relation.name}`,
    '',
    relation.comment,
    '',
    ...key,
    '| column | type | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
