import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Topic } from '@rosi/events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEnvironment } from './environment.js';
import { openCheckpoints, openEventLog } from './index.js';
import { openPartitionLog, type PartitionLog, recordKey } from './partition-log.js';

const words: Topic<string> = {
  name: 'words',
  codec: { encode: (value) => Buffer.from(value), decode: (bytes) => bytes.toString() },
  keyOf: (value) => value,
};
const records = (...values: string[]) => values.map((value, i) => ({ value, timestamp: 100 + i }));
const limits = { recordsMax: 1000, bytesMax: 1e6 };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rosi.log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('gives offsets in the order of calls, over restarts, under one uuid', async () => {
  const log = await openEventLog({ dir });
  await Promise.all([log.append(words, records('a', 'b')), log.append(words, records('c'))]);
  const { uuid } = log;
  await log.close();
  const again = await openEventLog({ dir, partitions: 1 });
  await again.append(words, records('d'));
  expect(again.uuid).toBe(uuid);
  expect(again.endOffset('words', 0)).toBe(4);
  expect(again.read('words', 0, 1, limits)).toEqual([
    { offset: 1, timestamp: 101, value: Buffer.from('b') },
    { offset: 2, timestamp: 100, value: Buffer.from('c') },
    { offset: 3, timestamp: 100, value: Buffer.from('d') },
  ]);
  expect(again.read('words', 0, 4, limits)).toEqual([]);
  expect(again.endOffset('other', 0)).toBe(0);
  await again.close();
});

test('reads at most so many records and bytes, but one when there is one', async () => {
  const log = await openEventLog({ dir });
  await log.append(words, records('a'.repeat(100), 'b'.repeat(100), 'c'.repeat(100)));
  const offsets = (recordsMax: number, bytesMax: number) =>
    log.read('words', 0, 0, { recordsMax, bytesMax }).map(({ offset }) => offset);
  expect(offsets(2, 1e6)).toEqual([0, 1]);
  expect(offsets(10, 250)).toEqual([0, 1]);
  expect(offsets(10, 1)).toEqual([0]);
  await log.close();
});

test('what can not be encoded is refused alone', async () => {
  const broken: Topic<string> = {
    ...words,
    codec: {
      ...words.codec,
      encode: () => {
        throw new TypeError('not a word');
      },
    },
  };
  const log = await openEventLog({ dir });
  const good = log.append(words, records('a'));
  await expect(log.append(broken, records('b'))).rejects.toThrow('not a word');
  await good;
  expect(log.endOffset('words', 0)).toBe(1);
  await log.close();
});

test('retention cuts by age and size, never what is not consumed, and offsets go on', async () => {
  const log = await openEventLog({ dir, retention: { ageMs: 50, bytes: 40 } });
  await log.append(words, records('a', 'b', 'c'));
  expect(await log.cut(() => 3, 150)).toBe(0);
  expect(await log.cut(() => 1, 1000)).toBe(1);
  expect(log.firstOffset('words', 0)).toBe(1);
  expect(log.read('words', 0, 0, limits).map(({ offset }) => offset)).toEqual([1, 2]);
  expect(await log.cut(() => 3, 1000)).toBe(2);
  expect(log.firstOffset('words', 0)).toBe(3);
  await log.close();
  const again = await openEventLog({ dir, retention: { bytes: 40 } });
  expect(again.endOffset('words', 0)).toBe(3);
  await again.append(words, records('d'.repeat(20), 'e'.repeat(20)));
  expect(await again.cut(() => 5, 0)).toBe(1);
  expect(again.read('words', 0, 0, limits).map(({ offset }) => offset)).toEqual([4]);
  await again.close();
});

test('a reader in another thread, there before the writer, sees what is durable', async () => {
  const made = await openEventLog({ dir });
  await made.close();
  // Of the built package, so not under the condition that vitest reads sources by.
  const entry = new URL('../fixtures/reader-thread.mjs', import.meta.url);
  const worker = new Worker(entry, { workerData: { dir }, execArgv: [] });
  const answer = async () => (await once(worker, 'message'))[0];
  expect(await answer()).toBe('ready');
  const log = await openEventLog({ dir });
  for (let n = 1; n <= 20; n += 1) {
    await log.append(words, records(`word ${n}`));
    worker.postMessage({ topic: 'words' });
    const values = Array.from({ length: n }, (_, i) => `word ${i + 1}`);
    expect(await answer()).toEqual({ uuid: made.uuid, end: n, values });
  }
  const exited = once(worker, 'exit');
  worker.postMessage({});
  await exited;
  await log.append(words, records('after'));
  expect(log.endOffset('words', 0)).toBe(21);
  await log.close();
});

test('a large log grows under a reader of the same thread', async () => {
  const log = await openEventLog({ dir });
  const reader = await openEventLog({ dir, readOnly: true });
  for (let n = 0; n < 30; n += 1) {
    await log.append(words, records(...Array.from({ length: 100 }, () => 'x'.repeat(10_000))));
    expect(reader.endOffset('words', 0)).toBe((n + 1) * 100);
    expect(reader.read('words', 0, n * 100, limits)[0]?.value.length).toBe(10_000);
  }
  await reader.close();
  await log.close();
});

test('refuses another number of partitions, and to read or write what it may not', async () => {
  await expect(openEventLog({ dir: join(dir, 'no'), readOnly: true })).rejects.toMatchObject({
    code: 'ROSI_LOG_MISSING',
    retryable: true,
  });
  const log = await openEventLog({ dir, partitions: 2 });
  await expect(openEventLog({ dir, partitions: 3 })).rejects.toMatchObject({
    code: 'ROSI_PARTITIONS_CHANGED',
  });
  const reader = await openEventLog({ dir, readOnly: true });
  await expect(reader.append(words, records('a'))).rejects.toThrow('reading only');
  await reader.close();
  await log.close();
});

test('checkpoints are durable and replaced', async () => {
  const checkpoints = await openCheckpoints({ dir });
  const value = Buffer.from('one');
  const written = checkpoints.put('position', value);
  value.fill(0);
  await written;
  expect(checkpoints.get('position')?.toString()).toBe('one');
  await checkpoints.put('position', Buffer.from('two'));
  await checkpoints.close();
  const again = await openCheckpoints({ dir });
  expect(again.get('position')?.toString()).toBe('two');
  expect(again.get('other')).toBeUndefined();
  await again.close();
});

test.each([
  ['lost', (log: PartitionLog, key: Buffer) => log.records.remove(key)],
  ['cut off', (log: PartitionLog, key: Buffer) => log.records.put(key, Buffer.from('torn'))],
])(
  'a record that was %s on the disk is told by name, and nothing takes its place',
  async (_, harm) => {
    const log = await openEventLog({ dir });
    await log.append(words, records('a', 'b', 'c', 'd'));
    await log.close();
    for (const [offset, whole] of [
      [3, ['a', 'b', 'c']],
      [1, ['a']],
    ] as const) {
      const environment = openEnvironment(dir);
      await harm(openPartitionLog(environment, { create: false }), recordKey('words', 0, offset));
      await environment.close();
      const harmed = await openEventLog({ dir });
      const values = harmed.read('words', 0, 0, limits).map(({ value }) => value.toString());
      expect(values).toEqual(whole);
      expect(() => harmed.read('words', 0, offset, limits)).toThrow(
        expect.objectContaining({
          code: 'ROSI_LOG_DAMAGED',
          message: expect.stringContaining(`Record ${offset} of words/0`),
        }),
      );
      await harmed.close();
    }
  },
);
