/** A broker for the benchmark `kafka`, what is in its topics, and what the processes on it cost. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultSettings } from '@rosi/attribution';
import { eventsCollected, ledgerIdentities, ledgerOrders, ledgerTouchpoints } from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { openProgress, openTopicWriter } from '@rosi/streams-kafka';
import { makeTopics, readValues, startLocalBroker } from '@rosi/streams-kafka/testing';
import { checkLedger } from './ledger-check.mjs';
import { childrenOf, processCpuSeconds } from './processes.mjs';

const instance = fileURLToPath(new URL('../harness/kafka-instance.mjs', import.meta.url));
const groupId = 'stitcher';
const pollMs = 50;
export const partitions = 4;

const topology = () =>
  stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') });

/** One broker of its own, and how much CPU time it has taken. */
export async function startBroker() {
  const before = new Set(childrenOf(process.pid));
  const broker = await startLocalBroker();
  const [shell] = childrenOf(process.pid).filter((pid) => !before.has(pid));
  const [java] = childrenOf(shell);
  return {
    kafka: { brokers: [broker.address], clientId: 'benchmark' },
    cpuSeconds: () => processCpuSeconds(java),
    close: () => broker.close(),
  };
}

/** Writes events to `events.collected` as the collector does. */
export async function writeEvents(kafka, prefix, batches) {
  const topics = [eventsCollected.name];
  const writer = openTopicWriter({ kafka, prefix, partitions, topics, answerMsMax: 60_000 });
  for (const batch of batches) await writer.append(eventsCollected, batch);
  await writer.close();
}

/** Processes of the stitcher; `profileDir`: they leave V8's profiles there when they stop. */
export async function startStitchers({ kafka, prefix, dir, count, profileDir = null }) {
  const profiling = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const children = Array.from({ length: count }, (_, n) => {
    const own = { dir: join(dir, `state-${n}`), sessionMs: 10_000, groupId };
    const options = JSON.stringify({ kafka, prefix, partitions, ...own });
    return spawn(process.execPath, [...profiling, instance, options], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  const progress = await openProgress({ kafka, prefix, partitions, groupId, topology: topology() });
  return {
    cpuSeconds: () => children.reduce((sum, { pid }) => sum + processCpuSeconds(pid), 0),
    async untilSettled() {
      while (!(await progress.isSettled())) {
        const dead = children.find(({ exitCode }) => exitCode !== null);
        if (dead !== undefined) throw new Error(`a stitcher ended with ${dead.exitCode}`);
        await wait(pollMs);
      }
    },
    async stop() {
      const ended = children.map((child) => new Promise((done) => child.once('exit', done)));
      for (const child of children) child.kill('SIGTERM');
      await Promise.all(ended);
      await progress.close();
      for (const [n] of children.entries()) {
        await rm(join(dir, `state-${n}`), { recursive: true, force: true });
      }
    },
  };
}

export const makeInput = (kafka, prefix) => makeTopics(kafka, topology(), { prefix, partitions });

/** Throws unless the ledger on Kafka is right. */
export async function checkOnKafka(kafka, prefix, expected) {
  const values = new Map();
  for (const topic of [ledgerOrders, ledgerTouchpoints, ledgerIdentities]) {
    values.set(topic, await readValues(kafka, topic, { prefix, partitions }));
  }
  checkLedger((topic) => values.get(topic), expected);
}

/** Time and CPU seconds of some work, and the broker's. */
export async function measured(broker, cpuSeconds, work) {
  const before = { own: cpuSeconds(), broker: broker.cpuSeconds(), at: performance.now() };
  const answer = await work();
  return {
    seconds: (performance.now() - before.at) / 1_000,
    cpuSeconds: cpuSeconds() - before.own,
    brokerCpuSeconds: broker.cpuSeconds() - before.broker,
    answer,
  };
}
