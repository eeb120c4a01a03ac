/**
 * The collector's edge beside the whole pipeline, as `rosi start` runs it: redirects of tracked links, a
 * minute of pixel hits, ten thousand idle connections with slow clients among them, and a flood on one
 * key beside another key. Each part checks first that what was answered is what the tables have.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClient } from './client.mjs';
import { secretKey, startProduct, untilSettled } from './product.mjs';
import { profileText, readProfiles } from './profile.mjs';

const writeKey = 'wk_benchmark_write_0123456789';
const many = 60_000;
const warmSeconds = 3;
const targets = { ownMs: 5, hitsPerSecond: 5_000, otherKeyMs: 100 };

/** Each part, and the line that tells it. Its `size` is 1, or less for a quick look. */
const parts = {
  links: [measureLinks, linksLine],
  hits: [measureHits, hitsLine],
  idle: [measureIdle, idleLine],
  flood: [measureFlood, floodLine],
  'wide-flood': [(product) => measureFlood(product, { addresses: many }), floodLine],
};
export const edgeParts = Object.keys(parts);

export const edge = {
  name: 'edge',
  title: 'redirects, pixel hits, idle connections and floods, beside the whole pipeline',
  defaultEvents: targets.hitsPerSecond * 60,
  async run({ events, part, profile, say }) {
    const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
    const profileDir = profile ? join(dir, 'profiles') : null;
    const env = { ROSI_WRITE_KEY: writeKey, ROSI_TRUSTED_PROXIES: '127.0.0.1' };
    const product = await startProduct({ dir: join(dir, 'product'), profileDir, env });
    try {
      const size = Math.min(1, events / edge.defaultEvents);
      const figures = {};
      for (const name of part.length === 0 ? edgeParts : part) {
        const [measure, lineOf] = parts[name];
        figures[name] = await measure(product, { size });
        say(lineOf(figures[name]));
      }
      await product.stop();
      const told = profileDir === null ? null : profileText(readProfiles(profileDir));
      return { figures, lines: [], profile: told };
    } finally {
      await product.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

let agentsFrom = 0;

/** Visitors and ids differ from run to run: none is a repeat of another's. */
async function load(product, options) {
  const shared = { url: product.httpUrl, key: writeKey, addresses: many, agentsFrom };
  agentsFrom += 10_000_000;
  const client = await startClient('./edge-client.mjs', { ...shared, ...options });
  return client.run();
}

async function measureLinks(product, { size }) {
  await api(product, '/v1/links', { link_id: 'shoes', url: 'https://shop.example/shoes' });
  const options = { kind: 'click', perSecond: 1_000, connections: 64 };
  await load(product, { ...options, seconds: warmSeconds });
  const before = await ownTimes(product, '/l/:link_id');
  const watched = product.watch();
  const seconds = Math.max(2, 20 * size);
  const { clicks, ...measured } = await load(product, { ...options, seconds });
  const cpu = watched.end();
  const own = withinMs(before, await ownTimes(product, '/l/:link_id'), targets.ownMs);
  expectAll('redirect', measured, 302);
  await untilSettled(product);
  const kept = await product.sql(
    "SELECT substring(touchpoint_id, 7) AS id FROM touchpoints_current WHERE link_id = 'shoes'",
  );
  const ids = new Set(kept.map(({ id }) => id));
  const lost = clicks.filter((id) => id === null || !ids.has(id)).length;
  if (lost > 0) {
    throw new Error(`${lost} answered clicks of ${clicks.length} are not in the tables`);
  }
  return { ...measured, own, cpu };
}

async function measureHits(product, { size }) {
  const perSecond = targets.hitsPerSecond;
  const options = { kind: 'hit', perSecond, connections: 256 };
  await load(product, { ...options, seconds: warmSeconds });
  await untilSettled(product);
  const before = await stored(product);
  const watched = product.watch();
  const startedAt = Date.now();
  const seconds = (edge.defaultEvents * size) / perSecond;
  const { clicks: _, ...measured } = await load(product, { ...options, seconds });
  const accepting = watched.end();
  const { stages } = await product.status();
  const drained = product.watch();
  const sentAt = Date.now();
  const settledAt = await untilSettled(product);
  expectAll('hit', measured, 202);
  const after = await stored(product);
  if (after - before !== measured.answered) {
    throw new Error(`${measured.answered} hits were accepted, the tables have ${after - before}`);
  }
  return {
    ...measured,
    sentSeconds: (sentAt - startedAt) / 1_000,
    backlog: Object.fromEntries(stages.map(({ name, lag }) => [name, lag])),
    drainSeconds: (settledAt - sentAt) / 1_000,
    cpu: accepting,
    drainCpu: drained.end(),
  };
}

/** Ten thousand that say nothing, two hundred that send a byte a second; visitors beside them. */
async function measureIdle(product, { size }) {
  const idle = { silent: Math.max(500, 10_000 * size), slow: 200 };
  const shared = { url: product.httpUrl, key: writeKey, addresses: many, agentsFrom: 0 };
  const holder = await startClient('./edge-client.mjs', { ...shared, kind: 'idle', idle });
  const watched = product.watch();
  const { clicks: _, ...measured } = await load(product, {
    ...{ kind: 'hit', perSecond: 500, connections: 32, seconds: Math.max(3, 15 * size) },
  });
  const cpu = watched.end();
  const held = await holder.run();
  expectAll('hit beside idle connections', measured, 202);
  if (held.open < idle.silent + idle.slow || held.slow < idle.slow) {
    throw new Error(`not all connections were still open: ${JSON.stringify(held)}`);
  }
  await untilSettled(product);
  return { ...measured, ...held, cpu };
}

/** One key from one address or from many, as fast as it can; another key's visitors from everywhere. */
async function measureFlood(product, { addresses = 1 }) {
  const made = await api(product, '/v1/keys', { kind: 'write', name: 'flood' });
  // Long enough to use up what an address may send at once, on a slow machine too.
  const seconds = 20;
  const other = { kind: 'hit', perSecond: 100, connections: 16 };
  const alone = await load(product, { ...other, seconds: 5 });
  const flooding = load(product, {
    ...{ kind: 'hit', perSecond: 20_000, connections: 200, seconds: seconds + 2 },
    ...{ key: made.key, addresses, impatient: true },
  });
  const watched = product.watch();
  const beside = await load(product, { ...other, seconds });
  const cpu = watched.end();
  const flood = await flooding;
  expectAll('hit of another key', beside, 202);
  const { 202: accepted = 0, 429: refused = 0 } = flood.statuses;
  if (accepted + refused !== flood.answered) {
    throw new Error(`the flood was answered otherwise: ${JSON.stringify(flood.statuses)}`);
  }
  await untilSettled(product);
  const { clicks: _, ...measured } = beside;
  return {
    ...measured,
    cpu,
    floodAddresses: addresses,
    aloneP99: alone.p99,
    flood: flood.statuses,
    floodPerSecond: flood.perSecond,
    floodCpuSeconds: flood.cpuSeconds,
  };
}

function expectAll(what, { sent, statuses, broken }, status) {
  if (statuses[status] === sent && Object.keys(broken).length === 0) return;
  throw new Error(`not every ${what} was answered: ${JSON.stringify({ sent, statuses, broken })}`);
}

async function stored(product) {
  const [row] = await product.sql(
    "SELECT uniqExact(event_id) AS n FROM events WHERE type = 'page'",
  );
  return row.n;
}

async function api(product, path, body) {
  const response = await fetch(product.httpUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** The collector's own histogram of a route: answers by their upper bound in seconds. */
async function ownTimes(product, route) {
  const text = await (await fetch(`${product.httpUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.includes(`route="${route}"`));
  return new Map(
    lines.flatMap((line) => {
      const found = /_bucket\{.*le="([^"]+)".*\} (\d+)/.exec(line);
      return found === null
        ? []
        : [[Number(found[1].replace('+Inf', 'Infinity')), Number(found[2])]];
    }),
  );
}

function withinMs(before, after, ms) {
  const count = (bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0);
  return { answers: count(Infinity), within: count(ms / 1_000), withinOneMs: count(0.001) };
}

const ms = (value) => `${value.toFixed(1)} ms`;
const share = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`;

/** Where CPU went meanwhile, the client's included: it is on the same cores. */
const cpuText = (cpu, clientSeconds) =>
  `CPU: ${cpu.threads
    .filter(({ seconds }) => seconds > 0)
    .map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`)
    .join(', ')}, ClickHouse ${cpu.clickhouseSeconds.toFixed(1)} s, ` +
  `client ${clientSeconds.toFixed(1)} s`;

function linksLine({ perSecond, p50, p99, own, cpu, cpuSeconds }) {
  return (
    `redirects: ${perSecond.toFixed(0)}/s, every click in the tables; own time within 1 ms ` +
    `${share(own.withinOneMs, own.answers)}, within ${targets.ownMs} ms ` +
    `${share(own.within, own.answers)} (target 99 %); the client saw p50 ${ms(p50)}, ` +
    `p99 ${ms(p99)}; ${cpuText(cpu, cpuSeconds)}`
  );
}

function hitsLine(told) {
  const { answered, perSecond, p50, p99, max, sentSeconds, drainSeconds } = told;
  const { cpu, drainCpu, cpuSeconds, backlog } = told;
  return (
    `pixel hits: ${answered} at ${perSecond.toFixed(0)}/s (target ${targets.hitsPerSecond}), no ` +
    `error, all in the tables; p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}; sent in ` +
    `${sentSeconds.toFixed(1)} s; ${cpuText(cpu, cpuSeconds)}\n  then waiting: ` +
    `${JSON.stringify(backlog)}, settled after further ${drainSeconds.toFixed(1)} s; ` +
    `${cpuText(drainCpu, 0)}`
  );
}

function idleLine({ open, slow, perSecond, p50, p99, cpu, cpuSeconds }) {
  return (
    `beside ${open} connections that say nothing, ${slow} of them a byte a second: ` +
    `${perSecond.toFixed(0)} hits/s, no error; p50 ${ms(p50)}, p99 ${ms(p99)}; ` +
    cpuText(cpu, cpuSeconds)
  );
}

function floodLine(told) {
  const {
    flood,
    floodAddresses,
    floodPerSecond,
    p50,
    p99,
    max,
    aloneP99,
    cpu,
    cpuSeconds,
    floodCpuSeconds,
  } = told;
  return (
    `flood on one key from ${floodAddresses} address${floodAddresses > 1 ? 'es' : ''}, ${floodPerSecond.toFixed(0)}/s answered (${JSON.stringify(flood)}): another ` +
    `key p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} (target p99 ${targets.otherKeyMs} ms; ` +
    `alone ${ms(aloneP99)}); ${cpuText(cpu, cpuSeconds + floodCpuSeconds)}`
  );
}
