/** Whatever is changed, worked in, committed and opened again: the state is as if kept in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryState, stateKey } from '@rosi/streams';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChangedState } from './changed-state.js';
import { type Environment, openEnvironment, openStore } from './environment.js';
import { createTaskState, taskPrefix } from './task-state.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi-changed-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Bytes that matter to keys: ends of the range, and those of terminators; also strings of keys. */
const someKey = fc.oneof(
  fc
    .array(fc.constantFrom(0, 1, 0x61, 0xff), { minLength: 1, maxLength: 2 })
    .map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('a', '\0', 7), { minLength: 1, maxLength: 3 })
    .map((parts) => stateKey(...parts)),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), key: someKey }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key: someKey }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('workIn' as const), keys: fc.nat(6) }) },
  fc.record({ do: fc.constant('commit' as const) }),
  fc.record({ do: fc.constant('crash' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const question = fc.record({
  prefix: fc.oneof(fc.constant(Buffer.alloc(0)), someKey),
  from: fc.option(someKey, { nil: undefined }),
  reverse: fc.boolean(),
  limit: fc.option(fc.nat(5), { nil: undefined }),
});

class Stop extends Error {}

function openAt(environment: Environment) {
  const tree = openStore(environment, 'state', { create: true });
  const changed = new ChangedState(tree, openStore(environment, 'changes', { create: true }));
  return { environment, tree, changed, task: createTaskState(changed, taskPrefix(1, 2)) };
}

/** The steps up to the next commit in one transaction, which a crash undoes. */
function transact(at: ReturnType<typeof openAt>, steps: readonly Step[], first: number): void {
  const work = () => {
    steps.forEach((one, index) => {
      if (one.do === 'put') at.task.put(one.key, Buffer.from(`value ${first + index}`));
      else if (one.do === 'delete') at.task.delete(one.key);
      else if (one.do === 'workIn') at.changed.workIn(one.keys);
    });
    at.changed.persist();
    if (steps.at(-1)?.do === 'crash') throw new Stop();
  };
  try {
    at.environment.transactionSync(work);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}

test('as a state in memory, over commits, crashes and restarts', async () => {
  let run = 0;
  const property = fc.asyncProperty(
    fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 6 }),
    fc.array(question, { minLength: 1, maxLength: 6 }),
    async (transactions, questions) => {
      run += 1;
      const here = join(dir, String(run));
      let at = openAt(openEnvironment(here));
      let model = createMemoryState();
      for (const [index, steps] of transactions.entries()) {
        const before = model.snapshot();
        transact(at, steps, index * 100);
        steps.forEach((one, place) => {
          if (one.do === 'put') model.put(one.key, Buffer.from(`value ${index * 100 + place}`));
          else if (one.do === 'delete') model.delete(one.key);
        });
        if (steps.at(-1)?.do === 'crash') {
          model = before;
          await at.environment.close();
          at = openAt(openEnvironment(here));
        }
        for (const asked of questions) {
          const { from, limit, ...rest } = asked;
          const range = {
            ...rest,
            ...(from === undefined ? {} : { from }),
            ...(limit === undefined ? {} : { limit }),
          };
          expect([...at.task.range(range)]).toEqual([...model.range(range)]);
          expect(at.task.get(asked.prefix.length > 0 ? asked.prefix : Buffer.from('a'))).toEqual(
            model.get(asked.prefix.length > 0 ? asked.prefix : Buffer.from('a')),
          );
        }
      }
      await at.environment.close();
      rmSync(here, { recursive: true });
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

test('what is worked in leaves nothing beside the tree', async () => {
  const at = openAt(openEnvironment(dir));
  const large = Buffer.alloc(200_000, 7);
  at.environment.transactionSync(() => {
    for (let n = 0; n < 3000; n += 1) at.task.put(Buffer.from(`k${n}`), Buffer.from(`${n}`));
    at.task.put(Buffer.from('large'), large);
    at.changed.persist();
  });
  expect(at.tree.getCount()).toBe(0);
  await at.environment.close();

  const again = openAt(openEnvironment(dir));
  expect(again.changed.size).toBe(3001);
  expect(again.task.get(Buffer.from('large'))).toEqual(large);
  const workIn = (keysMax: number) =>
    again.environment.transactionSync(() => {
      again.changed.workIn(keysMax);
      again.changed.persist();
    });
  workIn(2000);
  expect([again.changed.size, again.tree.getCount()]).toEqual([1001, 2000]);
  workIn(2000);
  expect([again.changed.size, again.changed.bytes, again.tree.getCount()]).toEqual([0, 0, 3001]);
  const log = openStore(again.environment, 'changes', { create: true });
  expect(log.getCount()).toBe(0);
  expect(again.task.get(Buffer.from('large'))).toEqual(large);
  await again.environment.close();

  const empty = openAt(openEnvironment(dir));
  expect([empty.changed.size, empty.task.get(Buffer.from('k7'))?.toString()]).toEqual([0, '7']);
  await empty.environment.close();
});
