/** Copies of one event_id count once, whatever they carry. */
import { eventsAccepted } from '@rosi/events';
import { expect, it } from 'vitest';
import { collected } from './testing/collected.js';
import { send, startDriver } from './testing/drive.js';

const lead = (eventId: string, userId: string) =>
  collected({ event_id: eventId, type: 'lead', identifiers: { user_id: userId } });

it('lets the first copy through, and counts the others', () => {
  const driver = startDriver(3);
  for (const value of [lead('e', 'a'), lead('e', 'a'), lead('f', 'a'), lead('e', 'b')]) {
    send(driver, [value]);
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
