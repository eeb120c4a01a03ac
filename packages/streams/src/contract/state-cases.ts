/** Promises about state: ranges, their snapshots, keys of any bytes, tasks kept apart. */
import assert from 'node:assert/strict';
import { prefixEnd } from '../byte-range.js';
import type { StateStore } from '../topology.js';
import { type ContractCase, type StartTopology, withTopology } from './harness.js';
import { input, note, output, processorOf, topologyOf } from './topologies.js';

const entry = (hex: string) => Buffer.from(hex, 'hex');
const list = (range: ReturnType<StateStore['range']>) =>
  [...range].map(([key, value]) => `${key.toString('hex')}=${value.toString()}`);

/** Runs `body` on the state of a processor and hands on what it throws. */
function onState(start: StartTopology, ...bodies: ((state: StateStore) => void)[]): Promise<void> {
  const processor = processorOf(
    { name: 'stateful', inputs: [input], outputs: [output] },
    {
      process({ state, count }, { n }) {
        bodies[n]?.(state);
        count('ok', 'done');
      },
    },
  );
  return withTopology(start, topologyOf(processor), { partitions: 1 }, async (running) => {
    for (let n = 0; n < bodies.length; n += 1) {
      await running.pipe(input, [note('k', n)]);
      await running.settle();
    }
  });
}

const keys = ['00', '0100', '0101', '0101ff', '0102', '01ff', '01ffff', '02', 'ff', 'ffff'];

function fill(state: StateStore): void {
  for (const key of keys.toReversed()) state.put(entry(key), Buffer.from(key));
}

const expected = (chosen: readonly string[]) => chosen.map((key) => `${key}=${key}`);

export const stateCases: readonly ContractCase[] = [
  {
    name: 'ranges by prefix, from, reverse and limit',
    run: (start) =>
      onState(start, fill, (state) => {
        const prefixes = ['', '01', '0101', '01ff', 'ff', '03'];
        const froms = [undefined, '00', '01', '0101', '0101ff', '010100', '01ff', '02', 'ffff'];
        for (const prefix of prefixes) {
          for (const from of froms) {
            for (const reverse of [false, true]) {
              for (const limit of [undefined, 0, 1, 3]) {
                const options = {
                  prefix: entry(prefix),
                  reverse,
                  ...(from === undefined ? {} : { from: entry(from) }),
                  ...(limit === undefined ? {} : { limit }),
                };
                const chosen = choose(prefix, from, reverse).slice(0, limit ?? keys.length);
                assert.deepEqual(
                  list(state.range(options)),
                  expected(chosen),
                  `prefix ${prefix} from ${from} reverse ${reverse} limit ${limit}`,
                );
              }
            }
          }
        }
      }),
  },
  {
    name: 'a range is taken when it is asked for, whatever is written while it is read',
    run: (start) =>
      onState(
        start,
        (state) => {
          for (let i = 0; i < 200; i += 1) state.put(Buffer.from([7, i]), Buffer.from(String(i)));
        },
        (state) => {
          for (const reverse of [false, true]) {
            const range = state.range({ prefix: Buffer.from([7]), reverse });
            const unread = state.range({ prefix: Buffer.from([7]), reverse });
            const before = list(state.range({ prefix: Buffer.from([7]), reverse }));
            const seen: string[] = [];
            for (const [key, value] of range) {
              seen.push(`${key.toString('hex')}=${value.toString()}`);
              const at = key[1] as number;
              state.delete(key);
              state.put(Buffer.from([7, 255 - at]), Buffer.from('changed'));
              state.put(Buffer.from([7, at, 1]), Buffer.from('new'));
            }
            assert.deepEqual(seen, before);
            assert.deepEqual(list(unread), before);
            assert.notDeepEqual(list(state.range({ prefix: Buffer.from([7]), reverse })), before);
          }
        },
      ),
  },
  {
    name: 'a range may be left early and its limit kept over chunks',
    run: (start) =>
      onState(
        start,
        (state) => {
          for (let i = 0; i < 5000; i += 1) {
            const key = Buffer.alloc(3);
            key.writeUIntBE(i, 0, 3);
            state.put(key, Buffer.alloc(300, i));
          }
        },
        (state) => {
          let read = 0;
          for (const _ of state.range({ prefix: Buffer.alloc(0) })) {
            read += 1;
            if (read === 40) break;
          }
          assert.equal(read, 40);
          const all = [...state.range({ prefix: Buffer.alloc(0) })];
          assert.equal(all.length, 5000);
          for (const [key, value] of all) {
            assert.deepEqual(value, Buffer.alloc(300, key.readUIntBE(0, 3)));
          }
          assert.equal([...state.range({ prefix: Buffer.alloc(0), limit: 777 })].length, 777);
        },
      ),
  },
  {
    name: 'values are copies, may be empty or large, and stay when their buffers are used again',
    run: (start) =>
      onState(
        start,
        (state) => {
          const key = Buffer.from('key');
          const value = Buffer.from('value');
          state.put(key, value);
          key.fill(0);
          value.fill(0);
          const first = state.get(Buffer.from('key'));
          assert.equal(first?.toString(), 'value');
          first?.fill(0);
          assert.equal(state.get(Buffer.from('key'))?.toString(), 'value');
          state.put(Buffer.from('empty'), Buffer.alloc(0));
          assert.equal(state.get(Buffer.from('empty'))?.length, 0);
          state.put(Buffer.from('large'), Buffer.alloc(300_000, 5));
          state.put(Buffer.from('other'), Buffer.alloc(300_000, 6));
        },
        (state) => {
          const large = state.get(Buffer.from('large'));
          const other = state.get(Buffer.from('other'));
          assert.deepEqual(large, Buffer.alloc(300_000, 5));
          assert.deepEqual(other, Buffer.alloc(300_000, 6));
          state.delete(Buffer.from('large'));
          state.delete(Buffer.from('never there'));
          assert.equal(state.get(Buffer.from('large')), undefined);
          assert.deepEqual(large, Buffer.alloc(300_000, 5));
        },
      ),
  },
];

/** The model: filter and sort. */
function choose(prefix: string, from: string | undefined, reverse: boolean): string[] {
  const within = keys.filter((key) => key.startsWith(prefix)).sort();
  if (reverse) within.reverse();
  if (from === undefined) return within;
  const end = prefixEnd(entry(prefix))?.toString('hex');
  if (reverse && end !== undefined && from >= end) return within;
  return within.filter((key) => (reverse ? key <= from : key >= from));
}
