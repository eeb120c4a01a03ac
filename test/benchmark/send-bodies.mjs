/**
 * A client in a process of its own: sends every body of a file over a few connections, each its
 * next one once the last was answered, and tells the parent when it began, when it ended and what
 * was accepted. Run by settled.mjs and settled-ceiling.mjs.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';

const { url, path, key, file, connections } = JSON.parse(process.argv[2] ?? '{}');
const bytes = readFileSync(file);
const index = JSON.parse(readFileSync(`${file}.index.json`, 'utf8'));
let from = 0;
const bodies = index.map(({ bytes: length, type }) => {
  const body = bytes.subarray(from, from + length);
  from += length;
  return { body, type };
});
const pool = new Pool(url, { connections, pipelining: 1 });
const totals = { accepted: 0, rejected: 0, refusals: 0 };
let next = 0;

async function send({ body, type }) {
  for (;;) {
    const {
      statusCode,
      headers,
      body: answer,
    } = await pool.request({
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body,
    });
    const text = await answer.text();
    if (statusCode === 202 || statusCode === 200) {
      const { accepted, rejected } = JSON.parse(text);
      totals.accepted += accepted;
      totals.rejected += rejected.length;
      return;
    }
    if (statusCode !== 429 && statusCode !== 503) throw new Error(`${statusCode}: ${text}`);
    totals.refusals++;
    await wait(1_000 * Number(headers['retry-after'] ?? 1));
  }
}

async function worker() {
  for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await send(body);
}

// The parent starts the clock: it is ready to measure, and everything is in memory here.
process.once('message', async () => {
  const startedAt = Date.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const { user, system } = process.cpuUsage();
  await pool.close();
  process.send({ startedAt, endedAt: Date.now(), ...totals, cpuSeconds: (user + system) / 1e6 });
  process.disconnect();
});
process.send('ready');
