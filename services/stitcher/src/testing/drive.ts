/** The stitcher's topology in the test driver, for tests. */
import { defaultSettings } from '@rosi/attribution';
import { type CollectedEvent, eventsCollected, type LedgerOrder, ledgerOrders } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { stitcherTopology } from '../topology.js';

export const hash = suppressionHash('test');

export function startDriver(partitions = 2): TestDriver {
  return createTestDriver(stitcherTopology({ attribution: defaultSettings, hash }), {
    partitions,
  });
}

/** Sends the events and waits until all that they cause has been done. */
export function send(driver: TestDriver, events: readonly CollectedEvent[]): void {
  driver.pipe(
    eventsCollected,
    events.map((value) => ({ value, timestamp: value.receivedAt })),
  );
  driver.drain();
}

/** The newest record of each order, by order_id. */
export function newestOrders(driver: TestDriver): Map<string, LedgerOrder> {
  return new Map(driver.output(ledgerOrders).map((order) => [order.orderId, order]));
}
