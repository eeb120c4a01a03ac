/**
 * The stitcher on Kafka, on one broker and in turn with: itself as two processes, a bare kafkajs
 * loop that moves as many messages, and a Kafka Streams program that does the same work. Each is
 * warm before it is measured, and each result is checked before it counts.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { eventsCollected } from '@rosi/events';
import { fillTopic, makePlainTopics, offsetsGiven, readTopic } from '@rosi/streams-kafka/testing';
import { buildRival, checkRival, startRival } from './kafka-rival.mjs';
import {
  checkOnKafka,
  makeInput,
  measured,
  partitions,
  startBroker,
  startStitchers,
  writeEvents,
} from './kafka-stand.mjs';
import { same } from './ledger-check.mjs';
import { prepareEvents } from './prepared-events.mjs';
import { processCpuSeconds } from './processes.mjs';
import { profileText, readProfiles } from './profile.mjs';
import { startServer } from './servers.mjs';

const seed = 5;
/** Both V8 and the JVM compile what is used: this share of the events is not measured. */
const warmPart = 0.5;
const markedMsMax = 30_000;
const targets = { loop: 1 / 3, rival: 0.5, scale: 1.2 };

export const kafka = {
  name: 'kafka',
  title: 'the stitcher on Kafka, against a bare kafkajs loop and Kafka Streams',
  defaultEvents: 150_000,
  async run({ events: total, profile, say }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    await buildRival();
    const broker = await startBroker();
    try {
      const one = await stitch({ broker, dir, events: total, count: 1 });
      say(`  one process: ${told(one)}`);
      const loop = await bareLoop({ broker, messages: one.messages, bytes: one.bytes });
      say(`  bare loop over ${one.messages} messages of ${one.bytes} bytes: ${told(loop)}`);
      const events = await bareLoop({ broker, messages: one.count, bytes: one.given });
      say(`  bare loop over the events alone, of ${one.given} bytes: ${told(events)}`);
      const rival = await streams({ broker, dir, events: total });
      say(`  Kafka Streams: ${told(rival)}`);
      const two = await stitch({ broker, dir, events: total, count: 2 });
      say(`  two processes: ${told(two)}`);
      const profiled = profile ? await stitchProfiled({ broker, dir, events: total }) : null;
      return result({ one, loop, events, rival, two }, profiled);
    } finally {
      await broker.close();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

function told({ count, seconds, cpuSeconds, brokerCpuSeconds }) {
  const micros = (cpu) => ((cpu * 1e6) / count).toFixed(0);
  return (
    `${(count / seconds).toFixed(0)} a second, ${micros(cpuSeconds)} µs of CPU each, ` +
    `the broker's ${micros(brokerCpuSeconds)} µs`
  );
}

/** Events in two parts, the first to be warm. */
function inParts(events) {
  const { mixed, batches } = prepareEvents({ events, seed });
  const all = [...batches];
  const warm = Math.ceil(all.length * warmPart);
  const [first, rest] = [all.slice(0, warm), all.slice(warm)];
  const countOf = (some) => some.reduce((sum, { length }) => sum + length, 0);
  return { expected: mixed.expected(), first, rest, warm: countOf(first), count: countOf(rest) };
}

async function stitch({ broker, dir, events, count, profileDir = null }) {
  const { kafka: client } = broker;
  const prefix = `stitch-${count}${profileDir === null ? '' : '-profiled'}.`;
  const parts = inParts(events);
  await makeInput(client, prefix);
  const stitchers = await startStitchers({ kafka: client, prefix, dir, count, profileDir });
  try {
    await writeEvents(client, prefix, parts.first);
    await stitchers.untilSettled();
    const before = await written(client, prefix);
    const took = await measured(broker, stitchers.cpuSeconds, async () => {
      await writeEvents(client, prefix, parts.rest);
      await stitchers.untilSettled();
    });
    await checkOnKafka(client, prefix, parts.expected);
    const messages = (await written(client, prefix)) - before;
    const given = `${prefix}${eventsCollected.name}`;
    const topics = [...(await offsetsGiven(client, prefix)).keys()];
    const own = topics.filter(
      (topic) => topic !== given && !/(barriers|installation)$/.test(topic),
    );
    const bytes = await meanBytes(client, own);
    return {
      ...took,
      count: parts.count,
      messages,
      bytes,
      given: await meanBytes(client, [given]),
    };
  } finally {
    await stitchers.stop();
  }
}

/** Records that the stitcher has written: to all topics but the one that it was given. */
async function written(client, prefix) {
  let total = 0;
  for (const [topic, offsets] of await offsetsGiven(client, prefix)) {
    if (topic !== `${prefix}${eventsCollected.name}`) total += offsets;
  }
  return total;
}

async function meanBytes(client, topics) {
  let [bytes, records] = [0, 0];
  for (const topic of topics) {
    for (const { key, value } of await readTopic(client, topic, partitions)) {
      bytes += (key?.length ?? 0) + (value?.length ?? 0);
      records += 1;
    }
  }
  return Math.round(bytes / records);
}

/** Moves so many messages of this size, after a fifth of them to be warm. */
async function bareLoop({ broker, messages, bytes }) {
  const server = await startServer('./kafka-loop-server.mjs');
  const name = `loop-${messages}`;
  const warm = Math.ceil(messages * warmPart);
  try {
    await moved({ broker, server, name: `${name}-warm`, messages: warm, bytes });
    return await moved({ broker, server, name, messages, bytes });
  } finally {
    await server.stop();
  }
}

async function moved({ broker, server, name, messages, bytes }) {
  const { kafka: client } = broker;
  const [from, to] = [`${name}-from`, `${name}-to`];
  await makePlainTopics(client, [from, to], partitions);
  await fillTopic(client, from, { partitions, messages, bytes });
  const cpuSeconds = () => processCpuSeconds(server.pid);
  const took = await measured(broker, cpuSeconds, () =>
    server.ask({ kafka: client, from, to, partitions, messages }),
  );
  if (took.answer.failure !== undefined) throw new Error(took.answer.failure);
  same('moved messages', await readable(client, to, messages), messages);
  return { ...took, count: messages };
}

/** A commit is answered before its marks are in every partition: until then some can't be read. */
async function readable(client, topic, wanted) {
  const until = performance.now() + markedMsMax;
  for (;;) {
    const { length } = await readTopic(client, topic, partitions);
    if (length >= wanted || performance.now() > until) return length;
    await wait(100);
  }
}

async function streams({ broker, dir, events }) {
  const { kafka: client } = broker;
  const [input, prefix] = ['rival-input.', 'rival-'];
  const parts = inParts(events);
  await makeInput(client, input);
  await writeEvents(client, input, parts.first);
  const topic = `${input}${eventsCollected.name}`;
  const rival = await startRival({ kafka: client, topic, dir: join(dir, 'rival'), prefix });
  try {
    await rival.untilDone(parts.warm);
    const before = rival.told().cpuSeconds;
    const startedAt = performance.now();
    const took = await measured(
      broker,
      () => rival.told().cpuSeconds,
      async () => {
        await writeEvents(client, input, parts.rest);
        await rival.untilDone(parts.warm + parts.count);
      },
    );
    await checkRival(client, prefix, parts.expected);
    const { cpuSeconds, at } = rival.told();
    const seconds = (at - startedAt) / 1_000;
    return { ...took, seconds, cpuSeconds: cpuSeconds - before, count: parts.count };
  } finally {
    await rival.stop();
  }
}

async function stitchProfiled({ broker, dir, events }) {
  const profileDir = join(dir, 'profiles');
  await mkdir(profileDir);
  await stitch({ broker, dir, events, count: 1, profileDir });
  return profileText(readProfiles(profileDir));
}

function result({ one, loop, events, rival, two }, profile) {
  const rate = ({ count, seconds }) => count / seconds;
  const perCpu = ({ count, cpuSeconds }) => count / cpuSeconds;
  const figures = {
    eventsPerSecond: rate(one),
    messagesPerSecond: one.messages / one.seconds,
    cpuMicrosPerEvent: 1e6 / perCpu(one),
    loopMessagesPerSecond: rate(loop),
    toLoop: one.messages / one.seconds / rate(loop),
    toLoopOfEvents: rate(one) / rate(events),
    rivalCpuMicrosPerEvent: 1e6 / perCpu(rival),
    toRival: perCpu(one) / perCpu(rival),
    twoToOne: two.cpuSeconds / one.cpuSeconds,
  };
  const verdict = (isMet) => (isMet ? 'met' : 'MISSED');
  return {
    figures,
    lines: [
      `stitcher to bare loop, messages a second: ${figures.toLoop.toFixed(2)}, ` +
        `target ${targets.loop.toFixed(2)}: ${verdict(figures.toLoop >= targets.loop)} ` +
        `(to a loop that moves the events alone: ${figures.toLoopOfEvents.toFixed(2)})`,
      `stitcher to Kafka Streams, events per CPU second: ${figures.toRival.toFixed(2)}, ` +
        `target ${targets.rival}: ${verdict(figures.toRival >= targets.rival)}`,
      `CPU of two processes to that of one: ${figures.twoToOne.toFixed(2)}, ` +
        `target ${targets.scale}: ${verdict(figures.twoToOne <= targets.scale)}`,
    ],
    profile,
  };
}
