/** Barriers over several partitions and instances, while instances come and go, on a real broker. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@rosi/events';
import type { ProcessorDeclaration, Topology } from '@rosi/streams';
import { note, noteTopic } from '@rosi/streams/contract';
import { expect, test, vi } from 'vitest';
import { type KafkaRuntime, openProgress, runKafka } from './index.js';
import { makeTopics, readTopic, removeTopics, testKafka, writeTopic } from './testing/index.js';

type Note = ReturnType<typeof note>['value'];

const PARTITIONS = 4;
const ROUNDS = 3;
const FAN = 4;
vi.setConfig({ testTimeout: 240_000 });
const kafka = await testKafka();

const asked: Topic<Note> = { ...noteTopic('asked'), isBarrier: ({ text }) => text === 'alone' };
const there = noteTopic('there');
const back = noteTopic('back');
/** One key, so that its one partition has the order in which everything was told. */
const told: Topic<Note> = { ...noteTopic('told'), keyOf: () => 'told' };

function processor(
  declaration: Pick<ProcessorDeclaration, 'name' | 'inputs' | 'outputs'>,
  handle: (value: Note, emit: (topic: Topic<Note>, value: Note) => void) => void,
): ProcessorDeclaration {
  return {
    ...declaration,
    stateVersion: 1,
    create: (context) => ({
      process(_topic, value, timestamp) {
        handle(value as Note, (topic, sent) => context.emit(topic, sent, timestamp));
        context.count('ok', 'handled');
      },
      endBatch() {},
    }),
  };
}

/** Each note becomes some that go to and fro over other partitions, and tells its begin and end. */
const topology: Topology = {
  processors: [
    processor({ name: 'asking', inputs: [asked], outputs: [there, told] }, (value, emit) => {
      emit(told, { ...value, text: 'begun' });
      for (let i = 0; i < FAN; i += 1)
        emit(there, { ...value, key: `${value.key}/${i}`, n: ROUNDS });
    }),
    processor({ name: 'there', inputs: [there], outputs: [back] }, (value, emit) =>
      emit(back, { ...value, key: `${value.key}!` }),
    ),
    processor({ name: 'back', inputs: [back], outputs: [there, told] }, (value, emit) => {
      if (value.n > 1) emit(there, { ...value, n: value.n - 1 });
      else emit(told, { ...value, text: 'ended' });
    }),
  ],
};

test.skipIf(kafka === null)('barriers hold over partitions and instances', async () => {
  const client = { brokers: kafka?.brokers ?? [], clientId: 'barriers' };
  const prefix = `barriers-${randomUUID()}.`;
  const place = { prefix, partitions: PARTITIONS };
  await makeTopics(client, topology, place);
  const dir = mkdtempSync(join(tmpdir(), 'rosi-barriers-'));
  let fault: Error | undefined;
  const options = { kafka: client, topology, ...place, groupId: 'barriers' };
  const run = (name: string): Promise<KafkaRuntime> =>
    runKafka({
      ...options,
      dir: join(dir, name),
      sessionMs: 10_000,
      limits: { batchRecordsMax: 3, commitRecordsMax: 6 },
      onFault: (error) => {
        fault = error;
      },
    });
  const progress = await openProgress(options);
  const runtimes = [await run('a'), await run('b')];
  try {
    // What stands before each barrier, by the barrier.
    const before: Record<string, string[]> = {};
    const written: string[] = [];
    let clock = 1_000_000;
    const sent = (key: string, text = '') => {
      clock += 1;
      return { value: note(key, 1, text).value, timestamp: clock };
    };
    for (let round = 0; round < 3; round += 1) {
      const keys = Array.from({ length: 12 }, (_, n) => `r${round}-${n}`);
      written.push(...keys);
      await writeTopic(
        client,
        asked,
        place,
        keys.map((key) => sent(key)),
      );
      for (const barrier of [`x${round}`, `y${round}`]) {
        before[barrier] = [...written];
        await writeTopic(client, asked, place, [sent(barrier, 'alone')]);
      }
      if (round === 1) runtimes.push(await run('c'));
    }
    await runtimes.shift()?.stop();
    while (!(await progress.isSettled())) {
      if (fault !== undefined) throw fault;
      await delay(50);
    }
    const records = await readTopic(client, `${prefix}told`, PARTITIONS);
    const seen = records.map(({ value }) => {
      const { key, text } = told.codec.decode(value ?? Buffer.alloc(0));
      return `${key.split(/[/!]/)[0]} ${text}`;
    });
    expect(seen).toHaveLength((36 + 6) * (1 + FAN));
    for (const [barrier, earlier] of Object.entries(before)) {
      const begun = seen.indexOf(`${barrier} begun`);
      const alone = seen.slice(begun, begun + 1 + FAN);
      expect(alone, barrier).toEqual([`${barrier} begun`, ...Array(FAN).fill(`${barrier} ended`)]);
      for (const key of earlier) {
        expect(seen.lastIndexOf(`${key} ended`), `${key} before ${barrier}`).toBeLessThan(begun);
      }
    }
  } finally {
    for (const runtime of runtimes) await runtime.stop();
    await progress.close();
    await removeTopics(client, prefix);
    rmSync(dir, { recursive: true });
  }
});
