/** Where entries go when one task becomes several: with the records of their node, or everywhere. */

import { defaultSettings } from '@rosi/attribution';
import { stateKey } from '@rosi/streams';
import { expect, it } from 'vitest';
import { keyPart } from './key-part.js';
import { statePlace } from './state-place.js';
import { stitcherTopology } from './topology.js';

it('follows the node that the records are keyed by', () => {
  const item = stateKey('w', 'anonymous_id:a\0b', 'i', 'event-1');
  expect(statePlace('identifiers', item)).toEqual({ key: 'w/anonymous_id:a\0b' });
  expect(statePlace('identifiers', stateKey('w', 'order_id:7', 'r'))).toEqual({
    key: 'w/order_id:7',
  });
  expect(statePlace('journeys', stateKey('w', 'p_1', 't', 5, 'x'))).toEqual({ key: 'w/p_1' });
});

it('is the workspace for identity, whatever the entry', () => {
  expect(statePlace('identity', stateKey('w', 'email:x', 'l', 'y'))).toEqual({ key: 'w' });
  expect(statePlace('identity', stateKey('w', 'c', 7, 'm'))).toEqual({ key: 'w' });
});

it('is everywhere for what each task needs, or for which no key is known', () => {
  expect(statePlace('repeats', stateKey('w', 'a-hash'))).toBe('every');
  expect(statePlace('journeys', stateKey('w', 'upkeep'))).toBe('every');
  expect(statePlace('identifiers', stateKey('w', 'upkeep'))).toBe('every');
  const long = keyPart('X'.repeat(700));
  expect(statePlace('identifiers', stateKey('w', `coupon:${long}`, 'u'))).toBe('every');
  expect(statePlace('identifiers', stateKey('w', 'coupon:ADA10', 'u'))).toEqual({
    key: 'w/coupon:ADA10',
  });
});

it('is said of every processor of the topology, and of no other', () => {
  const topology = stitcherTopology({ attribution: defaultSettings, hash: (text) => text });
  for (const { name } of topology.processors) {
    expect(() => statePlace(name, stateKey('w', 'node'))).not.toThrow();
  }
  expect(() => statePlace('unheard-of', stateKey('w', 'node'))).toThrow(/unheard-of/);
});
