/** Under which ids the events of erased persons go on. */
import { expect, it } from 'vitest';
import { identifyEvent } from './commands.js';
import {
  apartName,
  erasedTouchId,
  eventNameIn,
  leftOf,
  suppressedName,
  withoutPerson,
} from './erased.js';

const hash = (text: string) => `h-${Buffer.from(text).toString('base64url')}`;
const order = { type: 'order_id', value: 'o' };
const person = { type: 'user_id', value: 'ada' };

function event(eventId: string, identifiers: readonly (typeof person)[], touchpoint: boolean) {
  const command = { workspace: 'w', eventId, at: 0 };
  return { ...identifyEvent(command, person), identifiers, touchpoint };
}
const touchId = (eventId: string) => erasedTouchId(hash, 'w', eventId, -1);

it("keeps the ids of an order's books, and no touchpoint's", () => {
  const idOf = (...of: Parameters<typeof event>) => withoutPerson(event(...of), hash).eventId;
  expect(idOf('e', [order, person], false)).toBe('e');
  expect(idOf('e', [order, person], true)).toBe(touchId('e'));
  expect(idOf('e', [person], true)).toBe(touchId('e'));
  expect(idOf('e', [person], false)).toBe(touchId('e'));
  // Its place before coupons is a touchpoint's alone.
  expect(idOf('a', [order], true)).toMatch(/^cleared:h-/);
  expect(idOf('a', [person], false)).toMatch(/^erased:h-/);
  expect(withoutPerson(event('e', [order, person], true), hash).identifiers).toEqual([order]);
});

it('takes an id with a place from who knows it', () => {
  const placed = erasedTouchId(hash, 'w', 'e', 3);
  const known = new Map([[eventNameIn(placed), placed]]);
  const idOf = (id: string) =>
    withoutPerson(event(id, [order], true), hash, (name) => known.get(name)).eventId;
  expect(idOf('e')).toBe(placed);
  expect(idOf(placed)).toBe(placed);
  expect(idOf('other')).toBe(touchId('other'));
});

const device = { type: 'anonymous_id', value: 'kiosk' };
const words = { properties: '{"note":"kept"}', occurredAt: 5, receivedAt: 5 };

/** What is left when the device was erased: as somebody's own until `own`, shared until `shared`. */
function left(identifiers: readonly (typeof person)[], own: number, shared: number) {
  const until = new Map([
    [suppressedName(hash, 'w', 'anonymous_id:kiosk'), own],
    [suppressedName(hash, 'w', 'anonymous_id:kiosk', true), shared],
  ]);
  const sent = { ...event('e', identifiers, false), ...words };
  return leftOf(sent, hash, { until: (name) => until.get(name) });
}

it('takes what was shared from events of others alone', () => {
  const kept = left([person, device], 0, 5);
  expect(kept.lost).toBe('identifiers');
  expect(kept.event).toMatchObject({ ...words, eventId: 'e', identifiers: [person] });
  expect(left([order, device], 0, 5).event).toMatchObject({ ...words, identifiers: [order] });
  const gone = left([device, { type: 'click_id', value: 'k' }], 0, 5);
  expect(gone.lost).toBe('person');
  expect(gone.event).toMatchObject({ identifiers: [], properties: '{}' });
  expect(left([person, device], 0, 4).lost).toBe('nothing');
  expect(left([person], 9, 9).lost).toBe('nothing');
});

it.each([
  ['shared, then own', 9, 5, 'identifiers'],
  ['shared before the event, then own', 9, 4, 'person'],
  ['own, then shared', 5, 9, 'person'],
  ['own before the event, then shared', 4, 9, 'identifiers'],
  ['both at once', 5, 5, 'person'],
  ['both before the event', 4, 4, 'nothing'],
])('of what was erased twice, %s, the next erasure decides', (_, own, shared, lost) => {
  expect(left([person, device], own, shared).lost).toBe(lost);
});

it('takes what was somebody’s own alone from those whom the erasure knew as others, and bots', () => {
  const own = suppressedName(hash, 'w', 'anonymous_id:kiosk');
  const apart = apartName(hash, 'w', 'user_id:ada', 'anonymous_id:kiosk');
  const until = new Map([
    [own, 9],
    [apart, 5],
  ]);
  const lost = (identifiers: readonly (typeof person)[], at: number, bot = false) => {
    const sent = { ...event('e', identifiers, false), occurredAt: at, receivedAt: at, bot };
    return leftOf(sent, hash, { until: (name) => until.get(name) }).lost;
  };
  expect(lost([person, device], 5)).toBe('identifiers');
  expect(lost([person, device], 6)).toBe('person');
  expect(lost([order, person, device], 5)).toBe('person');
  expect(lost([{ ...person, value: 'bob' }, device], 5)).toBe('person');
  expect(lost([order, device], 5, true)).toBe('identifiers');
  expect(lost([device], 5, true)).toBe('person');
});
