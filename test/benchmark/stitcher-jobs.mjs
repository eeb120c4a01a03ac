/**
 * What stitcher.mjs runs in a process of its own: making the log, stitching it, only reading it.
 * Does its job when told to, and answers what it took or how its result was wrong.
 */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings } from '@rosi/attribution';
import {
  eventsCollected,
  ledgerIdentities,
  ledgerOrders,
  ledgerTouchpoints,
  normalise,
} from '@rosi/events';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { openEventLog, openState, runEmbedded } from '@rosi/streams-embedded';
import { MixedEvents } from './mixed-events.mjs';
import { threadMicros } from './processes.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');
const receivedAt = Date.parse('2025-06-01T00:00:00Z');
const batch = { recordsMax: 1_000, bytesMax: 8 * 1024 * 1024 };
const sampleMs = 50;

const context = {
  workspace: 'default',
  receivedAt,
  source: 'server',
  keyKind: 'secret',
  ownDomains: ['shop.example'],
  requestUserAgent: '',
  secGpc: false,
  prefetch: false,
  hash: (text) => createHmac('sha256', 'benchmark').update(text).digest('hex'),
  makeEventId: () => {
    throw new Error('every event has its id');
  },
};

async function prepare({ logDir, events, seed }) {
  const log = await openEventLog({ dir: logDir });
  const mixed = new MixedEvents({ events, seed });
  let waiting = [];
  for (const event of mixed) {
    const result = normalise(event, context);
    if (!result.ok) throw new Error(result.message);
    waiting.push({ value: result.event, timestamp: receivedAt });
    if (waiting.length === batch.recordsMax) {
      await log.append(eventsCollected, waiting);
      waiting = [];
    }
  }
  if (waiting.length > 0) await log.append(eventsCollected, waiting);
  await log.close();
  return mixed.expected();
}

async function stitch({ logDir, stateDir, expected }) {
  const input = await openEventLog({ dir: logDir, readOnly: true });
  const end = input.endOffset(eventsCollected.name, 0);
  const clock = startClock();
  let fault = null;
  const runtime = await runEmbedded({
    topology: stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('bench') }),
    dir: stateDir,
    input,
    partitions: 1,
    onFault: (error) => {
      fault = error;
    },
  });
  const state = await openState({ dir: stateDir });
  for (;;) {
    if (fault !== null) throw fault;
    const { positions, queued } = state.progress();
    const position = positions.find(({ topic }) => topic === eventsCollected.name)?.position;
    if (position === end && queued === 0) break;
    await wait(sampleMs);
  }
  const took = clock.stop();
  await runtime.stop();
  check(state, expected);
  await state.close();
  await input.close();
  return took;
}

/** The ledger's newest records hold what the generator knows. */
function check(state, expected) {
  const orders = newest(state, ledgerOrders, (record) => record.orderId);
  const touchpoints = newest(state, ledgerTouchpoints, (record) => record.touch.touchpointId);
  const identities = newest(
    state,
    ledgerIdentities,
    (record) => `${record.identifierType}:${record.identifier}`,
  );
  const own = [...touchpoints.values()].filter(({ touch }) => touch.type !== 'coupon');
  const persons = new Set([...identities.values()].map(({ personId }) => personId));
  same('touchpoints', own.length, expected.touchpoints);
  same('identifiers', identities.size, expected.identifiers);
  same('persons', persons.size, expected.persons);
  for (const [currency, wanted] of Object.entries(expected.money)) {
    const those = [...orders.values()].filter((order) => order.currency === currency);
    const sum = (figure) => those.reduce((total, order) => total + figure(order), 0);
    const credit = (model) => (order) =>
      order.credits.reduce((total, one) => total + (one.model === model ? one.credit : 0), 0);
    same(`orders ${currency}`, those.length, wanted.orders);
    same(
      `net ${currency}`,
      sum(({ net }) => net),
      wanted.net,
    );
    for (const model of ['first_touch', 'linear', 'time_decay']) {
      same(`credit ${currency} ${model}`, sum(credit(model)), wanted.net);
    }
  }
}

function same(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

function newest(state, topic, keyOf) {
  const found = new Map();
  for (const { value } of records(state, topic.name)) {
    const record = topic.codec.decode(value);
    found.set(keyOf(record), record);
  }
  return found;
}

function* records(reader, topic) {
  for (let at = 0; ; ) {
    const some = reader.read(topic, 0, at, batch);
    if (some.length === 0) return;
    yield* some;
    at = some.at(-1).offset + 1;
  }
}

async function read({ logDir, expected }) {
  const input = await openEventLog({ dir: logDir, readOnly: true });
  const clock = startClock();
  let count = 0;
  for (const { value } of records(input, eventsCollected.name)) {
    if (eventsCollected.codec.decode(value).eventId !== '') count++;
  }
  const took = clock.stop();
  await input.close();
  same('records', count, expected.accepted);
  return took;
}

/** Time, CPU of the process and of this thread, and the peak of the memory of its own. */
function startClock() {
  const cpuBefore = process.cpuUsage();
  const threadBefore = threadMicros();
  const startedAt = performance.now();
  let rssAnonMb = 0;
  const timer = setInterval(() => {
    const found = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    rssAnonMb = Math.max(rssAnonMb, Number(found?.[1] ?? 0) / 1024);
  }, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        seconds: (performance.now() - startedAt) / 1_000,
        cpuSeconds: (user + system) / 1e6,
        threadSeconds: (threadMicros() - threadBefore) / 1e6,
        rssAnonMb,
      };
    },
  };
}

process.once('message', async () => {
  const jobs = { prepare, stitch, read };
  const answer = await jobs[options.job](options).catch((error) => ({ failure: error.stack }));
  process.send(answer);
});
process.once('disconnect', () => process.exit(0));
process.send({ url: '' });
