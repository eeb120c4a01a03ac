/** Orders in order of time in partitions of a quarter; sums of a day. Its views are made by 0008. */
import { dayTotals } from '../schema/daily-sums.js';
import { ordersInTime } from '../schema/order-times.js';
import type { Migration } from './migration.js';

export const migration0007: Migration = {
  number: '0007',
  statements: [...dayTotals, ...ordersInTime],
};
