/** The views over the base tables; those that join the catalogue are made by 0006. */
import { plainViews } from '../schema/current-views.js';
import type { Migration } from './migration.js';

export const migration0002: Migration = { number: '0002', statements: plainViews };
