/**
 * The catalogue in typed columns; credits by model and interactions in order of time. Orders in order of
 * time are made by 0007, all views by 0008.
 */
import { creditsByModel, interactionsByTime } from '../schema/by-time.js';
import { catalogueColumns } from '../schema/catalogue-views.js';
import { movedFromStatement } from '../schema/order-times.js';
import type { Migration } from './migration.js';

export const migration0006: Migration = {
  number: '0006',
  statements: [...catalogueColumns, ...creditsByModel, ...interactionsByTime, movedFromStatement],
};
