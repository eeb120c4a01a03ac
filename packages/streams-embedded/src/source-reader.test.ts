/** Barriers in several partitions at once, read from a log in memory. */
import type { Topic } from '@rosi/events';
import type { TopicReader } from '@rosi/streams';
import { expect, test } from 'vitest';
import { SourceReader } from './source-reader.js';

interface Note {
  readonly text: string;
}
const notes: Topic<Note> = {
  name: 'notes',
  codec: {
    encode: ({ text }) => Buffer.from(text),
    decode: (bytes) => ({ text: bytes.toString() }),
  },
  keyOf: ({ text }) => text,
  isBarrier: ({ text }) => text.startsWith('|'),
};

/** Partitions of texts, each with the moment at which it was appended; moments order them all. */
function reader(partitions: readonly (readonly [string, number][])[]): SourceReader {
  const input: TopicReader = {
    uuid: 'log',
    partitions: () => partitions.length,
    firstOffset: () => 0,
    endOffset: (_topic, partition) => partitions[partition]?.length ?? 0,
    read: (_topic, partition, from, { recordsMax }) =>
      (partitions[partition] ?? [])
        .map(([text, timestamp], offset) => ({ offset, timestamp, value: Buffer.from(text) }))
        .slice(from, from + recordsMax),
  };
  const places = partitions.map((_, partition) => ({ topic: 'notes', partition, position: 0 }));
  // The one topic of this test.
  const topic = notes as Topic<unknown>;
  return new SourceReader({ input, places, isAlone: false, topicOf: () => topic });
}

/** What is handed over, a list each time; everything is handled before the next time. */
function taken(source: SourceReader, recordsMax: number): string[][] {
  const lists: string[][] = [];
  for (let idle = 0; idle < 2; ) {
    const list = source.take(recordsMax, true).map(({ value }) => (value as Note).text);
    if (list.length > 0) lists.push(list);
    idle = list.length > 0 ? 0 : idle + 1;
  }
  return lists;
}

test('a barrier waits for what stood in other partitions, and is handed over alone', () => {
  const source = reader([
    [
      ['|', 5],
      ['late', 6],
    ],
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
  ]);
  expect(taken(source, 2)).toEqual([['a', 'b'], ['c'], ['|'], ['late']]);
});

test('what stands behind an earlier barrier is handled before a later one', () => {
  const source = reader([
    [['|second', 3]],
    [
      ['|first', 1],
      ['between', 2],
    ],
  ]);
  expect(taken(source, 10)).toEqual([['|first'], ['between'], ['|second']]);
});

test('nothing goes on while a barrier is under way', () => {
  const source = reader([
    [
      ['|', 1],
      ['after', 2],
    ],
  ]);
  expect(source.take(10, true)).toHaveLength(1);
  expect(source.isAlone).toBe(true);
  expect(source.take(10, false)).toHaveLength(0);
  expect(source.take(10, true).map(({ value }) => value)).toEqual([{ text: 'after' }]);
});
