/**
 * Records of transactions that were taken back are never read, on a real broker: transactions of
 * several producers interleaved on one partition, fetched in pieces that begin and end anywhere.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import { afterAll, expect, test, vi } from 'vitest';
import { connectKafka, type KafkaConnection } from './connection.js';
import { fetchRecords } from './fetch-records.js';
import { endOffsets, offsetIn } from './offsets.js';
import { removeTopics, testKafka } from './testing/index.js';

const PRODUCERS = 3;
const STEPS = 120;
/** kafkajs takes any record with this key for the end of a transaction. */
const MARKER_LIKE_KEY = Buffer.from([0, 0, 0, 0]);
vi.setConfig({ testTimeout: 120_000 });
const kafka = await testKafka();
const options = { brokers: kafka?.brokers ?? [], clientId: 'read-committed' };
const prefix = `aborted-${randomUUID()}.`;
afterAll(async () => {
  if (kafka === null) return;
  await removeTopics(options, prefix);
});

interface Written {
  readonly offset: number;
  readonly text: string;
  isCommitted: boolean;
}

/** One producer that begins, sends, commits and takes back as the random numbers say. */
class Writer {
  private open: { readonly transaction: Transaction; readonly sent: Written[] } | undefined;

  constructor(
    private readonly producer: Producer,
    private readonly topic: string,
    private readonly written: Written[],
  ) {}

  async step(choice: number): Promise<void> {
    if (this.open === undefined) {
      this.open = { transaction: await this.producer.transaction(), sent: [] };
    }
    const { transaction, sent } = this.open;
    if (choice < 6 || sent.length === 0) return this.send(choice);
    if (choice < 8) await transaction.abort();
    else await transaction.commit();
    for (const one of sent) one.isCommitted = choice >= 8;
    this.open = undefined;
  }

  async end(): Promise<void> {
    await this.open?.transaction.abort();
    await this.producer.disconnect();
  }

  private async send(choice: number): Promise<void> {
    const text = `${this.written.length}`.padEnd(choice * 100, '.');
    const key = choice % 2 === 0 ? MARKER_LIKE_KEY : Buffer.from(text.slice(0, 4));
    const messages = [{ key, value: text, partition: 0 }];
    const [answer] = (await this.open?.transaction.send({ topic: this.topic, messages })) ?? [];
    const one = { offset: Number(answer?.baseOffset), text, isCommitted: false };
    this.written.push(one);
    this.open?.sent.push(one);
  }
}

async function write(topic: string, choices: readonly number[]): Promise<Written[]> {
  const client = new kafkajs.Kafka({
    brokers: [...options.brokers],
    logLevel: 0,
    retry: { initialRetryTime: 5 },
  });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  const written: Written[] = [];
  const writers = await Promise.all(
    Array.from({ length: PRODUCERS }, async (_, n) => {
      const transactionalId = `${topic}-${n}`;
      const producer = client.producer({ transactionalId, maxInFlightRequests: 1 });
      await producer.connect();
      return new Writer(producer, topic, written);
    }),
  );
  for (const [at, choice] of choices.entries()) {
    await writers[(at * 7 + choice) % PRODUCERS]?.step(choice % 10);
  }
  for (const writer of writers) await writer.end();
  return written;
}

/** Texts read from an offset on, in fetches of so many bytes. */
async function read(
  connection: KafkaConnection,
  topic: string,
  from: number,
  bytesMax: number,
): Promise<string[]> {
  const place = { topic, partition: 0 };
  const end = offsetIn(await endOffsets(connection, [place]), place);
  const texts: string[] = [];
  const limits = { waitMs: 200, bytesMax, partitionBytesMax: bytesMax };
  for (let next = from; next < end; ) {
    const broker = await connection.leader(topic, 0);
    const [fetched] = await fetchRecords(broker, [{ ...place, from: next }], limits);
    expect(fetched?.error).toBeUndefined();
    for (const { value } of fetched?.records ?? []) texts.push(String(value));
    next = fetched?.nextOffset ?? next;
  }
  return texts;
}

test.skipIf(kafka === null)('records that were taken back are not read', async () => {
  const random = fc.sample(fc.integer({ min: 0, max: 99 }), { numRuns: 3 * STEPS, seed: 7 });
  for (let n = 0; n < 3; n += 1) {
    const topic = `${prefix}${n}`;
    const written = await write(topic, random.slice(n * STEPS, (n + 1) * STEPS));
    expect(written.some(({ isCommitted }) => !isCommitted)).toBe(true);
    const connection = await connectKafka(options);
    await connection.watch([topic]);
    for (const bytesMax of [1, 700, 3000, 1_000_000]) {
      for (const from of [0, 1, 2, 3, 17, 30, 31, 47]) {
        const expected = written
          .filter(({ offset, isCommitted }) => isCommitted && offset >= from)
          .map(({ text }) => text);
        const seen = await read(connection, topic, from, bytesMax);
        expect(seen, `topic ${n}, from ${from}, ${bytesMax} bytes`).toEqual(expected);
      }
    }
    await connection.close();
  }
});
