/** One odd event between two good ones, for the tests of bad events. */
import { expect } from 'vitest';
import { appFor, click, MemoryLog } from './fixture.js';

const good = JSON.stringify(click('good'));

/** The verdict on one event, sent as JSON text between two good ones. */
export async function verdictOn(text: string) {
  const log = new MemoryLog();
  const { post } = await appFor(log);
  const response = await post(`[${good},${text},${good}]`);
  expect(response.statusCode).toBe(202);
  const { accepted, rejected } = response.json();
  expect(accepted + rejected.length).toBe(3);
  expect(log.events.map((event) => event.eventId).filter((id) => id === 'good')).toHaveLength(2);
  expect(JSON.stringify(rejected)).not.toContain('undefined');
  return { code: rejected[0]?.code ?? 'accepted', index: rejected[0]?.index, event: log.events[1] };
}
