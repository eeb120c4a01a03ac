/** Touchpoints of a period without reading all time; what it made for credits, 0006 replaces. */
import { byTime } from '../schema/by-time.js';
import type { Migration } from './migration.js';

export const migration0005: Migration = { number: '0005', statements: byTime };
