/** Under which ids the events of erased persons go on. */
import { expect, it } from 'vitest';
import { identifyEvent } from './commands.js';
import { erasedTouchId, eventNameIn, withoutPerson } from './erased.js';

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
