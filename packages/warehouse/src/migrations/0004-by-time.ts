/** Credits and touchpoints of a period without reading those of all time. */
import { byTime } from '../schema/by-time.js';
import type { Migration } from './migration.js';

export const migration0004: Migration = { number: '0004', statements: byTime };
