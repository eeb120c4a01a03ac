/**
 * A task of a million entries on an instance that has no copy of its state: from the start of the
 * instance until it has handled one more record, so that all of its state must be there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { stateKey } from '@rosi/streams';
import { note, noteTopic, numbering, topologyOf } from '@rosi/streams/contract';
import { runKafka } from '@rosi/streams-kafka';
import {
  fillChangelog,
  makeTopics,
  readTopic,
  startLocalBroker,
  writeTopic,
} from '@rosi/streams-kafka/testing';

const entries = 1_000_000;
/** What follows the count in each entry: an entry of the stitcher has about a hundred bytes. */
const padding = ' '.repeat(100);
const targetSeconds = 20;
const count = 41;

export const kafkaRestore = {
  name: 'kafka-restore',
  title: `a task of ${entries} entries is restored from its changelog`,
  defaultEvents: entries,
  async run() {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const broker = await startLocalBroker();
    try {
      const kafka = { brokers: [broker.address], clientId: 'benchmark' };
      return result(await restored(kafka, dir));
    } finally {
      await broker.close();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function restored(kafka, dir) {
  const processor = numbering();
  const topology = topologyOf(processor);
  const place = { prefix: '', partitions: 1 };
  await makeTopics(kafka, topology, place);
  const positions = { 'contract.input': 0 };
  const { name, stateVersion } = processor;
  const changelog = { ...place, processor: name, partition: 0, stateVersion, positions };
  await fillChangelog(kafka, changelog, filling());
  await writeTopic(kafka, noteTopic('contract.input'), place, [note(keyOf(entries - 1), 1)]);
  let fault = null;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const runtime = await runKafka({
    ...{ kafka, topology, ...place, groupId: 'restored', dir },
    onFault: (error) => {
      fault = error;
    },
  });
  while (runtime.outcomes().every((one) => one.count === 0)) {
    if (fault !== null) throw fault;
    await wait(20);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await runtime.stop();
  const output = noteTopic('contract.output');
  const [answer] = await readTopic(kafka, output.name, 1);
  const { text } = output.codec.decode(answer.value);
  if (Number(text) !== count + 1) throw new Error(`the state was not there: ${text}`);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

const keyOf = (n) => `k${String(n).padStart(7, '0')}`;

function* filling() {
  for (let n = 0; n < entries; n++) {
    yield [stateKey(keyOf(n)), Buffer.from(`${count}${padding}`)];
  }
}

function result({ seconds, cpuSeconds }) {
  const met = seconds <= targetSeconds;
  return {
    figures: { seconds, cpuSeconds, target: targetSeconds, met },
    lines: [
      `${entries} entries: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`,
      `target ${targetSeconds} s: ${met ? 'met' : 'MISSED'}`,
    ],
    profile: null,
  };
}
