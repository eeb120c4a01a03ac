/**
 * Whom the tables are about to forget. Mutations read it instead of naming them, since the server
 * keeps a mutation's statement, in `system.mutations` and on its disk, long after it is done.
 */
import { workspace } from './columns.js';
import { createTable, type TableDefinition } from './define-table.js';
import { fenceOf } from './loader-fence.js';

export const forgetting: TableDefinition = {
  name: 'forgetting',
  comment:
    'Whom an erasure that is under way has the tables forget; else empty. Of use to it only.',
  engine: 'MergeTree',
  orderBy: ['workspace', 'attempt', 'kind', 'type', 'value'],
  columns: [
    workspace,
    ['attempt', 'String', 'One run of an erasure; made anew when it is tried again.'],
    ['kind', 'String', 'identifier, order, person or touchpoint.'],
    ['type', 'String', 'Type of an identifier; else empty.'],
    ['value', 'String', 'The identifier or id.'],
  ],
};

export interface ForgottenRow {
  readonly workspace: string;
  readonly attempt: string;
  readonly kind: 'identifier' | 'order' | 'person' | 'touchpoint';
  readonly type: string;
  readonly value: string;
}

/**
 * Statements of older builds, which named the persons; one that is not done belongs to an erasure
 * that is carried out again.
 */
const dropNamingStatements = `KILL MUTATION WHERE database = 'rosi'
  AND (position(command, 'identifier') > 0 OR position(command, 'person_id') > 0) SYNC`;

export const forgettingStatements: readonly string[] = [
  createTable(forgetting),
  fenceOf(forgetting.name),
  dropNamingStatements,
];
