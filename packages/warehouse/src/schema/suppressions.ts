/** The suppression list, as the loader has to know it when the events are loaded again. */
import { logPlace, recordedAt, revision, TIME, workspace } from './columns.js';
import { createTable, type TableDefinition } from './define-table.js';

export const suppressions: TableDefinition = {
  name: 'suppressions',
  comment: 'Identifiers that were erased, known by a keyed hash alone. Of use to the loader only.',
  engine: 'ReplacingMergeTree(until)',
  orderBy: ['workspace', 'name'],
  columns: [
    workspace,
    ['name', 'String', 'The keyed hash; empty: the list of a replay is whole.'],
    ['until', TIME, 'Events that happened or came no later lose the identifier.'],
    revision,
    recordedAt,
    ...logPlace,
  ],
};

export const createSuppressions = createTable(suppressions);
