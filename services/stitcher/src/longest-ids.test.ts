/** Ids of the greatest length that the collector accepts fit into every key of the state. */
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected, ledgerIdentities, ledgerOrders } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { createTestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from './testing/collected.js';
import { stitcherTopology } from './topology.js';

const KEY_BYTES_MAX = 1900;
const long = (seed: string, characters: number) => `${seed}${'😀'.repeat(characters - 1)}`;

const queued = (body: unknown) => ({ value: collected(body), timestamp: 0 });

it('keeps links, coupons and orders of the longest ids', () => {
  const driver = createTestDriver(
    stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') }),
    { partitions: 2 },
  );
  const order = (n: number) => ({
    type: 'purchase',
    event_id: long(`e${n}`, 120),
    identifiers: { user_id: long('u', 256), customer_id: long('c', 256) },
    order: {
      order_id: long(`o${n}`, 250),
      total: '1.00',
      currency: 'EUR',
      coupon_codes: [long('C', 256)],
    },
  });
  driver.pipe(eventsCollected, [
    queued(order(1)),
    queued(order(2)),
    queued({
      type: 'coupon',
      event_id: long('k', 128),
      coupon: { code: long('C', 256), influencer_id: 'i' },
    }),
  ]);
  driver.drain();
  expect(new Set(driver.output(ledgerIdentities).map(({ personId }) => personId)).size).toBe(1);
  const [last] = driver.output(ledgerOrders).slice(-1);
  expect(last?.touches.map(({ type }) => type)).toEqual(['coupon']);
  for (const processor of ['repeats', 'identifiers', 'identity', 'journeys']) {
    for (const partition of [0, 1]) {
      const entries = [...driver.state(processor, partition).range({ prefix: Buffer.alloc(0) })];
      const longest = Math.max(0, ...entries.map(([key]) => key.length));
      expect(longest).toBeLessThan(KEY_BYTES_MAX);
    }
  }
});
