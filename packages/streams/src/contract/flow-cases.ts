/** Promises about records: order, partitions, batches, loops, work that takes several commits. */
import assert from 'node:assert/strict';
import { partitionOf } from '../partition.js';
import { stateKey } from '../state-key.js';
import { type ContractCase, withTopology } from './harness.js';
import {
  input,
  looping,
  note,
  numbering,
  output,
  processorOf,
  readCount,
  second,
  topologyOf,
  writeCount,
} from './topologies.js';

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const spread = (total: number) =>
  Array.from({ length: total }, (_, n) => note(keys[n % keys.length] as string, n));

export const flowCases: readonly ContractCase[] = [
  {
    name: 'records of one key keep their order, and state is read as it was written',
    run: (start) =>
      withTopology(
        start,
        topologyOf(numbering()),
        { partitions: 3, batchRecordsMax: 4 },
        async (running) => {
          await running.pipe(input, spread(50));
          await running.pipe(input, spread(50));
          await running.settle();
          const seen = await running.output(output);
          assert.equal(seen.length, 100);
          for (const key of keys) {
            const own = seen.filter((value) => value.key === key);
            assert.deepEqual(
              own.map(({ text }) => Number(text)),
              own.map((_, index) => index + 1),
            );
            const sent = [...spread(50), ...spread(50)].filter(({ value }) => value.key === key);
            assert.deepEqual(
              own.map(({ n }) => n),
              sent.map(({ value }) => value.n),
            );
          }
        },
      ),
  },
  {
    name: 'endBatch comes once for each batch, after its records, and batches have a limit',
    run: (start) =>
      withTopology(
        start,
        topologyOf(batching()),
        { partitions: 2, batchRecordsMax: 5 },
        async (running) => {
          await running.pipe(input, spread(43));
          await running.settle();
          const batches = await running.output(output);
          const sizes = batches.map(({ n }) => n);
          assert.equal(
            sizes.reduce((sum, n) => sum + n, 0),
            43,
          );
          assert.ok(
            sizes.every((n) => n >= 1 && n <= 5),
            `batches of ${sizes.join()}`,
          );
        },
      ),
  },
  {
    name: 'equal keys of all inputs are handled by one task, on the partition of the key',
    run: (start) =>
      withTopology(start, topologyOf(joining()), { partitions: 4 }, async (running) => {
        await running.pipe(
          input,
          keys.map((key) => note(key, 1)),
        );
        await running.settle();
        await running.pipe(
          second,
          keys.map((key) => note(key, 2)),
        );
        await running.settle();
        const seen = await running.output(output);
        assert.deepEqual(seen.map(({ key }) => key).sort(), keys);
        for (const { key, text } of seen) assert.equal(text, `1@${partitionOf(key, 4)}`);
      }),
  },
  {
    name: 'a loop between processors runs until it has ended',
    run: (start) =>
      withTopology(start, looping(3), { partitions: 2, batchRecordsMax: 4 }, async (running) => {
        await running.pipe(input, [note('x', 5), note('y', 1)]);
        await running.settle();
        const seen = await running.output(output);
        assert.deepEqual(seen.map(({ key, text }) => `${key}:${text}`).sort(), [
          'x/0:5',
          'x/1:5',
          'x/2:5',
          'y/0:1',
          'y/1:1',
          'y/2:1',
        ]);
        const counted = new Map(running.outcomes().map((one) => [one.reason, one.count]));
        assert.deepEqual(Object.fromEntries(counted), {
          fanned: 2,
          returned: 18,
          'sent back': 18,
        });
      }),
  },
  {
    name: 'work that takes several commits goes on in its order, also over restarts',
    run: (start) =>
      withTopology(
        start,
        looping(40),
        { partitions: 2, batchRecordsMax: 7, commitRecordsMax: 7 },
        async (running) => {
          await running.pipe(input, [note('x', 4), note('y', 4)]);
          for (let i = 0; i < 5; i += 1) await running.interrupt();
          await running.pipe(input, [note('z', 2)]);
          for (let i = 0; i < 5; i += 1) await running.interrupt();
          await running.settle();
          const seen = await running.output(output);
          assert.equal(seen.length, 120);
          assert.equal(new Set(seen.map(({ key }) => key)).size, 120);
          for (const { key, text } of seen) assert.equal(text, key.startsWith('z') ? '2' : '4');
          const returned = running.outcomes().find(({ reason }) => reason === 'returned');
          assert.equal(returned?.count, 40 * (4 + 4 + 2));
        },
      ),
  },
  {
    name: 'a batch that fails leaves nothing behind, and its records come again',
    run: async (start) => {
      let failing = true;
      const picky = processorOf(
        { name: 'picky', inputs: [input], outputs: [output] },
        {
          process({ state, emit, count }, value, timestamp) {
            writeCount(state, readCount(state, 'seen') + 1, 'seen');
            emit(output, { ...value, text: String(readCount(state, 'seen')) }, timestamp);
            count('ok', 'passed');
            if (value.text === 'bad' && failing) throw new Error('a bad note');
          },
        },
      );
      await withTopology(start, topologyOf(picky), { partitions: 1 }, async (running) => {
        await running.pipe(input, [note('a', 1), note('a', 2, 'bad'), note('a', 3)]);
        await assert.rejects(running.settle(), /a bad note/);
        // A batch before the failing one may have ended; of the failing one nothing is seen.
        assert.ok((await running.output(output)).every(({ n }) => n < 2));
        failing = false;
        await running.recover();
        await running.settle();
        const seen = await running.output(output);
        assert.deepEqual(
          seen.map(({ text }) => text),
          ['1', '2', '3'],
        );
        assert.deepEqual(running.outcomes(), [
          { processor: 'picky', outcome: 'ok', reason: 'passed', count: 3 },
        ]);
      });
    },
  },
];

/** Emits the size of each batch when it ends. */
function batching() {
  return processorOf(
    { name: 'batching', inputs: [input], outputs: [output] },
    {
      process({ state, count }) {
        writeCount(state, readCount(state, 'size') + 1, 'size');
        count('ok', 'held');
      },
      endBatch({ state, emit }) {
        emit(output, { key: 'batch', text: '', n: readCount(state, 'size') }, 1);
        state.delete(stateKey('size'));
      },
    },
  );
}

/** Remembers notes of the first topic and tells them to those of the second. */
function joining() {
  return processorOf(
    { name: 'joining', inputs: [input, second], outputs: [output] },
    {
      process({ state, emit, count, partition }, { key, n }, timestamp, topic) {
        if (topic === input.name) writeCount(state, n, key);
        else emit(output, { key, text: `${readCount(state, key)}@${partition}`, n }, timestamp);
        count('ok', 'joined');
      },
    },
  );
}
