/** A person of many touchpoints moves a page at a time, and in the end as a whole. */
import { defaultSettings } from '@rosi/attribution';
import { contributionsMade, eventsAccepted, workContinued } from '@rosi/events';
import { createTestDriver, type TestDriver } from '@rosi/streams';
import { expect, it } from 'vitest';
import { collected } from '../testing/collected.js';
import { answer, hash } from '../testing/drive.js';
import { identifiers } from './identifiers.js';

/** More than two pages. */
const TOUCHPOINTS = 1_100;

function sendClicks(driver: TestDriver): void {
  const clicks = Array.from({ length: TOUCHPOINTS }, (_, n) =>
    collected({
      event_id: `c${n}`,
      type: 'click',
      identifiers: { user_id: 'u', anonymous_id: 'a' },
    }),
  );
  driver.pipe(
    eventsAccepted,
    clicks.map((value) => ({ value, timestamp: 0 })),
  );
  driver.drain();
}

/** How many touchpoints each person has; one that was never given can't be taken back. */
function contributed(driver: TestDriver): Record<string, number> {
  const held = new Map<string, Set<string>>();
  for (const { personId, withdrawn, touch } of driver.output(contributionsMade)) {
    const ids = held.get(personId) ?? new Set();
    held.set(personId, ids);
    const id = touch?.touchpointId ?? '';
    expect(ids.has(id)).toBe(withdrawn);
    if (withdrawn) ids.delete(id);
    else ids.add(id);
  }
  return Object.fromEntries([...held].map(([personId, ids]) => [personId, ids.size]));
}

it('gives all that waited for the answer, and moves all of it later', () => {
  const driver = createTestDriver(
    { processors: [identifiers(defaultSettings, hash)] },
    { partitions: 1 },
  );
  sendClicks(driver);
  expect(contributed(driver)).toEqual({});
  answer(driver, 1, 'p_1');
  expect(contributed(driver)).toEqual({ p_1: TOUCHPOINTS });
  const pages = driver.output(workContinued).length;
  expect(pages).toBeGreaterThanOrEqual(2);
  answer(driver, 2, 'p_2');
  expect(contributed(driver)).toEqual({ p_1: 0, p_2: TOUCHPOINTS });
  expect(driver.output(workContinued).length).toBeGreaterThanOrEqual(pages + 2);
});
