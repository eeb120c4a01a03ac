/** A log that continues another one: the same records, at offsets that begin past the other's. */
import { expect, test } from 'vitest';
import { logReader, shiftedReader } from './log-reader.js';
import type { TopicReader } from './topology.js';

const START = 100;
const records = [2, 3, 5].map((offset) => ({ offset, timestamp: 1, value: Buffer.from([offset]) }));
const log: TopicReader = {
  uuid: 'u',
  partitions: () => 1,
  firstOffset: () => 2,
  endOffset: () => 7,
  read: (_topic, _partition, from, { recordsMax }) =>
    records.filter(({ offset }) => offset >= from).slice(0, recordsMax),
};
const reader = shiftedReader(logReader(log), START);
const read = async (from: number, recordsMax: number) => {
  const run = await reader.read('t', 0, from, { recordsMax, bytesMax: 100 });
  return { offsets: run.records.map(({ offset }) => offset), next: run.next };
};

test('begins where it is told, and ends as much later', async () => {
  expect([reader.start, await reader.firstOffset('t', 0), await reader.endOffset('t', 0)]).toEqual([
    START,
    START + 2,
    START + 7,
  ]);
});

test('gives every record once when it is read from next to next', async () => {
  expect(await read(START, 2)).toEqual({ offsets: [START + 2, START + 3], next: START + 4 });
  expect(await read(START + 4, 2)).toEqual({ offsets: [START + 5], next: START + 6 });
  expect(await read(START + 6, 2)).toEqual({ offsets: [], next: START + 6 });
});

test('who asks from before its beginning gets its first records', async () => {
  expect(await read(0, 1)).toEqual({ offsets: [START + 2], next: START + 3 });
});
