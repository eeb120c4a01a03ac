/**
 * From the 202 until an order's credit can be read from `credits_current`, at a steady 500 events a
 * second of which a tenth are purchases. What the reader's own query takes is part of the figure.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocalBroker } from '@rosi/streams-kafka/testing';
import { percentile } from './probes.mjs';
import { secretKey, startProduct, untilSettled } from './product.mjs';

const eventsPerSecond = 500;
const eventsPerBody = 10;
const everyMs = (1_000 * eventsPerBody) / eventsPerSecond;
const net = 10_001;
const askEveryMs = 50;
const waitMsMax = 120_000;

export const visible = {
  name: 'visible',
  title: `202 to visible in credits_current at ${eventsPerSecond} events/s`,
  defaultEvents: 15_000,
  run: ({ events }) => timed({ events, warm: 0, env: {}, targetMs: 2_000 }),
};

export const visibleKafka = {
  name: 'visible-kafka',
  title: `202 to visible in credits_current at ${eventsPerSecond} events/s, all parts on Kafka`,
  defaultEvents: 30_000,
  /** The first half counts for nothing: a fresh JVM spends its first half minute on compiling. */
  async run({ events }) {
    const broker = await startLocalBroker();
    try {
      // One partition, as docs/operations.md says of a single process on one machine.
      const env = { ROSI_KAFKA_BROKERS: broker.address, ROSI_KAFKA_PARTITIONS: '1' };
      return await timed({ events, warm: events / 2, env, targetMs: 3_000 });
    } finally {
      await broker.close();
    }
  },
};

/** @param {{ events: number, warm: number, env: object, targetMs: number }} options `warm`: events */
async function timed({ events, warm, env, targetMs }) {
  const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
  const product = await startProduct({ dir: join(dir, 'product'), env });
  try {
    const pending = new Map();
    const took = [];
    const sending = send(product.httpUrl, events, pending);
    const seconds = await watch(product, sending, pending, took);
    await untilSettled(product);
    await check(product, events / eventsPerBody);
    const cold = took.filter(([order]) => order < warm / eventsPerBody);
    const counted = took.filter(([order]) => order >= warm / eventsPerBody);
    const figures = (some) => some.map(([, ms]) => ms).sort((a, b) => a - b);
    return result(figures(counted), figures(cold), events / seconds, targetMs);
  } finally {
    await product.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Bodies at their times, whatever the answers take; notes each order when its 202 has come. */
async function send(url, events, pending) {
  const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
  const startedAt = performance.now();
  const answers = [];
  for (let body = 0; body * eventsPerBody < events; body++) {
    const lateMs = performance.now() - startedAt - body * everyMs;
    if (lateMs < 0) await wait(-lateMs);
    const request = { method: 'POST', headers, body: JSON.stringify(bodyOf(body)) };
    answers.push(
      accepted(`${url}/v1/events`, request).then(() => pending.set(`o-${body}`, performance.now())),
    );
  }
  await Promise.all(answers);
  return (performance.now() - startedAt) / 1_000;
}

/** Resolves with the 202; while the log can't take it (503) it is sent again, as a producer does. */
async function accepted(url, request) {
  for (;;) {
    const answer = await fetch(url, request);
    const told = await answer.json();
    if (told.accepted === eventsPerBody) return;
    if (answer.status !== 503) throw new Error(`${answer.status}: ${JSON.stringify(told)}`);
    await wait(askEveryMs);
  }
}

/** Nine clicks of the person who then buys. */
function bodyOf(body) {
  const identifiers = { user_id: `u-${body}` };
  const clicks = Array.from({ length: eventsPerBody - 1 }, (_, at) => ({
    event_id: `c-${body}-${at}`,
    type: 'click',
    occurred_at: new Date(Date.now() - (at + 1) * 60_000).toISOString(),
    identifiers,
    platform: 'mastodon',
    medium: 'social',
  }));
  const order = { order_id: `o-${body}`, total: '100.01', currency: 'EUR' };
  return [...clicks, { event_id: `p-${body}`, type: 'purchase', identifiers, order }];
}

async function watch(product, sending, pending, took) {
  let seconds = null;
  const sent = sending.then((value) => {
    seconds = value;
  });
  let changedAt = performance.now();
  while (seconds === null || pending.size > 0) {
    await Promise.race([wait(askEveryMs), sent.then(() => wait(askEveryMs))]);
    const ids = [...pending.keys()];
    if (ids.length === 0) continue;
    const list = ids.map((id) => `'${id}'`).join();
    const seen = await product.sql(
      `SELECT DISTINCT order_id FROM credits_current WHERE order_id IN (${list})`,
    );
    const now = performance.now();
    if (seen.length > 0) changedAt = now;
    if (now - changedAt > waitMsMax) throw new Error(`${ids.length} orders were never seen`);
    for (const { order_id } of seen) {
      took.push([Number(order_id.slice('o-'.length)), now - pending.get(order_id)]);
      pending.delete(order_id);
    }
  }
  return seconds;
}

async function check({ sql }, orders) {
  const [found] = await sql(
    `SELECT uniqExact(order_id) AS orders, sum(credit) AS credit FROM credits_current
      WHERE model = 'linear'`,
  );
  if (found.orders !== orders || found.credit !== orders * net) {
    throw new Error(`${found.orders} orders, credit ${found.credit}`);
  }
}

function result(took, cold, perSecond, targetMs) {
  const [p50, p99] = [percentile(took, 50), percentile(took, 99)];
  const met = p99 <= targetMs;
  return {
    figures: { perSecond, p50, p99, max: took.at(-1), orders: took.length, target: targetMs, met },
    lines: [
      `${took.length} orders at ${perSecond.toFixed(0)} events/s: median ${p50.toFixed(0)} ms, ` +
        `p99 ${p99.toFixed(0)} ms, longest ${took.at(-1).toFixed(0)} ms`,
      ...(cold.length === 0
        ? []
        : [
            `before, while it warmed up: median ${percentile(cold, 50).toFixed(0)} ms, ` +
              `p99 ${percentile(cold, 99).toFixed(0)} ms`,
          ]),
      `target ${targetMs} ms (p99): ${met ? 'met' : 'MISSED'}`,
    ],
    profile: null,
  };
}
