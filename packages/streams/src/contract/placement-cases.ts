/** Promises about records that name their partitions, and about records that are handled alone. */
import assert from 'node:assert/strict';
import type { Topic } from '@rosi/events';
import { type ContractCase, withTopology } from './harness.js';
import {
  back,
  input,
  middle,
  type Note,
  note,
  noteTopic,
  output,
  processorOf,
  topologyOf,
} from './topologies.js';

const partitions = 4;
/** `n` names the partition; a negative one means every one. */
const placed: Topic<Note> = {
  ...noteTopic('contract.placed'),
  partitionOf: ({ n }) => (n < 0 ? 'every' : n),
};

const placing = topologyOf(
  processorOf(
    { name: 'placing', inputs: [input], outputs: [placed] },
    {
      process({ emit, count }, value, timestamp) {
        emit(placed, value, timestamp);
        count('ok', 'placed');
      },
    },
  ),
  processorOf(
    { name: 'telling', inputs: [placed], outputs: [output] },
    {
      process({ emit, count, partition }, { key }, timestamp) {
        emit(output, { key, text: '', n: partition }, timestamp);
        count('ok', 'told');
      },
    },
  ),
);

/** Two processors that read the same topic, beside what the first of them alone reads. */
const sharing = topologyOf(
  processorOf(
    { name: 'passing', inputs: [input], outputs: [middle, back] },
    {
      process({ emit, count }, value, timestamp) {
        emit(middle, value, timestamp);
        emit(back, value, timestamp);
        count('ok', 'passed');
      },
    },
  ),
  reading('one', [middle, back]),
  reading('other', [middle]),
);

function reading(name: string, inputs: readonly Topic<Note>[]) {
  return processorOf(
    { name, inputs, outputs: [output] },
    {
      process({ emit, count }, { key, n }, timestamp, topic) {
        emit(output, { key, text: `${name} ${topic}`, n }, timestamp);
        count('ok', 'read');
      },
    },
  );
}

const guarded: Topic<Note> = { ...input, isBarrier: ({ text }) => text === 'alone' };

/** Each note becomes five that go `n` rounds. */
function meeting() {
  const gate = processorOf(
    { name: 'gate', inputs: [guarded], outputs: [middle, output] },
    {
      process({ emit, count }, value, timestamp) {
        for (let i = 0; i < 5; i += 1) {
          emit(middle, { ...value, key: `${value.key}/${i}` }, timestamp);
        }
        emit(output, { key: value.key, text: 'begun', n: value.n }, timestamp);
        count('ok', 'let in');
      },
    },
  );
  const turning = processorOf(
    { name: 'turning', inputs: [back], outputs: [middle, output] },
    {
      process({ emit, count }, value, timestamp) {
        const next = { ...value, n: value.n - 1 };
        if (next.n > 0) emit(middle, next, timestamp);
        else emit(output, { key: value.key, text: 'ended', n: 0 }, timestamp);
        count('ok', 'turned');
      },
    },
  );
  const returning = processorOf(
    { name: 'returning', inputs: [middle], outputs: [back] },
    {
      process({ emit, count }, value, timestamp) {
        emit(back, value, timestamp);
        count('ok', 'sent back');
      },
    },
  );
  return topologyOf(gate, turning, returning);
}

export const placementCases: readonly ContractCase[] = [
  {
    name: 'a topic that several processors read comes whole to each of them',
    run: (start) =>
      withTopology(start, sharing, { partitions, batchRecordsMax: 3 }, async (running) => {
        const total = 40;
        await running.pipe(
          input,
          Array.from({ length: total }, (_, n) => note(`key ${n}`, n)),
        );
        await running.settle();
        const seen = await running.output(output);
        const ofReader = (text: string) =>
          seen.filter((one) => one.text === text).map(({ n }) => n);
        const all = Array.from({ length: total }, (_, n) => n);
        for (const text of [`one ${middle.name}`, `one ${back.name}`, `other ${middle.name}`]) {
          assert.deepEqual(
            ofReader(text).sort((a, b) => a - b),
            all,
            text,
          );
        }
      }),
  },
  {
    name: 'a record goes to the partition that it names, or to every one',
    run: (start) =>
      withTopology(start, placing, { partitions }, async (running) => {
        await running.pipe(input, [note('all', -1), note('one', 2)]);
        await running.settle();
        const seen = await running.output(output);
        const of = (key: string) => seen.filter((one) => one.key === key).map(({ n }) => n);
        assert.deepEqual(of('all').sort(), [0, 1, 2, 3]);
        assert.deepEqual(of('one'), [2]);
      }),
  },
  {
    name: 'a barrier is handled alone: all before it to the end, and nothing of what comes after',
    run: (start) =>
      withTopology(
        start,
        meeting(),
        { partitions: 1, batchRecordsMax: 3, commitRecordsMax: 4 },
        async (running) => {
          const before = ['a', 'b', 'c'].map((key) => note(key, 4));
          const after = ['x', 'y'].map((key) => note(key, 1));
          await running.pipe(guarded, [...before, note('alone', 6, 'alone'), ...after]);
          for (let i = 0; i < 6; i += 1) await running.interrupt();
          await running.settle();
          const seen = (await running.output(output)).map(({ key, text }) => `${key} ${text}`);
          const begun = seen.indexOf('alone begun');
          const own = seen.slice(begun + 1, begun + 6);
          assert.deepEqual(
            own.sort(),
            [0, 1, 2, 3, 4].map((i) => `alone/${i} ended`),
          );
          const left = seen.slice(0, begun);
          assert.equal(left.length, 18);
          assert.ok(left.every((one) => /^[abc]/.test(one)));
          assert.ok(seen.slice(begun + 6).every((one) => /^[xy]/.test(one)));
          assert.equal(seen.length, 18 + 6 + 12);
        },
      ),
  },
];
