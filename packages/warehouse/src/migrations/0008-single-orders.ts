/** Views that test a key before they read the rest, so that a single order is read at once. */
import { catalogueViews } from '../schema/catalogue-views.js';
import { plainViews, resolvedViews } from '../schema/current-views.js';
import type { Migration } from './migration.js';

export const migration0008: Migration = {
  number: '0008',
  statements: [...plainViews, ...catalogueViews, ...resolvedViews],
};
