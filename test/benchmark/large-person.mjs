/**
 * A person of 10,000 touchpoints is joined to another and split off again: how long do others wait
 * meanwhile? The stitcher runs in a process of its own; the log is written and the ledger read here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventsCollected, ledgerIdentities, ledgerOrders, normalise } from '@rosi/events';
import { openEventLog, openState } from '@rosi/streams-embedded';
import { percentile, probe } from './probes.mjs';
import { startServer } from './servers.mjs';

const items = 10_000;
const orders = 20;
const targetMs = 100;
const quietMs = 3_000;
const startMs = Date.parse('2025-05-01T00:00:00Z');
const limits = { recordsMax: 1_000, bytesMax: 8 * 1024 * 1024 };
const device = { anonymous_id: 'a-large' };
const user = { user_id: 'u-large' };

const context = {
  workspace: 'default',
  source: 'server',
  keyKind: 'secret',
  ownDomains: [],
  requestUserAgent: '',
  secGpc: false,
  prefetch: false,
  hash: (text) => text,
  makeEventId: () => {
    throw new Error('every event has its id');
  },
};

export const largePerson = {
  name: 'large-person',
  title: `others wait while a person of ${items} touchpoints is joined and split`,
  defaultEvents: items,
  async run() {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const [logDir, stateDir] = [join(dir, 'events'), join(dir, 'state')];
    const log = await openEventLog({ dir: logDir });
    await append(log, history());
    const server = await startServer('./stitcher-server.mjs', { logDir, stateDir });
    const state = await openState({ dir: stateDir });
    try {
      return result(await measure(log, state));
    } finally {
      await server.stop();
      await state.close();
      await log.close();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

async function measure(log, state) {
  const isDone = () => isIdle(log, state);
  while (!isDone()) await wait(20);
  const alone = await probedWhile(log, state, []);
  const joined = await probedWhile(log, state, [
    { event_id: 'join', type: 'identify', identifiers: { ...user, ...device } },
  ]);
  while (!isDone()) await wait(20);
  check(state, true);
  const split = await probedWhile(log, state, [
    { event_id: 'split', type: 'unlink', identifiers: { ...user, ...device } },
  ]);
  while (!isDone()) await wait(20);
  check(state, false);
  return { alone, joined, split };
}

/** Probes for a few seconds, longer when the orders have not all been told by then. */
async function probedWhile(log, state, bodies) {
  const until = performance.now() + quietMs;
  await append(log, bodies);
  const event = (id) => eventOf({ event_id: id, type: 'click', identifiers: { click_id: id } });
  return await probe({ log, state, event, isOver: () => performance.now() >= until });
}

function* history() {
  for (let at = 0; at < items; at++) {
    const occurred_at = new Date(startMs + at * 60_000).toISOString();
    yield { event_id: `c-${at}`, type: 'click', occurred_at, identifiers: device };
  }
  for (let at = 0; at < orders; at++) {
    const occurred_at = new Date(startMs + at * 6 * 3_600_000).toISOString();
    const order = { order_id: `o-${at}`, total: '100.01', currency: 'EUR' };
    yield { event_id: `p-${at}`, type: 'purchase', occurred_at, identifiers: user, order };
  }
}

function eventOf(body) {
  const found = normalise(body, { ...context, receivedAt: Date.now() });
  if (!found.ok) throw new Error(found.message);
  return found.event;
}

async function append(log, bodies) {
  const records = [...bodies].map((body) => ({ value: eventOf(body), timestamp: Date.now() }));
  for (let at = 0; at < records.length; at += limits.recordsMax) {
    await log.append(eventsCollected, records.slice(at, at + limits.recordsMax));
  }
}

function isIdle(log, state) {
  const { positions, queued } = state.progress();
  const end = log.endOffset(eventsCollected.name, 0);
  return queued === 0 && positions[0]?.position === end;
}

/** Joined: one person, and orders have touchpoints. Split: two, and all credit is unattributed. */
function check(state, isJoined) {
  const persons = new Map();
  for (const record of records(state, ledgerIdentities)) {
    persons.set(record.identifier, record.personId);
  }
  const isOne = persons.get(device.anonymous_id) === persons.get(user.user_id);
  if (isOne !== isJoined) throw new Error(`joined: ${isOne} instead of ${isJoined}`);
  const newest = new Map();
  for (const record of records(state, ledgerOrders)) newest.set(record.orderId, record);
  if (newest.size !== orders) throw new Error(`${newest.size} orders instead of ${orders}`);
  for (const { orderId, eligible, orderedAt, credits, net } of newest.values()) {
    const before = Math.floor((orderedAt - startMs) / 60_000) + 1;
    const wanted = isJoined ? Math.min(before, 1_000) : 0;
    if (eligible !== wanted) throw new Error(`${orderId}: ${eligible} instead of ${wanted}`);
    const linear = credits.filter(({ model }) => model === 'linear');
    const sum = linear.reduce((total, { credit }) => total + credit, 0);
    if (sum !== net) throw new Error(`${orderId}: credits ${sum} of ${net}`);
  }
}

function* records(state, topic) {
  for (let at = 0; ; ) {
    const some = state.read(topic.name, 0, at, limits);
    if (some.length === 0) return;
    for (const { value } of some) yield topic.codec.decode(value);
    at = some.at(-1).offset + 1;
  }
}

function result(measured) {
  const figures = Object.fromEntries(
    Object.entries(measured).map(([name, took]) => [
      name,
      { p50: percentile(took, 50), p99: percentile(took, 99), max: took.at(-1), n: took.length },
    ]),
  );
  const line = (name, { p50, p99, max, n }) =>
    `${name.padEnd(10)} median ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ` +
    `longest ${max.toFixed(0)} ms (${n} probes)`;
  const longest = Math.max(figures.joined.max, figures.split.max);
  const met = longest <= targetMs;
  return {
    figures: { ...figures, longestMs: longest, target: targetMs, targetMet: met },
    lines: [
      ...Object.entries(figures).map(([name, figure]) => line(name, figure)),
      `target ${targetMs} ms at the longest: ${met ? 'met' : 'MISSED'} (${longest.toFixed(0)} ms)`,
    ],
    profile: null,
  };
}
