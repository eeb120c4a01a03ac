/** What an identifier's node asks identity, and which answers it takes. */
import { defaultSettings } from '@rosi/attribution';
import { eventsAccepted, ledgerIdentities, linksObserved } from '@rosi/events';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from '../testing/collected.js';
import { answer, hash } from '../testing/drive.js';
import { identifiers } from './identifiers.js';

/** The processor alone: identity's answers are the test's. */
const start = () =>
  createTestDriver({ processors: [identifiers(defaultSettings, hash)] }, { partitions: 1 });

function send(driver: TestDriver, eventId: string, ...others: readonly object[]): void {
  const carried = Object.assign({ user_id: 'u' }, ...others);
  const value = collected({ event_id: eventId, type: 'lead', identifiers: carried });
  driver.pipe(eventsAccepted, [{ value, timestamp: 0 }]);
  driver.drain();
}

it('takes no answer that is older than the one it has', () => {
  const driver = start();
  const persons = () => driver.output(ledgerIdentities).map(({ personId }) => personId);
  send(driver, 'e', { anonymous_id: 'a' });
  answer(driver, 5, 'p_5');
  answer(driver, 4, 'p_4');
  expect(persons()).toEqual(['p_5']);
  answer(driver, 6, 'p_6');
  expect(persons()).toEqual(['p_5', 'p_6']);
});

it('asks about a set of identifiers once, however many events carry it', () => {
  const driver = start();
  const asked = () => driver.output(linksObserved).map(({ request }) => request);
  send(driver, 'e1', { anonymous_id: 'a' });
  send(driver, 'e2', { anonymous_id: 'a' });
  send(driver, 'e3');
  expect(asked()).toEqual([1]);
  send(driver, 'e4', { anonymous_id: 'b' });
  expect(asked()).toEqual([1, 2]);
});
