import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignUnits, type MemberWishes } from './assign-units.js';

const units = fc
  .integer({ min: 0, max: 40 })
  .map((count) => Array.from({ length: count }, (_, n) => `unit/${n}`));
const drawn = units.chain((all) =>
  fc.record({
    units: fc.constant(all),
    members: fc.array(fc.record({ owned: fc.subarray(all), stored: fc.subarray(all) }), {
      minLength: 1,
      maxLength: 6,
    }),
  }),
);
const named = (members: readonly Omit<MemberWishes, 'memberId'>[]): MemberWishes[] =>
  members.map((member, n) => ({ ...member, memberId: `m${n}` }));

test('every unit has one member, and members have equally many, give or take one', () => {
  fc.assert(
    fc.property(drawn, ({ units: all, members }) => {
      const shares = [...assignUnits(all, named(members)).values()];
      expect(shares.flat().sort()).toEqual([...all].sort());
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('the order of members and units does not matter', () => {
  fc.assert(
    fc.property(drawn, ({ units: all, members }) => {
      const shares = assignUnits(all, named(members));
      const turned = assignUnits([...all].reverse(), named(members).reverse());
      expect(Object.fromEntries(turned)).toEqual(Object.fromEntries(shares));
    }),
  );
});

test('what was shared out stays where it is when nobody comes or goes', () => {
  fc.assert(
    fc.property(drawn, ({ units: all, members }) => {
      const shares = assignUnits(all, named(members));
      const again = [...shares].map(([memberId, owned]) => ({ memberId, owned, stored: [] }));
      const kept = assignUnits(all, again);
      for (const [memberId, owned] of shares) {
        expect([...(kept.get(memberId) ?? [])].sort()).toEqual([...owned].sort());
      }
    }),
  );
});

test('a member that comes back gets what it has state of', () => {
  const all = ['a', 'b', 'c', 'd'];
  const shares = assignUnits(all, [
    { memberId: 'x', owned: all, stored: all },
    { memberId: 'y', owned: [], stored: ['c', 'd'] },
  ]);
  expect(shares.get('x')).toHaveLength(2);
  expect(shares.get('y')).toHaveLength(2);
});
