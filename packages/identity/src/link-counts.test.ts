import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isShared,
  type LinkCounts,
  noLinks,
  withNeighbour,
  withoutNeighbour,
} from './link-counts.js';

const numbered = (type: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${type}:${n}`);
const countsOf = (neighbours: readonly string[]): LinkCounts =>
  neighbours.reduce(withNeighbour, noLinks);
const judged = (identifier: string, neighbours: readonly string[]): boolean =>
  isShared(identifier, countsOf(neighbours));

test.each(['anonymous_id:tablet', 'click_id:k'])('%s is shared when it links people', (weak) => {
  expect(judged(weak, ['user_id:a'])).toBe(false);
  expect(judged(weak, ['user_id:a', 'user_id:b'])).toBe(true);
  expect(judged(weak, ['customer_id:x:1', 'customer_id:y:1', 'customer_id:1'])).toBe(false);
  expect(judged(weak, ['customer_id:x:1', 'customer_id:x:2'])).toBe(true);
  expect(judged(weak, ['customer_id:1', 'customer_id:2'])).toBe(true);
  expect(judged(weak, ['customer_id:10', 'customer_id:20'])).toBe(true);
  expect(judged(weak, ['customer_id::1', 'customer_id:2'])).toBe(true);
  expect(judged(weak, numbered('email', 3))).toBe(false);
  expect(judged(weak, numbered('email', 4))).toBe(true);
  expect(judged(weak, [...numbered('phone', 4), ...numbered('handle', 4)])).toBe(false);
});

test('a click_id is shared by several anonymous_ids, an anonymous_id by no number of them', () => {
  expect(judged('click_id:k', ['anonymous_id:a'])).toBe(false);
  expect(judged('click_id:k', numbered('anonymous_id', 2))).toBe(true);
  expect(judged('anonymous_id:a', numbered('click_id', 100))).toBe(false);
  expect(judged('anonymous_id:a', numbered('anonymous_id', 100))).toBe(false);
});

test('a strong identifier may link several people, up to 50 strong ones, orders not counted', () => {
  expect(judged('user_id:a', numbered('customer_id', 2))).toBe(false);
  expect(judged('email:a', numbered('user_id', 25).concat(numbered('phone', 25)))).toBe(false);
  expect(judged('email:a', numbered('user_id', 25).concat(numbered('handle', 26)))).toBe(true);
  expect(judged('order_id:1', numbered('email', 51))).toBe(true);
  expect(judged('user_id:a', numbered('order_id', 1000))).toBe(false);
  expect(judged('user_id:a', numbered('anonymous_id', 1000))).toBe(false);
});

const neighbour = fc
  .tuple(
    fc.constantFrom(
      'user_id',
      'customer_id',
      'email',
      'phone',
      'handle',
      'anonymous_id',
      'order_id',
    ),
    fc.constantFrom('1', '2', 'x:1', 'x:2', 'y:1', ':1'),
  )
  .map((parts) => parts.join(':'));

test('counts depend on the present neighbours alone', () => {
  const subsets = fc
    .uniqueArray(neighbour)
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all)));
  fc.assert(
    fc.property(subsets, ([added, left]) => {
      const removed = added.filter((key) => !left.includes(key));
      const counts = removed.reduce(withoutNeighbour, countsOf(added));
      expect(counts).toEqual(countsOf(left));
    }),
  );
});

test('taking away what was never counted, or no identifier, is a broken invariant', () => {
  expect(() => withoutNeighbour(noLinks, 'email:a')).toThrow('email');
  expect(() => withoutNeighbour(countsOf(['customer_id:x:1']), 'customer_id:y:1')).toThrow();
  expect(() => withNeighbour(noLinks, 'cookie:a')).toThrow('unknown');
});
