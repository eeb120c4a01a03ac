/** A large person is told of a change a page at a time, and in the end everybody was told. */
import { defaultSettings } from '@rosi/attribution';
import {
  type ContributionMade,
  contributionsMade,
  journeysWalked,
  type LedgerOrder,
  ordersAttributed,
} from '@rosi/events';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { defaultPages } from '../pages.js';
import { collected } from '../testing/collected.js';
import { newestOrders, send, startDriver } from '../testing/drive.js';
import { touchOf } from '../touch-of.js';
import { journeys } from './journeys.js';

const ORDERS = 350;
const START = Date.UTC(2026, 2, 1);
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

const purchase = (n: number) =>
  collected({
    event_id: `p${n}`,
    type: 'purchase',
    occurred_at: at(n),
    identifiers: { customer_id: 'walk-in' },
    order: { order_id: `o${n}`, total: '10.00', currency: 'EUR' },
  });
const click = (n: number, occurredAt: string) =>
  collected({
    event_id: `c${n}`,
    type: 'click',
    occurred_at: occurredAt,
    identifiers: { anonymous_id: 'till' },
    medium: 'social',
  });
const link = collected({
  event_id: 'link',
  type: 'lead',
  occurred_at: at(0),
  identifiers: { customer_id: 'walk-in', anonymous_id: 'till' },
});

function newest(driver: TestDriver): LedgerOrder[] {
  return [...newestOrders(driver).values()];
}

it('tells all orders of a person of what a link brought them', () => {
  const driver = startDriver(2);
  send(
    driver,
    Array.from({ length: ORDERS }, (_, n) => purchase(n)),
  );
  send(driver, [click(1, at(-10)), click(2, at(ORDERS / 2))]);
  expect(newest(driver).every(({ touches }) => touches[0]?.touchpointId === 'unattributed')).toBe(
    true,
  );
  const toldBefore = driver.output(ordersAttributed).length;
  send(driver, [link]);

  const orders = newest(driver);
  expect(orders).toHaveLength(ORDERS);
  for (const order of orders) {
    const isAfterBoth = order.orderedAt >= START + (ORDERS / 2) * 60_000;
    const ids = order.touches.slice(0, order.eligible).map(({ touchpointId }) => touchpointId);
    expect(ids).toEqual(isAfterBoth ? ['c1', 'c2'] : ['c1']);
  }
  // Once each is what it takes; the pages must not tell again what did not change.
  expect(driver.output(ordersAttributed).length - toldBefore).toBeLessThanOrEqual(ORDERS * 2);
  const continued = driver
    .outcomes()
    .find(({ processor, reason }) => processor === 'journeys' && reason === 'continued');
  expect(continued?.count).toBeGreaterThanOrEqual(3);
});

it('tells each order once of a move that takes many batches', () => {
  const driver = createTestDriver(
    { processors: [journeys(defaultSettings, { ...defaultPages, movedTouchesMin: 4 })] },
    { partitions: 1, batchRecordsMax: 5 },
  );
  const contribute = (of: Partial<ContributionMade>) => ({
    value: { workspace: 'w', personId: 'p', withdrawn: false, touch: null, order: null, ...of },
    timestamp: 1,
  });
  const places = Array.from({ length: 4 }, (_, n) => ({
    orderId: `o${n}`,
    orderedAt: 1_000_000 + n,
    contribution: 1,
  }));
  driver.pipe(
    contributionsMade,
    places.map((order) => contribute({ order })),
  );
  driver.drain();
  const toldBefore = driver.output(ordersAttributed).length;
  const touches = Array.from({ length: 40 }, (_, n) =>
    touchOf(click(n, new Date(n).toISOString())),
  );
  driver.pipe(
    contributionsMade,
    touches.map((touch) => contribute({ touch })),
  );
  driver.drain();
  const told = driver.output(ordersAttributed).slice(toldBefore);
  expect(told.map((order) => order.touches.length)).toEqual(places.map(() => touches.length));
});

it('finds the first order again when the first one is taken back and more came meanwhile', () => {
  const driver = startDriver(1);
  send(
    driver,
    Array.from({ length: ORDERS }, (_, n) => purchase(n + 1)),
  );
  send(driver, [purchase(0)]);
  const firsts = newest(driver).filter(({ newCustomer }) => newCustomer);
  expect(firsts.map(({ orderId }) => orderId)).toEqual(['o0']);
});

it('tells no order that it is the first, which is so amid a batch alone', () => {
  const driver = createTestDriver(
    { processors: [journeys(defaultSettings, defaultPages)] },
    { partitions: 1 },
  );
  const place = (orderId: string, orderedAt: number, contribution: number, withdrawn = false) => ({
    value: {
      workspace: 'default',
      personId: 'p',
      withdrawn,
      touch: null,
      order: { orderId, orderedAt, contribution },
    },
    timestamp: 1,
  });
  const walk = { workspace: 'default', partition: 0, work: 'retell', after: '' };
  driver.pipe(contributionsMade, [place('early', 10, 1), place('late', 20, 1)]);
  driver.drain();
  driver.pipe(contributionsMade, [place('early', 10, 1, true)]);
  driver.pipe(journeysWalked, [{ value: walk, timestamp: 1 }]);
  driver.pipe(contributionsMade, [place('early', 5, 2)]);
  driver.drain();
  const told = driver.output(ordersAttributed).filter(({ orderId }) => orderId === 'late');
  expect(told.at(-1)?.firstOrder).toBe(false);
});

it('tells orders with many touchpoints a few times while a large journey arrives in parts', () => {
  const driver = startDriver(1);
  const minutes = Array.from({ length: 3_000 }, (_, n) => n);
  const orders = Array.from({ length: 20 }, (_, n) => purchase(3_000 + n));
  send(driver, [...minutes.map((n) => click(n, at(n))), ...orders]);
  const toldBefore = driver.output(ordersAttributed).length;
  send(driver, [link]);
  const all = newest(driver);
  expect(all).toHaveLength(orders.length);
  expect(all.every(({ eligible, cut }) => eligible === 1_000 && cut)).toBe(true);
  expect(all.every(({ touches }) => touches[999]?.touchpointId === 'c2999')).toBe(true);
  // The move comes in six batches: each would tell all of them.
  const told = driver.output(ordersAttributed).length - toldBefore;
  expect(told).toBeLessThan(3 * orders.length);
});
