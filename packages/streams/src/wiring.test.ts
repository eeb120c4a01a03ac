import { expect, test } from 'vitest';
import { noteTopic, processorOf } from './contract/topologies.js';
import type { ProcessorDeclaration } from './topology.js';
import { wire } from './wiring.js';

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(noteTopic) as [
  ReturnType<typeof noteTopic>,
  ReturnType<typeof noteTopic>,
  ReturnType<typeof noteTopic>,
  ReturnType<typeof noteTopic>,
  ReturnType<typeof noteTopic>,
];
const processor = (
  name: string,
  inputs: ProcessorDeclaration['inputs'],
  outputs: ProcessorDeclaration['outputs'],
) => processorOf({ name, inputs, outputs }, { process() {} });

test('producers come before consumers, and loops are entered where they are fed', () => {
  const third = processor('third', [c], [d, b]);
  const second = processor('second', [b], [c, e]);
  const first = processor('first', [a], [b]);
  const wiring = wire({ processors: [third, second, first] });
  expect(wiring.processors.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(wiring.sources).toEqual([a]);
  expect(new Set(wiring.sinks)).toEqual(new Set([d, e]));
  expect(wiring.consumersOf('b')).toEqual([second]);
});

test('refuses what can not run', () => {
  const one = processor('one', [a], [b]);
  expect(() => wire({ processors: [one, processor('one', [b], [])] })).toThrow('named one');
  expect(() => wire({ processors: [processor('idle', [], [b])] })).toThrow('never run');
  expect(() => wire({ processors: [one, processor('two', [noteTopic('b')], [])] })).toThrow(
    'Two topics',
  );
  expect(() => wire({ processors: [processor('twice', [a, a], [])] })).toThrow('twice');
});
