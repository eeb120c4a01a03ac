/** All views, which test a key before they read the rest, so that a single order is read at once. */
import { eventsByTime, touchpointsByTime } from '../schema/by-time.js';
import { catalogueViews } from '../schema/catalogue-views.js';
import { plainViews, resolvedViews } from '../schema/current-views.js';
import { ordersByTime } from '../schema/order-times.js';
import type { Migration } from './migration.js';

export const migration0008: Migration = {
  number: '0008',
  statements: [
    ...plainViews,
    ...catalogueViews,
    ...resolvedViews,
    touchpointsByTime,
    eventsByTime,
    ordersByTime,
  ],
};
