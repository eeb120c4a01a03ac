import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { contractCases, type StartTopology } from '@rosi/streams/contract';
import { test } from 'vitest';
import { type EmbeddedRuntime, openEventLog, openState, runEmbedded } from './index.js';

const start: StartTopology = async (topology, limits) => {
  const dir = mkdtempSync(join(tmpdir(), 'rosi-contract-'));
  const log = await openEventLog({ dir: join(dir, 'events'), partitions: limits.partitions });
  const { partitions } = limits;
  const stateDir = join(dir, 'state');
  let fault: Error | undefined;
  let commits = 0;
  const run = () =>
    runEmbedded({
      topology,
      dir: stateDir,
      input: log,
      partitions,
      ...(limits.batchRecordsMax === undefined ? {} : { batchRecordsMax: limits.batchRecordsMax }),
      ...(limits.commitRecordsMax === undefined
        ? {}
        : { budget: { records: limits.commitRecordsMax } }),
      onCommit: () => {
        commits += 1;
      },
      onFault: (error) => {
        fault = error;
      },
    });
  let runtime: EmbeddedRuntime = await run();
  const state = await openState({ dir: stateDir });
  const piped = new Set<string>();
  const isSettled = () => {
    const { positions, queued } = state.progress();
    return (
      queued === 0 &&
      [...piped].every((topic) =>
        Array.from({ length: partitions }, (_, partition) => partition).every((partition) => {
          const place = positions.find((p) => p.topic === topic && p.partition === partition);
          return (place?.position ?? 0) === log.endOffset(topic, partition);
        }),
      )
    );
  };
  return {
    async pipe(topic, values) {
      piped.add(topic.name);
      await log.append(topic, values);
    },
    async settle() {
      while (!isSettled()) {
        if (fault !== undefined) throw fault;
        await delay(2);
      }
    },
    async interrupt() {
      const before = commits;
      while (commits === before && !isSettled()) await delay(0);
      await runtime.stop();
      runtime = await run();
    },
    async recover() {
      await runtime.stop();
      fault = undefined;
      runtime = await run();
    },
    async output(topic) {
      const limits = { recordsMax: 1_000_000, bytesMax: 1e9 };
      return Array.from({ length: partitions }, (_, partition) =>
        state.read(topic.name, partition, 0, limits),
      ).flatMap((records) => records.map(({ value }) => topic.codec.decode(value)));
    },
    outcomes: () => runtime.outcomes(),
    async close() {
      await runtime.stop();
      await state.close();
      await log.close();
      rmSync(dir, { recursive: true });
    },
  };
};

for (const { name, run } of contractCases) test(`embedded: ${name}`, () => run(start));
