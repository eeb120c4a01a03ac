import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { contractCases, type StartTopology } from '@rosi/streams/contract';
import { test, vi } from 'vitest';
import { type KafkaRuntime, openProgress, runKafka } from './index.js';
import { readTopic, removeTopics, testKafka, writeTopic } from './testing/index.js';

vi.setConfig({ testTimeout: 240_000 });
const kafka = await testKafka();

const start: StartTopology = async (topology, limits) => {
  const dir = mkdtempSync(join(tmpdir(), 'rosi-contract-'));
  const prefix = `contract-${randomUUID()}.`;
  const { partitions, batchRecordsMax, commitRecordsMax } = limits;
  const options = {
    kafka: { brokers: kafka?.brokers ?? [], clientId: 'contract' },
    topology,
    partitions,
    prefix,
    groupId: 'contract',
  };
  let fault: Error | undefined;
  let commits = 0;
  const run = () =>
    runKafka({
      ...options,
      dir,
      sessionMs: 10_000,
      limits: {
        ...(batchRecordsMax === undefined ? {} : { batchRecordsMax }),
        ...(commitRecordsMax === undefined ? {} : { commitRecordsMax }),
      },
      onCommit: () => {
        commits += 1;
      },
      onTrouble: (error) => console.error(new Date().toISOString(), String(error)),
      onFault: (error) => {
        fault = error;
      },
    });
  let runtime: KafkaRuntime = await run();
  const progress = await openProgress(options);
  return {
    pipe: (topic, values) => writeTopic(options.kafka, topic, { prefix, partitions }, values),
    async settle() {
      while (!(await progress.isSettled())) {
        if (fault !== undefined) throw fault;
        await delay(20);
      }
    },
    async interrupt() {
      const before = commits;
      while (commits === before && !(await progress.isSettled())) await delay(1);
      await runtime.stop();
      runtime = await run();
    },
    async recover() {
      await runtime.stop();
      fault = undefined;
      runtime = await run();
    },
    async output(topic) {
      const records = await readTopic(options.kafka, `${prefix}${topic.name}`, partitions);
      return records.map(({ value }) => topic.codec.decode(value ?? Buffer.alloc(0)));
    },
    outcomes: () => runtime.outcomes(),
    async close() {
      await runtime.stop();
      await progress.close();
      await removeTopics(options.kafka, prefix);
      rmSync(dir, { recursive: true });
    },
  };
};

for (const { name, run } of contractCases) {
  test.skipIf(kafka === null)(`kafka: ${name}`, () => run(start));
}
