import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IdentifierLink, personsOf } from './persons.js';

type Links = readonly IdentifierLink[];
const digest = (text: string): string => text;
const solve = (links: Links, unlinks: Links = [], members: readonly string[] = []) =>
  personsOf({ members, links, unlinks, digest });
const personIds = (links: Links, unlinks: Links = []) =>
  Object.fromEntries([...solve(links, unlinks)].map(([key, person]) => [key, person.personId]));

describe('persons', () => {
  test('a chain of links is one person', () => {
    const links: Links = [
      ['anonymous_id:a', 'order_id:1'],
      ['order_id:1', 'email:e'],
      ['email:e', 'customer_id:s:9'],
    ];
    expect(new Set(Object.values(personIds(links)))).toEqual(new Set(['p_customer_id:s:9']));
  });

  test('a shared tablet joins nothing and is a person of its own', () => {
    const links: Links = [
      ['anonymous_id:tablet', 'user_id:a'],
      ['anonymous_id:tablet', 'user_id:b'],
      ['anonymous_id:tablet', 'order_id:1'],
    ];
    expect(personIds(links)).toEqual({
      'anonymous_id:tablet': 'p_anonymous_id:tablet',
      'user_id:a': 'p_user_id:a',
      'user_id:b': 'p_user_id:b',
      'order_id:1': 'p_order_id:1',
    });
    expect(solve(links).get('anonymous_id:tablet')?.shared).toBe(true);
    expect(solve(links).get('user_id:a')?.shared).toBe(false);
  });

  test('is judged on direct links alone, and shared neighbours count', () => {
    const links: Links = [
      ['click_id:k', 'anonymous_id:tablet'],
      ['click_id:k', 'anonymous_id:b'],
      ['anonymous_id:tablet', 'user_id:a'],
      ['anonymous_id:tablet', 'user_id:b'],
    ];
    const persons = solve(links);
    expect(persons.get('click_id:k')?.shared).toBe(true);
    expect(persons.get('anonymous_id:b')).toEqual({ personId: 'p_anonymous_id:b', shared: false });
  });

  test('is judged after unlinks, which hold wherever they stand', () => {
    const links: Links = [
      ['anonymous_id:a', 'user_id:a'],
      ['user_id:b', 'anonymous_id:a'],
    ];
    const persons = personIds(links, [['anonymous_id:a', 'user_id:b']]);
    expect(persons['anonymous_id:a']).toBe('p_user_id:a');
    expect(persons['user_id:b']).toBe('p_user_id:b');
  });

  test('a link of an identifier to itself does not exist', () => {
    expect(personIds([['user_id:a', 'user_id:a']])).toEqual({ 'user_id:a': 'p_user_id:a' });
    const fifty = Array.from({ length: 50 }, (_, n): IdentifierLink => ['user_id:a', `email:${n}`]);
    const persons = solve([...fifty, ['user_id:a', 'user_id:a']]);
    expect(persons.get('user_id:a')?.shared).toBe(false);
  });

  test('whoever was seen, alone or in an unlink, has a person', () => {
    const persons = solve([], [['user_id:a', 'user_id:b']], ['email:e']);
    expect([...persons.keys()].sort()).toEqual(['email:e', 'user_id:a', 'user_id:b']);
  });
});

/** Few identifiers, so that random links meet and every rule of sharing is reached. */
const universe = [
  ...['user_id:1', 'user_id:2', 'user_id:3', 'customer_id:x:1', 'customer_id:x:2'],
  ...['customer_id:y:1', 'customer_id:7', 'customer_id:8', 'email:1', 'email:2', 'email:3'],
  ...['email:4', 'email:5', 'phone:1', 'handle:m:@a', 'anonymous_id:1', 'anonymous_id:2'],
  ...['anonymous_id:3', 'click_id:1', 'click_id:2', 'order_id:1', 'order_id:2', 'order_id:3'],
];
const link = fc.tuple(fc.constantFrom(...universe), fc.constantFrom(...universe));
const someLinks = fc.array(link, { maxLength: 40 });
const someUnlinks = fc.array(link, { maxLength: 8 });

