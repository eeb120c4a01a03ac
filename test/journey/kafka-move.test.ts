/**
 * An embedded installation moves to Kafka in the middle of a random set, to one partition and to
 * several; what the tables say afterwards is what the oracle says of the whole set. Also when the
 * move is killed and run again, and with a replay afterwards.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTopics, testKafka } from '@rosi/streams-kafka/testing';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../harness/command.js';
import { operate } from '../harness/operating.js';
import {
  makeDataDir,
  type Product,
  removeDataDir,
  runToEnd,
  startProduct,
} from '../harness/product.js';
import { arrivalOf } from './random-sets-arrival.js';
import { compared } from './random-sets-comparison.js';
import { childrenOf, killAll } from './random-sets-ending.js';
import { type Answers, postUntilTaken, postWaves } from './random-sets-posting.js';

const testMsMax = 400_000;
const command = fileURLToPath(new URL('../../packages/cli/bin/rosi.js', import.meta.url));
const kafka = await testKafka();

interface Moved {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `rosi move-to-kafka`; killed after the time given, if any, with the ClickHouse that it started. */
function moved(env: Readonly<Record<string, string>>, killAfterMs?: number): Promise<Moved> {
  const child = spawn(process.execPath, [command, 'move-to-kafka'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const kill = () => {
    const started = childrenOf(child.pid ?? 0);
    child.kill('SIGKILL');
    for (const pid of started) process.kill(pid, 'SIGKILL');
  };
  const killing = killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
  return new Promise((resolve) =>
    child.once('close', (code) => {
      clearTimeout(killing);
      resolve({ code, output });
    }),
  );
}

const cases: readonly (readonly [partitions: number, seed: number, kills: readonly number[]])[] = [
  [1, 51, []],
  [3, 52, []],
  [3, 53, [2500, 4000, 5500]],
];

describe.skipIf(kafka === null)('rosi move-to-kafka', () => {
  it.each(cases)(
    'to %i partitions, seed %i, killed after %j ms',
    async (partitions, seed, kills) => {
      const prefix = `move-${randomUUID()}.`;
      const arrival = arrivalOf(seed);
      const dataDir = await makeDataDir();
      const { hashKey, ownDomains, timezone } = arrival.settings;
      const own = {
        ROSI_HASH_KEY: hashKey,
        ROSI_OWN_DOMAINS: ownDomains.join(', '),
        ROSI_TIMEZONE: timezone,
      };
      const place = {
        ROSI_KAFKA_BROKERS: (kafka?.brokers ?? []).join(','),
        ROSI_KAFKA_PREFIX: prefix,
        ROSI_KAFKA_SESSION_MS: '3000',
        ROSI_KAFKA_PARTITIONS: String(partitions),
      };
      const answers: Answers = new Map();
      let running: Product | null = null;
      try {
        running = await startProduct({ dataDir, env: own });
        const half = Math.ceil(arrival.waves.length / 2);
        expect(await postWaves(running, arrival.waves.slice(0, half), answers)).toEqual([]);
        // Not settled: the move itself has to see to it.
        await running.stop();
        running = null;
        const environment = { ...own, ...place, ROSI_DATA_DIR: dataDir, ROSI_CLICKHOUSE_PORT: '0' };
        const early = await runToEnd({ dataDir, env: { ...own, ...place } });
        expect(early).toMatchObject({ code: 2 });
        expect(early.output).toContain('rosi move-to-kafka');
        // A key that is not at hand is asked for, and never made.
        const { ROSI_HASH_KEY: _, ...without } = environment;
        expect(await moved(without)).toMatchObject({
          code: 2,
          output: expect.stringContaining('ROSI_HASH_KEY'),
        });
        for (const killAfterMs of kills) await moved(environment, killAfterMs);
        if (existsSync(join(dataDir, 'events'))) {
          expect(await moved(environment)).toMatchObject({
            code: 0,
            output: expect.stringContaining(`${partitions} partitions`),
          });
        }
        // The old log can't go on, by accident or not.
        const back = await runToEnd({ dataDir, env: own });
        expect(back).toMatchObject({ code: 2, output: expect.stringContaining('KAFKA') });
        running = await startProduct({ dataDir, env: { ...own, ...place } });
        await running.settle();
        await postUntilTaken(running, arrival.waves.slice(half), answers);
        expect(await compared(running, arrival, answers)).toEqual([]);
        // At offsets that go on from those of the old log.
        const held = await runCommand(dataDir, ['check', '--json'], { ...own, ...place });
        expect(JSON.parse(held.stdout)).toMatchObject({ clean: true, log_checked: true });
        await operate(running, 'POST', '/v1/replay', {});
        expect(await compared(running, arrival, answers)).toEqual([]);
      } finally {
        if (running !== null) await killAll(running);
        await removeDataDir(dataDir);
        await removeTopics({ brokers: kafka?.brokers ?? [], clientId: 'move' }, prefix);
      }
    },
    testMsMax,
  );
});
