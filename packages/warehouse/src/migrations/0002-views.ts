/** Views over the base tables stood here; 0008 makes them. */
import type { Migration } from './migration.js';

export const migration0002: Migration = { number: '0002', statements: [] };
