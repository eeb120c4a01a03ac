/** Held against kafkajs's own encoder, byte for byte. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from './crc32c.js';
import { encodeProduce, type ProduceRequest } from './encode-produce.js';

const require = createRequire(import.meta.url);
const theirRequest = require('kafkajs/src/protocol/requests/produce/v7/request') as (
  request: ProduceRequest & { readonly acks: number; readonly timeout: number },
) => { encode(): Promise<{ readonly buffer: Buffer }> };

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const message = fc.record({
  key: bytes(200),
  value: fc.option(fc.oneof(bytes(40), bytes(9000)), { nil: null }),
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_990_000_000_000 }),
});
const partition = fc.record({
  partition: fc.nat(1000),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(message, { minLength: 1, maxLength: 200 }),
});
const topic = fc.record({
  topic: fc.string({ minLength: 1, maxLength: 60 }),
  partitions: fc.array(partition, { minLength: 1, maxLength: 3 }),
});
const request: fc.Arbitrary<ProduceRequest> = fc.record(
  {
    topicData: fc.array(topic, { minLength: 1, maxLength: 3 }),
    transactionalId: fc.string({ minLength: 1, maxLength: 60 }),
    producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String),
    producerEpoch: fc.nat(32_767),
  },
  { requiredKeys: ['topicData', 'producerId', 'producerEpoch'] },
);

test('a request has the bytes that kafkajs would write', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (one) => {
      const theirs = await theirRequest({ ...one, acks: -1, timeout: 30_000 }).encode();
      expect(encodeProduce(one).equals(theirs.buffer)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('the checksum is Castagnoli’s', () => {
  // The check value of the CRC catalogue.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});
