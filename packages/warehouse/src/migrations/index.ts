/**
 * The numbered migrations, oldest first. Each statement is safe to run again, so that one that was
 * interrupted anywhere is simply run again from its beginning. Never change one that was released:
 * add the next. (What a later one makes anew in any case may be left out of an older one.)
 */
import { migration0001 } from './0001-tables.js';
import { migration0002 } from './0002-views.js';
import { migration0003 } from './0003-suppressions.js';
import { migration0004 } from './0004-loader-fence.js';
import { migration0005 } from './0005-by-time.js';
import { migration0006 } from './0006-quick-questions.js';
import { migration0007 } from './0007-orders-by-quarter.js';
import { migration0008 } from './0008-single-orders.js';
import { migration0009 } from './0009-forgetting.js';
import type { Migration } from './migration.js';

export const migrations: readonly Migration[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
  migration0006,
  migration0007,
  migration0008,
  migration0009,
];
