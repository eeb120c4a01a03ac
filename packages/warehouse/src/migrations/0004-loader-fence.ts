/** What keeps all but the newest loader from writing. */
import { fenceStatements } from '../schema/loader-fence.js';
import type { Migration } from './migration.js';

export const migration0004: Migration = { number: '0004', statements: fenceStatements };
