/** The catalogue in typed columns, the views that join it; interactions and orders in order of time. */
import { creditsByModel, interactionsByTime, touchpointsByTime } from '../schema/by-time.js';
import { catalogueViews } from '../schema/catalogue-views.js';
import { creditsUnresolved, resolvedViews, revenueDaily } from '../schema/current-views.js';
import { ordersInTime } from '../schema/order-times.js';
import type { Migration } from './migration.js';

export const migration0006: Migration = {
  number: '0006',
  statements: [
    ...catalogueViews,
    ...resolvedViews,
    creditsUnresolved,
    revenueDaily,
    touchpointsByTime,
    ...creditsByModel,
    ...interactionsByTime,
    ...ordersInTime,
  ],
};
