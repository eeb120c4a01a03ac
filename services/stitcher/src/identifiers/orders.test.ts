/** What an order's node tells the nodes of its coupons. */
import { couponsResolved, ledgerOrders } from '@rosi/events';
import type { TestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from '../testing/collected.js';
import { send as sendEvents, startDriver } from '../testing/drive.js';

const send = (driver: TestDriver, body: object) => sendEvents(driver, [collected(body)]);
const purchase = (eventId: string, minute: string, couponCodes: readonly string[]) => ({
  event_id: eventId,
  type: 'purchase',
  occurred_at: `2026-03-01T10:${minute}:00Z`,
  order: { order_id: 'o', total: '10.00', currency: 'EUR', coupon_codes: couponCodes },
});
const coupon = {
  event_id: 'entry',
  type: 'coupon',
  coupon: { code: 'ADA', influencer_id: 'ada' },
};

it('hears of a code only as long as it uses it', () => {
  const driver = startDriver();
  send(driver, purchase('p1', '00', ['ADA']));
  expect(driver.output(couponsResolved).map(({ owned }) => owned)).toEqual([false]);
  send(driver, purchase('p2', '01', []));
  send(driver, coupon);
  expect(driver.output(couponsResolved)).toHaveLength(1);
  send(driver, purchase('p3', '02', ['ADA']));
  expect(driver.output(couponsResolved).map(({ owned }) => owned)).toEqual([false, true]);
  expect(driver.output(ledgerOrders).at(-1)?.touches[0]?.touchpointId).toBe('coupon:o:ADA');
});
