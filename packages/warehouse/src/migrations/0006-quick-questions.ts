/**
 * The catalogue in typed columns; credits by model and interactions in order of time. Orders in order of
 * time are made by 0007, the views of the catalogue and those that join it by 0008.
 */
import { creditsByModel, interactionsByTime } from '../schema/by-time.js';
import { catalogueColumns } from '../schema/catalogue-views.js';
import { creditsUnresolved, revenueDaily } from '../schema/current-views.js';
import { movedFromStatement } from '../schema/order-times.js';
import type { Migration } from './migration.js';

export const migration0006: Migration = {
  number: '0006',
  statements: [
    ...catalogueColumns,
    creditsUnresolved,
    revenueDaily,
    ...creditsByModel,
    ...interactionsByTime,
    movedFromStatement,
  ],
};
