/** Writes over a copy on disk read as if they were in it: held against the plain state in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryState, type StateStore } from '@rosi/streams';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openLocalState } from './local-state.js';
import { createTaskState } from './task-state.js';

const dir = mkdtempSync(join(tmpdir(), 'rosi-task-state-'));
const local = openLocalState(dir);
afterAll(async () => {
  await local.close();
  rmSync(dir, { recursive: true });
});

const key = fc.uint8Array({ maxLength: 3, max: 3 }).map((bytes) => Buffer.from(bytes));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), key, n: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('arrive' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('range' as const),
      prefix: key,
      from: fc.option(key, { nil: undefined }),
      reverse: fc.boolean(),
      limit: fc.option(fc.nat(5), { nil: undefined }),
    }),
  },
);

function list(state: StateStore, options: Parameters<StateStore['range']>[0]): string[] {
  return [...state.range(options)].map(([k, v]) => `${k.toString('hex')}=${v.toString()}`);
}

const none = Buffer.alloc(0);
const removedThenWritten = [
  { kind: 'delete', key: none },
  { kind: 'range', prefix: none, from: undefined, reverse: false, limit: undefined },
  { kind: 'put', key: none, n: 0 },
  { kind: 'commit' },
  { kind: 'arrive' },
] as const;

test('reads as the plain state does, whatever is on its way to the copy', async () => {
  let task = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      task += 1;
      const copy = local.copyOf(`state/${task}`);
      const state = createTaskState(copy);
      const plain = createMemoryState();
      let arrive = async () => {};
      for (const one of steps) {
        if (one.kind === 'put') {
          for (const each of [state, plain]) each.put(one.key, Buffer.from(String(one.n)));
        } else if (one.kind === 'delete') {
          for (const each of [state, plain]) each.delete(one.key);
        } else if (one.kind === 'commit') {
          await arrive();
          const entries = [...state.written()];
          const forget = state.handOver();
          expect([...state.written()]).toEqual([]);
          expect(state.writtenBytes).toBe(0);
          arrive = async () => {
            await copy.apply(entries, { changelogOffset: 1, savedAtMs: 1 });
            forget();
          };
        } else if (one.kind === 'arrive') {
          await arrive();
          arrive = async () => {};
        } else {
          const { kind: _, from, limit, ...rest } = one;
          const options = {
            ...rest,
            ...(from === undefined ? {} : { from }),
            ...(limit === undefined ? {} : { limit }),
          };
          expect(list(state, options)).toEqual(list(plain, options));
        }
      }
      expect(list(state, { prefix: Buffer.alloc(0) })).toEqual(
        list(plain, { prefix: Buffer.alloc(0) }),
      );
    }),
    {
      numRuns: 300,
      // Sorted as removed, then written and gone to the copy: the sorted removal must go, too.
      examples: [[[...removedThenWritten]]],
    },
  );
});

test('a copy that is cleared is gone, and its neighbours are not', async () => {
  const [one, other] = [local.copyOf('gone/1'), local.copyOf('gone/10')];
  const entry = { key: Buffer.from('k'), value: Buffer.from('v') };
  for (const copy of [one, other]) await copy.apply([entry], { changelogOffset: 5, savedAtMs: 1 });
  await one.clear();
  expect(one.place()).toBeUndefined();
  expect(one.get(entry.key)).toBeUndefined();
  expect(other.get(entry.key)?.toString()).toBe('v');
  expect(other.place()?.changelogOffset).toBe(5);
  expect(local.tasks()).toContain('gone/10');
  expect(local.tasks()).not.toContain('gone/1');
});
