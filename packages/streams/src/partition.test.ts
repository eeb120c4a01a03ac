import { expect, test } from 'vitest';
import { murmur2, partitionOf } from './partition.js';

// From org.apache.kafka.common.utils.UtilsTest#testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is what Kafka has', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('partitions are those of the default partitioner', () => {
  // (murmur2 & 0x7fffffff) % partitions, of the values above.
  expect(partitionOf('21', 12)).toBe((-973932308 & 0x7fffffff) % 12);
  expect(partitionOf('foobar', 7)).toBe((-790332482 & 0x7fffffff) % 7);
  expect(partitionOf('anything', 1)).toBe(0);
});
