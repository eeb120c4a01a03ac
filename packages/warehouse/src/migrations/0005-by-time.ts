/** Credits, touchpoints and events of a period without reading all time; channels sooner. */
import { byTime } from '../schema/by-time.js';
import { revenueByChannel } from '../schema/current-views.js';
import type { Migration } from './migration.js';

export const migration0005: Migration = {
  number: '0005',
  statements: [...byTime, revenueByChannel],
};
