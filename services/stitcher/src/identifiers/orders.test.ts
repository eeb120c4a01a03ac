/** What an order's node tells the nodes of its coupons, and whose order it is. */
import { couponsResolved, ledgerOrders } from '@rosi/events';
import type { TestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from '../testing/collected.js';
import { newestOrders, send as sendEvents, startDriver } from '../testing/drive.js';

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

it('of a person who is known by several orders alone is no first order', () => {
  const driver = startDriver();
  const order = (id: string, body: object = {}) => ({
    event_id: `buy-${id}`,
    type: 'purchase',
    occurred_at: '2026-03-01T10:00:00Z',
    order: { order_id: id, total: '10.00', currency: 'EUR' },
    ...body,
  });
  const refund = { refund_id: 'r', order_id: 'o2', total: '4.00', currency: 'EUR' };
  send(driver, order('o1'));
  send(driver, order('o2'));
  send(driver, { event_id: 'back', type: 'refund', refund, order: { order_id: 'o1' } });
  const facts = () =>
    [...newestOrders(driver).values()].map((one) => [one.orderId, one.net, one.newCustomer]).sort();
  const persons = () => new Set([...newestOrders(driver).values()].map((one) => one.personId));
  // A refund is of its own order; the other one that it names is the same person's.
  expect(facts()).toEqual([
    ['o1', 1000, false],
    ['o2', 600, false],
  ]);
  expect(persons().size).toBe(1);
  const known = { type: 'identify', identifiers: { user_id: 'u' }, order: { order_id: 'o2' } };
  send(driver, { event_id: 'known', ...known });
  expect(facts()).toEqual([
    ['o1', 1000, true],
    ['o2', 600, false],
  ]);
  expect(persons().size).toBe(1);
  const parted = { order: { order_id: 'o1' }, refund: { order_id: 'o2' } };
  send(driver, { event_id: 'part', type: 'unlink', ...parted });
  expect(facts()).toEqual([
    ['o1', 1000, false],
    ['o2', 600, true],
  ]);
  expect(persons().size).toBe(2);
});
