import type { Codec, Topic } from '@rosi/events';
import { expect, test } from 'vitest';
import { stateKey } from './state-key.js';
import { createTestDriver } from './test-driver.js';
import type { Processor, ProcessorContext, Topology } from './topology.js';

interface Word {
  readonly word: string;
  readonly n: number;
}
const wordCodec: Codec<Word> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()),
};
const topic = (name: string): Topic<Word> => ({ name, codec: wordCodec, keyOf: (v) => v.word });
const words = topic('words');
const counts = topic('counts');

function counting(create: (context: ProcessorContext) => Processor): Topology {
  const declaration = { name: 'counter', inputs: [words], outputs: [counts], stateVersion: 1 };
  return { processors: [{ ...declaration, create }] };
}

const counter = counting((context) => ({
  process(_topic, value, timestamp) {
    const { word } = value as Word;
    if (word === 'bad') throw new Error('bad word');
    const n = Number(context.state.get(stateKey(word)) ?? 0) + 1;
    context.state.put(stateKey(word), Buffer.from(String(n)));
    context.emit(counts, { word, n }, timestamp);
    context.count('ok', 'counted');
  },
  endBatch() {},
}));
const of = (...list: string[]) => list.map((word) => ({ value: { word, n: 0 }, timestamp: 1 }));

test('counts words over partitions and keeps the order per key', () => {
  const driver = createTestDriver(counter, { partitions: 3, batchRecordsMax: 2 });
  driver.pipe(words, of('a', 'b', 'a', 'c', 'a'));
  driver.drain();
  const seen = driver.output(counts);
  expect(seen.filter(({ word }) => word === 'a').map(({ n }) => n)).toEqual([1, 2, 3]);
  expect(seen).toHaveLength(5);
  expect(driver.outcomes()).toEqual([
    { processor: 'counter', outcome: 'ok', reason: 'counted', count: 5 },
  ]);
  expect(driver.handled('counter')).toBe(5);
  const ends = [0, 1, 2].map((partition) => driver.log.endOffset('counts', partition));
  expect(ends.reduce((a, b) => a + b)).toBe(5);
});

test('a failing batch leaves nothing behind', () => {
  const driver = createTestDriver(counter, { partitions: 1 });
  driver.pipe(words, of('a', 'bad'));
  expect(() => driver.drain()).toThrow('bad word');
  expect(driver.output(counts)).toEqual([]);
  expect(driver.outcomes()).toEqual([]);
  expect(driver.state('counter', 0).get(stateKey('a'))).toBeUndefined();
  // The record before it may go on alone.
  expect(driver.step(() => 0, { cut: () => 1 })).toBe(true);
  expect(driver.output(counts)).toEqual([{ word: 'a', n: 1 }]);
});

test('step runs what the caller chooses and ends when idle', () => {
  const driver = createTestDriver(counter, { partitions: 8 });
  driver.pipe(words, of('a', 'b', 'c', 'd', 'e'));
  const offered: number[] = [];
  while (
    driver.step((tasks) => {
      offered.push(tasks);
      return tasks - 1;
    })
  );
  expect(driver.output(counts)).toHaveLength(5);
  expect(offered[0]).toBeGreaterThan(1);
  expect(offered.at(-1)).toBe(1);
});

test('whoever changes a value it emitted or received is told', () => {
  const changesEmitted = counting((context) => ({
    process(_topic, _value, timestamp) {
      const value = { word: 'x', n: 1 };
      context.emit(counts, value, timestamp);
      value.n = 2;
    },
    endBatch() {},
  }));
  const changesReceived = counting(() => ({
    process(_topic, value) {
      (value as { n: number }).n = 2;
    },
    endBatch() {},
  }));
  for (const topology of [changesEmitted, changesReceived]) {
    const driver = createTestDriver(topology, { partitions: 1 });
    driver.pipe(words, of('a'));
    expect(() => driver.drain()).toThrow(TypeError);
  }
});

test('an output that was not declared is refused', () => {
  const topology = counting((context) => ({
    process: (_topic, value, timestamp) => context.emit(words, value as Word, timestamp),
    endBatch() {},
  }));
  const driver = createTestDriver(topology, { partitions: 1 });
  driver.pipe(words, of('a'));
  expect(() => driver.drain()).toThrow('counter does not declare output words');
});
