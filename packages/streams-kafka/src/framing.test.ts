/** Confluent's framing, byte by byte, and what is refused. */
import { eventsCollected, type Topic, wireSchemas } from '@rosi/events';
import { expect, test } from 'vitest';
import { bodyOf, decodeRecord, Framing } from './framing.js';

const body = Buffer.from('body');
/** A codec with an id, as those of topics have. */
const topic = (schemaId?: number): Topic<string> => ({
  name: 'things',
  codec: {
    ...(schemaId === undefined ? {} : { schemaId }),
    encode: (value, head = new Uint8Array(0)) => Buffer.concat([head, Buffer.from(value)]),
    decode(bytes) {
      if (bytes.includes('!')) throw new Error('not a value');
      return bytes.toString();
    },
  },
  keyOf: (value) => value,
});

test('a record is a zero, the id in four bytes, and the value', () => {
  const framed = new Framing().encode(topic(1_000_000_001), 'body');
  expect(framed).toEqual(Buffer.from([0, 0x3b, 0x9a, 0xca, 0x01, ...body]));
  expect(decodeRecord(topic(1_000_000_001), framed)).toBe('body');
});

test("a registry's id stands for the committed one, and is read alike", () => {
  const framed = new Framing(new Map([[1_000_000_001, 7]])).encode(topic(1_000_000_001), 'body');
  expect(framed.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]));
  expect(decodeRecord(topic(1_000_000_001), framed)).toBe('body');
});

test('a topic without a schema is written as it is', () => {
  expect(new Framing().encode(topic(), 'body')).toEqual(body);
  expect(decodeRecord(topic(), body)).toBe('body');
});

test('what is not framed, or can not be read, is refused with what to do', () => {
  const unfit = (message: RegExp) =>
    expect.objectContaining({ code: 'ROSI_TOPIC_UNFIT', message: expect.stringMatching(message) });
  expect(() => bodyOf(body)).toThrowError(unfit(/framing/));
  expect(() => bodyOf(Buffer.from([0, 0, 0, 0, 7]))).toThrowError(unfit(/framing/));
  const newer = Buffer.from([0, 0, 0, 0, 9, ...Buffer.from('body!')]);
  expect(() => decodeRecord(topic(7), newer)).toThrowError(unfit(/schema 9 .*newest build/));
});

test('every topic of the pipeline has a schema', () => {
  expect(wireSchemas.get(eventsCollected.codec.schemaId ?? 0)).toContain('"CollectedEvent"');
});
