/** The Kafka Streams program of `kafka-streams/`: built by Maven, run as a process. */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readTopic } from '@rosi/streams-kafka/testing';
import { partitions } from './kafka-stand.mjs';
import { same } from './ledger-check.mjs';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('./kafka-streams/', import.meta.url));
const schemas = fileURLToPath(new URL('../../schemas/', import.meta.url));
/** Commits come every 100 ms: after so long nothing is under way between two hops. */
const quietMs = 2_000;
const buildMsMax = 300_000;
const header = { none: 0, confluent: 5 };

export async function buildRival() {
  const copy = ['dependency:copy-dependencies', '-DoutputDirectory=target/lib'];
  const goals = ['-q', '-B', 'package', ...copy, '-DincludeScope=runtime'];
  await run('mvn', goals, { cwd: folder, timeout: buildMsMax });
}

export async function startRival({ kafka, topic, dir, prefix }) {
  const headerBytes = await headerOf(kafka, topic);
  const classPath = [join(folder, 'target', 'classes'), join(folder, 'target', 'lib', '*')];
  const places = [dir, schemas, String(headerBytes)];
  const program = ['rosi.benchmark.Main', kafka.brokers.join(), topic, prefix, String(partitions)];
  const quietLog = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const child = spawn(
    'java',
    ['-Xmx1g', quietLog, '-cp', classPath.join(':'), ...program, ...places],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((done) => child.once('exit', done));
  let told = { collected: 0, all: -1, cpuSeconds: 0, at: performance.now() };
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const [collected, all, cpuNanos] = line.split(' ').map(Number);
      told = { collected, all, cpuSeconds: cpuNanos / 1e9, at: performance.now() };
    }
  });
  return {
    /** As of the last record that it has handled: what it costs to wait is not counted. */
    told: () => told,
    async untilDone(collected) {
      while (told.collected < collected || performance.now() - told.at < quietMs) {
        if (child.exitCode !== null) throw new Error(`Kafka Streams ended with ${child.exitCode}`);
        await wait(100);
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A record that begins with a zero byte is framed as Confluent's clients do. */
async function headerOf(kafka, topic) {
  const [first] = await readTopic(kafka, topic, 1);
  return first.value[0] === 0 ? header.confluent : header.none;
}

/** Orders and their net by currency, and each model's credits, against what the generator knows. */
export async function checkRival(kafka, prefix, expected) {
  const orders = new Map();
  for (const { key, value } of await readTopic(kafka, `${prefix}ledger-orders`, partitions)) {
    orders.set(String(key), readOrder(value));
  }
  const all = [...orders.values()];
  for (const [currency, wanted] of Object.entries(expected.money)) {
    const those = all.filter((order) => order.currency === currency);
    const sum = (figure) => those.reduce((total, order) => total + figure(order), 0);
    same(`orders ${currency}`, those.length, wanted.orders);
    same(
      `net ${currency}`,
      sum(({ net }) => net),
      wanted.net,
    );
    for (const model of ['last_touch', 'linear', 'position_based', 'time_decay']) {
      same(
        `credit ${currency} ${model}`,
        sum(({ credits }) => credits.get(model) ?? 0),
        wanted.net,
      );
    }
  }
}

/** As `Identifiers.java` writes it. */
function readOrder(bytes) {
  let at = 0;
  const text = () => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.toString('utf8', at - length, at);
  };
  const long = () => {
    at += 8;
    return Number(bytes.readBigInt64BE(at - 8));
  };
  text(); // the person
  const currency = text();
  long(); // the gross
  const net = long();
  const credits = new Map();
  let left = bytes.readInt32BE(at);
  at += 4;
  for (; left > 0; left--) {
    const model = text();
    text(); // the touchpoint
    credits.set(model, (credits.get(model) ?? 0) + long());
    long(); // the share
  }
  return { currency, net, credits };
}
