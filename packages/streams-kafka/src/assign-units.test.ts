import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignUnits, type MemberWishes, type Unit } from './assign-units.js';

type Shares = ReturnType<typeof assignUnits>;

const unitsOf = (counts: readonly number[]): Unit[] =>
  counts.flatMap((count, at) =>
    Array.from({ length: count }, (_, n) => ({ name: `kind-${at}/${n}`, kind: `kind-${at}` })),
  );
const units = fc.array(fc.integer({ min: 0, max: 13 }), { maxLength: 6 }).map(unitsOf);
const nameOf = ({ name }: Unit) => name;
const drawn = units.chain((all) => {
  const some = fc.subarray(all.map(nameOf));
  return fc.record({
    units: fc.constant(all),
    members: fc.array(fc.record({ owned: some, stored: some }), { minLength: 1, maxLength: 6 }),
  });
});
const named = (members: readonly Omit<MemberWishes, 'memberId'>[]): MemberWishes[] =>
  members.map((member, n) => ({ ...member, memberId: `m${n}` }));
const fresh = (count: number): MemberWishes[] =>
  named(Array.from({ length: count }, () => ({ owned: [], stored: [] })));
/** As the members of these shares come to the next round, whatever is on their disks. */
const again = (shares: Shares): MemberWishes[] =>
  [...shares].map(([memberId, owned]) => ({ memberId, owned, stored: [] }));
const difference = (sizes: readonly number[]) => Math.max(...sizes) - Math.min(...sizes);
/** Units that a member has now and had not before. */
const moved = (before: Shares, after: Shares): string[] =>
  [...after].flatMap(([memberId, own]) =>
    own.filter((name) => !(before.get(memberId) ?? []).includes(name)),
  );

test('every unit has one member', () => {
  fc.assert(
    fc.property(drawn, ({ units: all, members }) => {
      const shares = [...assignUnits(all, named(members)).values()];
      expect(shares.flat().sort()).toEqual(all.map(nameOf).sort());
    }),
  );
});

test('members have equally many of each kind, and in all, give or take one', () => {
  fc.assert(
    fc.property(drawn, ({ units: all, members }) => {
      const shares = [...assignUnits(all, named(members)).values()];
      expect(difference(shares.map(({ length }) => length))).toBeLessThanOrEqual(1);
      for (const kind of new Set(all.map((unit) => unit.kind))) {
        const ofKind = shares.map(
          (own) => own.filter((name) => name.startsWith(`${kind}/`)).length,
        );
        expect(difference(ofKind), kind).toBeLessThanOrEqual(1);
      }
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
      expect(moved(shares, assignUnits(all, again(shares)))).toEqual([]);
    }),
  );
});

test('who comes takes a share, and little else moves', () => {
  fc.assert(
    fc.property(units, fc.integer({ min: 1, max: 6 }), (all, count) => {
      const before = assignUnits(all, fresh(count));
      const after = assignUnits(all, [...again(before), ...fresh(count + 1).slice(count)]);
      const toOld = moved(before, after).filter((name) => !after.get(`m${count}`)?.includes(name));
      // Only where a kind can't be dealt out evenly may its odd units go to others than before.
      expect(toOld.length).toBeLessThanOrEqual(oddUnits(all, count + 1));
    }),
  );
});

test('who goes leaves a share, and little else moves', () => {
  fc.assert(
    fc.property(units, fc.integer({ min: 2, max: 6 }), (all, count) => {
      const before = assignUnits(all, fresh(count));
      const after = assignUnits(all, again(before).slice(1));
      const left = before.get('m0')?.length ?? 0;
      expect(moved(before, after).length).toBeLessThanOrEqual(left + oddUnits(all, count - 1));
    }),
  );
});

/** Units that are left when every member has equally many of each kind. */
function oddUnits(all: readonly Unit[], members: number): number {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const countOf = (kind: string) => all.filter((unit) => unit.kind === kind).length;
  return kinds.reduce((sum, kind) => sum + (countOf(kind) % members), 0);
}

test('two processes share what is heavy, with three partitions as with four', () => {
  for (const partitions of [3, 4]) {
    const all = ['identifiers', 'identity', 'journeys', 'repeats'].flatMap((kind) =>
      Array.from({ length: partitions }, (_, n) => ({ name: `${kind}/${n}`, kind })),
    );
    const alone = assignUnits(all, fresh(1));
    const shares = assignUnits(all, [...again(alone), ...fresh(2).slice(1)]);
    const second = shares.get('m1') ?? [];
    expect(second).toHaveLength(partitions * 2);
    for (const kind of ['identifiers', 'journeys', 'repeats']) {
      expect(second.filter((name) => name.startsWith(`${kind}/`)).length).toBeGreaterThan(0);
    }
  }
});

test('members that come back get what they have state of, unless somebody works on it', () => {
  const all = unitsOf([3]);
  const shares = assignUnits(all, [
    { memberId: 'x', owned: ['kind-0/0'], stored: ['kind-0/0'] },
    { memberId: 'y', owned: [], stored: ['kind-0/0', 'kind-0/2'] },
    { memberId: 'z', owned: [], stored: ['kind-0/1'] },
  ]);
  const expected = { x: ['kind-0/0'], y: ['kind-0/2'], z: ['kind-0/1'] };
  expect(Object.fromEntries(shares)).toEqual(expected);
});

test('nobody is there', () => {
  expect(assignUnits(unitsOf([3]), [])).toEqual(new Map());
});
