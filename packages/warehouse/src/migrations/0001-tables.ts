/** Base tables, daily sums, and the feed of the signed deltas. */
import { baseTables } from '../schema/base-tables.js';
import { creditFeed } from '../schema/credit-feed.js';
import { dailyTables } from '../schema/daily-sums.js';
import { createTable } from '../schema/define-table.js';
import type { Migration } from './migration.js';

export const migration0001: Migration = {
  number: '0001',
  statements: [...[...baseTables, ...dailyTables].map(createTable), creditFeed],
};
