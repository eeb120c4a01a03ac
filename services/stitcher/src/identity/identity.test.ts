/** The incremental identity against the reference f(links), under any order and any batches. */
import { type LinksObserved, linksObserved, personsAssigned } from '@rosi/events';
import { personsOf } from '@rosi/identity';
import { createTestDriver } from '@rosi/streams';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../person-id.js';
import { identity } from './identity.js';

interface Observation {
  readonly members: readonly string[];
  readonly unlink: boolean;
}

const identifier = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((n) => `user_id:u${n}`),
  fc.integer({ min: 0, max: 3 }).map((n) => `customer_id:${n % 2 === 0 ? 'shop:' : ''}${n}`),
  fc.integer({ min: 0, max: 5 }).map((n) => `email:e${n}`),
  fc.integer({ min: 0, max: 3 }).map((n) => `anonymous_id:a${n}`),
  fc.integer({ min: 0, max: 2 }).map((n) => `click_id:k${n}`),
  fc.integer({ min: 0, max: 6 }).map((n) => `order_id:o${n}`),
);
const observation: fc.Arbitrary<Observation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .uniqueArray(identifier, { minLength: 2, maxLength: 4 })
      .map((members) => ({ members, unlink: false })),
  },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(identifier, { minLength: 2, maxLength: 2 })
      .map((members) => ({ members, unlink: true })),
  },
);

function pairs(members: readonly string[]): (readonly [string, string])[] {
  return members.flatMap((a, index) =>
    members.slice(index + 1).map((b): readonly [string, string] => [a, b]),
  );
}

function reference(observations: readonly Observation[]) {
  const of = (unlink: boolean) =>
    observations.filter((one) => one.unlink === unlink).flatMap((one) => pairs(one.members));
  const members = observations.flatMap((one) => one.members);
  return personsOf({ members, links: of(false), unlinks: of(true), digest });
}

function incremental(observations: readonly Observation[], batches: readonly number[]) {
  const driver = createTestDriver({ processors: [identity((text) => text)] }, { partitions: 1 });
  let at = 0;
  let request = 0;
  for (const size of [...batches, observations.length]) {
    const batch = observations.slice(at, at + size);
    at += batch.length;
    driver.pipe(
      linksObserved,
      batch.map(({ members, unlink }) => {
        request += 1;
        const observer = members[0] as string;
        const value: LinksObserved = { workspace: 'w', observer, request, members, unlink };
        return { value, timestamp: request };
      }),
    );
    driver.drain();
  }
  const assigned = new Map<string, { personId: string; shared: boolean }>();
  for (const { identifier: key, personId, shared } of driver.output(personsAssigned)) {
    assigned.set(key, { personId, shared });
  }
  const answers = driver.output(personsAssigned).map((one) => one.answers);
  const entries = [...driver.state('identity', 0).range({ prefix: Buffer.alloc(0) })].length;
  return { assigned, answers, entries };
}

describe('identity', () => {
  it('equals the reference after any observations in any batches', () => {
    fc.assert(
      fc.property(
        fc.array(observation, { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 12 }),
        (observations, batches) => {
          const { assigned } = incremental(observations, batches);
          expect(Object.fromEntries(assigned)).toEqual(Object.fromEntries(reference(observations)));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('answers each request, changed or not', () => {
    const again = { members: ['user_id:u', 'anonymous_id:a'], unlink: false };
    const { answers } = incremental([again, again], [1, 1]);
    expect(answers.filter((answer) => answer > 0)).toEqual([1, 2]);
  });

  it('judges more than fifty strong neighbours shared, and not fifty', () => {
    const links = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        members: ['user_id:kiosk', `email:e${n}`],
        unlink: false,
      }));
    expect(incremental(links(50), []).assigned.get('user_id:kiosk')?.shared).toBe(false);
    expect(incremental(links(51), [7, 7]).assigned.get('user_id:kiosk')?.shared).toBe(true);
    const unlinked = [...links(51), { members: ['user_id:kiosk', 'email:e3'], unlink: true }];
    expect(incremental(unlinked, [51, 1]).assigned.get('user_id:kiosk')?.shared).toBe(false);
  });

  it('keeps nothing of a component that was joined to another', () => {
    const linked = (...members: string[]): Observation => ({ members, unlink: false });
    const first = linked('user_id:1', 'email:2');
    const second = linked('email:2', 'phone:3');
    const third = linked('phone:3', 'handle:4');
    const grown = incremental([first, second, third], [1, 1]);
    const joined = incremental([first, third, second], [1, 1]);
    expect(joined.entries).toBe(grown.entries);
    expect(incremental([first, third, second], []).entries).toBe(grown.entries);
  });
});
