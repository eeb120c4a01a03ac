/**
 * Reading topics from outside of tasks, on a real broker: markers and records that were taken back
 * take offsets, and neither a reader that follows nor one that looks stumbles over them.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { openLogReader } from './log-reader.js';
import { removeRecords, removeTopics, testKafka } from './testing/index.js';

const { Kafka } = kafkajs;
const kafka = await testKafka();
const options = { brokers: kafka?.brokers ?? [], clientId: 'log-reader' };
const prefix = `reader-${randomUUID()}.`;
afterAll(async () => {
  if (kafka === null) return;
  await removeTopics(options, prefix);
});

const TOPIC = 'things';
const everything = { recordsMax: 10_000, bytesMax: 1e9 };

async function withProducer(body: (producer: Producer) => Promise<void>): Promise<void> {
  const client = new Kafka({
    brokers: [...options.brokers],
    logLevel: 0,
    retry: { initialRetryTime: 5 },
  });
  const producer = client.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1 });
  await producer.connect();
  try {
    await body(producer);
  } finally {
    await producer.disconnect();
  }
}

async function makeTopic(name: string): Promise<void> {
  const admin = new Kafka({ brokers: [...options.brokers], logLevel: 0 }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: name, numPartitions: 1 }] });
  await admin.disconnect();
}

const send = (to: Producer | Transaction, topic: string, texts: readonly string[]) =>
  to.send({ topic, messages: texts.map((value) => ({ value, partition: 0 })) });

test.skipIf(kafka === null)(
  'whatever the limits, committed records come once each, and reading comes to the end',
  { timeout: 120_000 },
  async () => {
    const place = { kafka: options, prefix: `${prefix}a.`, partitions: 1, topics: [TOPIC] };
    const topic = `${place.prefix}${TOPIC}`;
    await makeTopic(topic);
    const committed: string[] = [];
    await withProducer(async (producer) => {
      for (let n = 0; n < 30; n += 1) {
        const transaction = await producer.transaction();
        const texts = Array.from({ length: 1 + (n % 4) }, (_, m) => `${n}-${m}`);
        await send(transaction, topic, texts);
        if (n % 5 === 4) await transaction.abort();
        else await transaction.commit();
        if (n % 5 !== 4) committed.push(...texts);
      }
    });
    for (const follow of [false, true]) {
      const limits = fc.record({
        recordsMax: fc.integer({ min: 1, max: 9 }),
        bytesMax: fc.integer({ min: 1, max: 40 }),
      });
      for (const one of fc.sample(limits, { numRuns: 8, seed: 11 })) {
        const reader = await openLogReader({ ...place, follow, framed: false });
        const end = await reader.endOffset(TOPIC, 0);
        const seen: string[] = [];
        const runs: { from: number; to: number; texts: string[] }[] = [];
        for (let from = 0; from < end; ) {
          const { records, next } = await reader.read(TOPIC, 0, from, one);
          const texts = records.map(({ value }) => value.toString());
          seen.push(...texts);
          if (next > from) runs.push({ from, to: next, texts });
          else await delay(5);
          from = next;
        }
        expect(seen, JSON.stringify({ follow, one })).toEqual(committed);
        // A run that was fixed is read again just so, from wherever the reader is by then.
        for (const { from, to, texts } of runs.slice(0, 5)) {
          const again = await reader.read(TOPIC, 0, from, everything);
          const within = again.records.filter(({ offset }) => offset < to);
          expect(within.map(({ value }) => value.toString())).toEqual(texts);
        }
        await reader.close();
      }
    }
  },
);

test.skipIf(kafka === null)(
  'what is not committed is before the end, and not read until it is',
  { timeout: 60_000 },
  async () => {
    const place = { kafka: options, prefix: `${prefix}b.`, partitions: 1, topics: [TOPIC] };
    const topic = `${place.prefix}${TOPIC}`;
    await makeTopic(topic);
    const reader = await openLogReader({ ...place, follow: true, framed: false });
    expect(await reader.endOffset(TOPIC, 0)).toBe(0);
    expect(await reader.read(TOPIC, 0, 0, everything)).toEqual({ records: [], next: 0 });
    await withProducer(async (producer) => {
      const transaction = await producer.transaction();
      await send(transaction, topic, ['later']);
      expect(await reader.endOffset(TOPIC, 0)).toBe(1);
      await delay(300);
      expect(await reader.read(TOPIC, 0, 0, everything)).toEqual({ records: [], next: 0 });
      await transaction.commit();
    });
    let run = await reader.read(TOPIC, 0, 0, everything);
    while (run.next < 2) {
      await delay(20);
      run = await reader.read(TOPIC, 0, 0, everything);
    }
    expect(run.records.map(({ value }) => value.toString())).toEqual(['later']);
    expect(await reader.endOffset(TOPIC, 0)).toBe(2);
    expect(await reader.firstOffset(TOPIC, 0)).toBe(0);
    await reader.close();
  },
);

test.skipIf(kafka === null)(
  'a long stretch is read again without a pause, however little is fetched ahead',
  { timeout: 60_000 },
  async () => {
    const place = { kafka: options, prefix: `${prefix}c.`, partitions: 1, topics: [TOPIC] };
    const topic = `${place.prefix}${TOPIC}`;
    await makeTopic(topic);
    const total = 48;
    await withProducer(async (producer) => {
      for (let n = 0; n < total; n += 1) await send(producer, topic, [`${n}`.padEnd(250_000, '.')]);
    });
    const reader = await openLogReader({ ...place, follow: true, framed: false });
    const end = await reader.endOffset(TOPIC, 0);
    const seen: number[] = [];
    for (let from = 0; from < end; ) {
      const run = await reader.read(TOPIC, 0, from, everything);
      expect(run.next).toBeGreaterThan(from);
      seen.push(...run.records.map(({ value }) => Number.parseInt(value.toString(), 10)));
      from = run.next;
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
    await reader.close();
  },
);

test.skipIf(kafka === null)(
  'what retention removes after a reader asked where to begin is told, not passed over',
  { timeout: 60_000 },
  async () => {
    const place = { kafka: options, prefix: `${prefix}d.`, partitions: 1, topics: [TOPIC] };
    const topic = `${place.prefix}${TOPIC}`;
    await makeTopic(topic);
    await withProducer((producer) => send(producer, topic, ['one', 'two', 'three']).then(() => {}));
    for (const follow of [false, true]) {
      const reader = await openLogReader({ ...place, framed: false, follow });
      const first = await reader.firstOffset(TOPIC, 0);
      await removeRecords(options, { topic, partition: 0 }, first + 1);
      const cut = { code: 'ROSI_LOG_CUT_TOO_FAR', retryable: false };
      await expect(reader.read(TOPIC, 0, first, everything)).rejects.toMatchObject(cut);
      // Who asks again knows, and may go on from there.
      const from = await reader.firstOffset(TOPIC, 0);
      const { records } = await reader.read(TOPIC, 0, from, everything);
      expect(records[0]?.offset).toBe(first + 1);
      await reader.close();
    }
  },
);

test('says by name that nobody answers', { timeout: 60_000 }, async () => {
  const nobody = { brokers: ['127.0.0.1:9'], clientId: 'log-reader' };
  await expect(openLogReader({ kafka: nobody, partitions: 1, topics: [] })).rejects.toMatchObject({
    code: 'ROSI_LOG_UNAVAILABLE',
    message: expect.stringContaining('127.0.0.1:9'),
  });
});
