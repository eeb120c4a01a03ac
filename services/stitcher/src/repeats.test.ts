/** Copies of one event_id count once, whatever they carry. */
import { defaultSettings } from '@rosi/attribution';
import { eventsAccepted, eventsCollected } from '@rosi/events';
import { createTestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from './testing/collected.js';
import { stitcherTopology } from './topology.js';

const lead = (eventId: string, userId: string) =>
  collected({ event_id: eventId, type: 'lead', identifiers: { user_id: userId } });

it('lets the first copy through, and counts the others', () => {
  const driver = createTestDriver(stitcherTopology(defaultSettings), { partitions: 3 });
  for (const value of [lead('e', 'a'), lead('e', 'a'), lead('f', 'a'), lead('e', 'b')]) {
    driver.pipe(eventsCollected, [{ value, timestamp: 0 }]);
    driver.drain();
  }
  const accepted = driver.output(eventsAccepted);
  expect(accepted.map(({ eventId, identifiers }) => [eventId, identifiers[0]?.value])).toEqual([
    ['e', 'a'],
    ['f', 'a'],
  ]);
  const counted = driver.outcomes().filter(({ processor }) => processor === 'repeats');
  expect(counted.map(({ outcome, count }) => [outcome, count]).sort()).toEqual([
    ['drop', 2],
    ['ok', 2],
  ]);
});
