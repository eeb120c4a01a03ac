/** The stitcher's topology in the test driver, for tests. */
import { defaultSettings } from '@rosi/attribution';
import {
  type CollectedEvent,
  eventsCollected,
  type LedgerOrder,
  ledgerOrders,
  type PersonAssigned,
  personsAssigned,
} from '@rosi/events';
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

/** Identity's answer of whose `user_id:u` is, for a topology without identity. */
export function answer(driver: TestDriver, version: number, personId: string): void {
  const value: PersonAssigned = {
    workspace: 'default',
    identifier: 'user_id:u',
    personId,
    shared: false,
    version,
    answers: 1,
    forget: false,
    renamed: '',
    tied: [],
    ordersAlone: false,
  };
  driver.pipe(personsAssigned, [{ value, timestamp: 0 }]);
  driver.drain();
}

/** The newest record of each order, by order_id. */
export function newestOrders(driver: TestDriver): Map<string, LedgerOrder> {
  return new Map(driver.output(ledgerOrders).map((order) => [order.orderId, order]));
}
