import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareIdentifierKeys,
  isKnown,
  personIdOf,
  representativeOf,
} from './identifier-order.js';

const inOrder = [
  'user_id:a',
  'user_id:b',
  'customer_id:shop:1',
  'email:00ff',
  'phone:00ff',
  'handle:mastodon:@ada@social.example',
  'anonymous_id:a',
  'click_id:a',
  'order_id:1',
];

test('ranks identifiers by type, then by value; orders come last', () => {
  expect([...inOrder].reverse().sort(compareIdentifierKeys)).toEqual(inOrder);
});

test('a person is represented by its smallest member, whatever the order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: 1 }), (members) => {
      const smallest = inOrder.find((key) => members.includes(key));
      expect(representativeOf(members)).toBe(smallest);
    }),
  );
  expect(() => representativeOf([])).toThrow('without members');
});

test('a person_id is the digest of the representative', () => {
  expect(personIdOf('user_id:a', (text) => `<${text}>`)).toBe('p_<user_id:a>');
});

test('a person of orders alone is not known; the representative alone tells it', () => {
  expect(isKnown(['order_id:1', 'order_id:2'])).toBe(false);
  expect(isKnown(['order_id:1', 'click_id:a'])).toBe(true);
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: 1 }), (members) => {
      expect(isKnown([representativeOf(members)])).toBe(isKnown(members));
    }),
  );
});

test('a key of no known type is a broken invariant', () => {
  expect(() => compareIdentifierKeys('cookie:a', 'user_id:a')).toThrow('"cookie" is unknown');
});
