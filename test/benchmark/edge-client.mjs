/**
 * A client of the edge, in a process of its own: requests at their times, whatever the answers take, over
 * kept connections; a request that had to wait for a connection is as late as it was, so that a slow
 * server doesn't look quick. Answers are counted by status; those told `collect` give their Location.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { percentile } from './probes.mjs';

const { url, kind, perSecond, seconds, connections, key, addresses, idle, agentsFrom, impatient } =
  JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const tickMs = 1;
const answerMsMax = 60_000;

/** A page as the pixel's script tells of it: an event a request, to the address that it uses. */
function hit(number) {
  const body = JSON.stringify([
    {
      event_id: `hit-${kind}-${agentsFrom + number}`,
      occurred_at: new Date().toISOString(),
      type: 'page',
      page: {
        url: `https://shop.example/p/${number % 500}?utm_source=mastodon&utm_medium=social`,
        referrer: 'https://mastodon.social/',
        title: 'A page of the shop',
      },
      visit: { starts: number % 10 === 0, kept: true, again: false },
      identifiers: { anonymous_id: `visitor-${number % 20_000}` },
      consent: { analytics: true },
    },
  ]);
  return (
    `POST /v1/events?pixel=1&write_key=${key}&sent_at=${Date.now()} HTTP/1.1\r\nhost: x\r\n` +
    'content-type: text/plain;charset=UTF-8\r\norigin: https://shop.example\r\n' +
    `user-agent: ${agent}\r\nx-forwarded-for: ${addressOf(number)}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** A visitor of his own follows a tracked link. */
function click(number) {
  return (
    `GET /l/shoes?size=${number % 50} HTTP/1.1\r\nhost: x\r\nuser-agent: ${agent} v/${agentsFrom + number}\r\n` +
    `referer: https://mastodon.social/\r\nx-forwarded-for: ${addressOf(number)}\r\n\r\n`
  );
}

const agent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/17.5 Mobile/15E148 Safari/604.1';
const addressOf = (number) => {
  const one = number % addresses;
  return `10.${(one >> 16) & 255}.${(one >> 8) & 255}.${one & 255}`;
};
const requestOf = kind === 'click' ? click : hit;

class Connection {
  constructor(onAnswer, onBroken) {
    this.text = '';
    this.startedAt = null;
    this.onAnswer = onAnswer;
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (part) => this.take(part));
    this.socket.on('error', (error) => onBroken(this, error.code ?? 'error'));
    this.socket.on('close', () => onBroken(this, 'closed'));
  }

  send(request, dueAt) {
    this.startedAt = dueAt;
    this.socket.write(request);
  }

  take(part) {
    this.text += part;
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.text.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.text.length < end + 4 + length) return;
    this.text = this.text.slice(end + 4 + length);
    const tookMs = performance.now() - this.startedAt;
    this.startedAt = null;
    this.onAnswer(this, Number(head.slice(9, 12)), tookMs, head);
  }
}

async function run() {
  const count = Math.floor(perSecond * seconds);
  const statuses = {};
  const broken = {};
  const took = [];
  const clicks = [];
  const free = [];
  let sent = 0;
  let answered = 0;
  let waiting = [];
  let served = 0;
  const give = (connection) => {
    const next = waiting[served];
    if (next !== undefined) served += 1;
    if (served > 10_000) {
      waiting = waiting.slice(served);
      served = 0;
    }
    if (next === undefined) free.push(connection);
    else connection.send(requestOf(next.number), next.dueAt);
  };
  const onAnswer = (connection, status, tookMs, head) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
    answered += 1;
    took.push(tookMs);
    if (kind === 'click') clicks.push(/rosi_click=([\w-]+)/.exec(head)?.[1] ?? null);
    give(connection);
  };
  const open = () => new Connection(onAnswer, onBroken);
  const onBroken = (connection, reason) => {
    const at = free.indexOf(connection);
    if (at >= 0) free.splice(at, 1);
    if (connection.isGone || ended) return;
    connection.isGone = true;
    if (connection.startedAt !== null) {
      broken[reason] = (broken[reason] ?? 0) + 1;
      answered += 1;
    }
    give(open());
  };
  let ended = false;
  const all = Array.from({ length: connections }, open);
  free.push(...all);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(
        count,
        Math.floor(((performance.now() - startedAt) / 1_000) * perSecond),
      );
      for (; sent < due; sent += 1) {
        const request = { number: sent, dueAt: startedAt + (sent / perSecond) * 1_000 };
        const connection = free.pop();
        if (connection === undefined) waiting.push(request);
        else connection.send(requestOf(request.number), request.dueAt);
      }
      const pastMs = performance.now() - startedAt - seconds * 1_000;
      const late = pastMs > (impatient ? 0 : answerMsMax);
      if ((sent === count && answered === count) || late) {
        clearInterval(timer);
        resolve();
      }
    }, tickMs);
  });
  ended = true;
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  took.sort((a, b) => a - b);
  return {
    sent,
    answered,
    statuses,
    broken,
    perSecond: answered / tookSeconds,
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    max: percentile(took, 100),
    tookSeconds,
    cpuSeconds: (user + system) / 1e6,
    clicks,
  };
}

/** Connections that say nothing (or a byte now and then), held until the end. */
async function holdIdle() {
  const sockets = [];
  let cut = 0;
  const wanted = idle.silent + idle.slow;
  while (sockets.length < wanted) {
    // A few at a time: the kernel lets so many wait to be taken.
    const opened = Array.from({ length: Math.min(200, wanted - sockets.length) }, async () => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on('error', () => undefined).on('close', () => (cut += 1));
      sockets.push(socket);
      await once(socket, 'connect');
    });
    await Promise.all(opened);
  }
  const slow = sockets.slice(idle.silent);
  const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n`;
  for (const socket of slow) socket.write(head);
  setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('x');
  }, 1_000).unref();
  const isOpen = ({ readyState }) => readyState === 'open';
  return () => ({ open: sockets.filter(isOpen).length, slow: slow.filter(isOpen).length, cut });
}

let held = null;
if (kind === 'idle') held = await holdIdle();
process.on('message', async () => {
  const answer = kind === 'idle' ? held() : await run();
  // Only once it is on its way: ids of clicks are many.
  process.send(answer, () => process.exit(0));
});
process.send({ ready: true });