describe('laws', () => {
  test('neither order nor repetition nor direction of links matters', () => {
    const twice = someLinks.chain((links) => {
      const turned = links.map(([a, b]): IdentifierLink => [b, a]);
      const pool = [...links, ...turned];
      return fc.tuple(
        fc.constant(links),
        fc.shuffledSubarray(pool, { minLength: pool.length, maxLength: pool.length }),
      );
    });
    fc.assert(
      fc.property(twice, someUnlinks, ([links, shuffled], unlinks) => {
        const turned = [...unlinks].reverse().map(([a, b]): IdentifierLink => [b, a]);
        expect(solve(shuffled, turned)).toEqual(solve(links, unlinks));
      }),
    );
  });

  test('an unlink removes for good: as if the link had never been', () => {
    fc.assert(
      fc.property(someLinks, link, (links, gone) => {
        const isGone = ([a, b]: IdentifierLink): boolean =>
          (a === gone[0] && b === gone[1]) || (a === gone[1] && b === gone[0]);
        const without = links.filter((each) => !isGone(each));
        const members = [...links.flat(), ...gone];
        expect(solve([...links, gone], [gone])).toEqual(solve(without, [], members));
      }),
    );
  });

  test('a naive second implementation agrees', () => {
    fc.assert(
      fc.property(someLinks, someUnlinks, (links, unlinks) => {
        expect(solve(links, unlinks)).toEqual(naivePersons(links, unlinks));
      }),
      { numRuns: 500 },
    );
  });

  test('also where more than 50 strong ones meet', () => {
    const hub = fc.constantFrom('phone:hub', 'user_id:hub', 'order_id:hub', 'click_id:hub');
    const types = ['user_id', 'handle', 'phone', 'order_id', 'anonymous_id'];
    const spoke = fc.tuple(hub, fc.constantFrom(...types), fc.nat({ max: 60 }));
    const spokes = fc.array(spoke, { minLength: 100, maxLength: 400 });
    fc.assert(
      fc.property(spokes, someUnlinks, (drawn, unlinks) => {
        const links = drawn.map(([to, type, n]): IdentifierLink => [to, `${type}:${n}`]);
        expect(solve(links, unlinks)).toEqual(naivePersons(links, unlinks));
      }),
      { numRuns: 20 },
    );
  });
});

/** Another way to the same answer: a filtered list of edges, walked from each identifier anew. */
function naivePersons(links: Links, unlinks: Links) {
  const same = (one: IdentifierLink, a: string, b: string): boolean =>
    one.includes(a) && one.includes(b);
  const seen = [...new Set([...links, ...unlinks].flat())];
  const linked = (a: string, b: string): boolean =>
    a !== b &&
    links.some((each) => same(each, a, b)) &&
    !unlinks.some((each) => each[0] !== each[1] && same(each, a, b));
  const neighbours = new Map(seen.map((a) => [a, seen.filter((b) => linked(a, b))]));
  const direct = (key: string): readonly string[] => neighbours.get(key) ?? [];
  const shared = new Set(seen.filter((key) => naiveShared(key, direct(key))));
  return new Map(
    seen.map((start) => {
      const found = new Set([start]);
      if (!shared.has(start)) {
        for (const at of found) {
          for (const next of direct(at)) if (!shared.has(next)) found.add(next);
        }
      }
      const representative = [...found].sort(naiveCompare)[0];
      return [start, { personId: `p_${representative}`, shared: shared.has(start) }];
    }),
  );
}

function naiveShared(key: string, direct: readonly string[]): boolean {
  const count = (pattern: RegExp): number => direct.filter((other) => pattern.test(other)).length;
  if (count(/^(user_id|customer_id|email|phone|handle):/) > 50) return true;
  if (key.startsWith('click_id:') && count(/^anonymous_id:/) > 1) return true;
  if (!/^(anonymous_id|click_id):/.test(key)) return false;
  const shops = direct
    .filter((other) => other.startsWith('customer_id:'))
    .map((other) => /^customer_id:(?:([^:]*):)?/.exec(other)?.[1] ?? '');
  const twice = shops.some((shop, at) => shops.indexOf(shop) !== at);
  return twice || count(/^user_id:/) >= 2 || count(/^email:/) > 3;
}

function naiveCompare(a: string, b: string): number {
  const rank = (key: string): number =>
    'user customer email phone handle anonymous click order'
      .split(' ')
      .findIndex((type) => key.startsWith(type));
  return rank(a) - rank(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
}
