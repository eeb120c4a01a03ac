/** The views that analysts read; the catalogue first, since the others join it. */
import { catalogueViews } from '../schema/catalogue-views.js';
import { currentViews } from '../schema/current-views.js';
import type { Migration } from './migration.js';

export const migration0002: Migration = {
  number: '0002',
  statements: [...catalogueViews, ...currentViews],
};
