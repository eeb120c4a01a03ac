/** Who was erased, as the tables' list tells it when events are loaded again. */
import { erasedTouchId, identifyEvent, suppressedName } from '@rosi/events';
import type { Warehouse } from '@rosi/warehouse';
import { expect, it } from 'vitest';
import { Lens } from './lens.js';

const hash = (text: string) => Buffer.from(text).toString('base64url');
const ada = { type: 'user_id', value: 'ada' };
const order = { type: 'order_id', value: 'o' };

function event(eventId: string, touchpoint: boolean) {
  const command = { workspace: 'w', eventId, at: 5 };
  return { ...identifyEvent(command, ada), identifiers: [order, ada], touchpoint };
}
const nobody = { members: [], orders: [], placed: [], shared: [], apart: [] };
const placed = erasedTouchId(hash, 'w', 'tied', 4);

it('names touchpoints as the stitcher did, also those whose ids have a place', async () => {
  const rows = [
    { workspace: 'w', name: suppressedName(hash, 'w', 'user_id:ada'), until: 10 },
    { workspace: 'w', name: placed, until: 10 },
  ];
  const query: Warehouse['query'] = async <T>() => rows as T[]; // of that shape
  const lens = new Lens(hash);
  await lens.read({ query }, 0);
  const idOf = (eventId: string, touchpoint: boolean) =>
    lens.eventOf(event(eventId, touchpoint)).eventId;
  expect(idOf('tied', true)).toBe(placed);
  expect(idOf('other', true)).toBe(erasedTouchId(hash, 'w', 'other', -1));
  expect(idOf('book', false)).toBe('book');
});

it('knows them as soon as an erasure tells, and only in its workspace', () => {
  const lens = new Lens(hash);
  lens.suppress({ ...nobody, workspace: 'w', erasedAt: 0, orders: ['o'] });
  lens.suppress({ ...nobody, workspace: 'other', erasedAt: 0, placed: [placed] });
  expect(lens.eventOf(event('tied', true)).eventId).not.toBe(placed);
  lens.suppress({ ...nobody, workspace: 'w', erasedAt: 0, placed: [placed] });
  expect(lens.eventOf(event('tied', true)).eventId).toBe(placed);
  expect(lens.erasedId({ workspace: 'w', eventId: 'tied', touchpoint: true })).toBe(placed);
});

it('takes what was shared from events of others alone, as soon as an erasure tells', async () => {
  const kiosk = 'anonymous_id:kiosk';
  const device = { type: 'anonymous_id', value: 'kiosk' };
  const ofOther = { ...event('e', true), identifiers: [ada, device], properties: '{"a":1}' };
  const ofDevice = { ...ofOther, identifiers: [device] };
  const told = new Lens(hash);
  told.suppress({
    ...nobody,
    workspace: 'w',
    erasedAt: 10,
    members: [kiosk, 'user_id:bob'],
    shared: [kiosk],
  });
  const rows = [{ workspace: 'w', name: suppressedName(hash, 'w', kiosk, true), until: 10 }];
  const query: Warehouse['query'] = async <T>() => rows as T[]; // of that shape
  const read = new Lens(hash);
  await read.read({ query }, 0);
  for (const lens of [told, read]) {
    expect(lens.eventOf(ofOther)).toEqual({ ...ofOther, identifiers: [ada] });
    expect(lens.eventOf(ofDevice)).toMatchObject({ identifiers: [], properties: '{}' });
  }
});
