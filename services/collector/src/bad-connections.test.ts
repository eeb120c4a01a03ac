/**
 * Clients that are slow, stuck, or send what is no request, on real sockets. Each gets its answer
 * and is cut off; other clients notice nothing, and no reserved byte stays behind.
 */
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { CollectorOptions } from './options.js';
import { type Collector, startCollector } from './start.js';
import { bearer, click, MemoryLog, optionsFor, secretKey, writeKey } from './testing/fixture.js';

const running: Collector[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((collector) => collector.stop()));
});

async function start(log: MemoryLog, more: Partial<CollectorOptions> = {}): Promise<Collector> {
  const collector = await startCollector(optionsFor(log, more));
  running.push(collector);
  return collector;
}

/** A client that never closes its side by itself. */
function open(collector: Collector): Socket {
  const socket = connect({ port: collector.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined); // Being cut off is what these tests are about.
  sockets.push(socket);
  return socket;
}

/** What the server sends until it ends or cuts the connection. */
function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    socket.once('end', () => resolve(text)).once('close', () => resolve(text));
  });
}

const head = (...lines: readonly string[]) =>
  [
    'POST /v1/events HTTP/1.1',
    'host: x',
    `authorization: Bearer ${secretKey}`,
    'content-type: application/json',
    ...lines,
    '\r\n',
  ].join('\r\n');

/** Status and code of a failure, which has the one shape that failures have. */
function failureIn(answer: string): readonly [number, string] {
  const [top = '', body = ''] = answer.split('\r\n\r\n');
  const { error } = JSON.parse(body) as { error: { code: string; message: string } };
  expect(error.message).toMatch(/./);
  return [Number(top.split(' ')[1]), error.code];
}

const headers = { ...bearer(secretKey), 'content-type': 'application/json' };
const post = (collector: Collector, body: string | Uint8Array<ArrayBuffer>, more = {}) =>
  fetch(`${collector.url}/v1/events`, { method: 'POST', headers: { ...headers, ...more }, body });
const send = (collector: Collector, event: unknown) => post(collector, JSON.stringify(event));

async function inFlight(collector: Collector): Promise<number> {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  return Number(/in_flight_bytes (\d+)/.exec(text)?.[1]);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a client that stalls', () => {
  const limits = { requestTimeoutMs: 1_000 };

  test.each([
    ['amid its headers', 'POST /v1/events HTTP/1.1\r\nhost: x\r\nauthor'],
    ['before its body', head('content-length: 900')],
    ['amid its body', `${head('content-length: 900')}[{"type":"click","event_id":"stalled"},`],
    ['amid a chunk', `${head('transfer-encoding: chunked')}ff\r\n[{"type":"click"},`],
    ['between chunks', `${head('transfer-encoding: chunked')}2\r\n[]\r\n`],
    ['amid a compressed body', `${head('content-length: 90', 'content-encoding: gzip')}\x1f\x8b`],
  ])('%s gets 408 and is cut off, though it never closes', async (_name, sent) => {
    const log = new MemoryLog();
    const collector = await start(log, { limits });
    const socket = open(collector);
    socket.write(sent, 'latin1');
    expect(failureIn(await answerOn(socket))).toEqual([408, 'request_timeout']);
    await until(async () => (await inFlight(collector)) === 0);
    expect(log.events).toEqual([]);
    expect((await send(collector, click('next'))).status).toBe(202);
  });

  test('gives back what was reserved for it: others are taken again', async () => {
    const log = new MemoryLog();
    const collector = await start(log, {
      limits: { requestTimeoutMs: 3_000, inFlightBytesMax: 10_000_000 },
    });
    for (let stuck = 0; stuck < 2; stuck += 1) {
      open(collector).write(`${head('transfer-encoding: chunked')}1\r\n[\r\n`);
    }
    await until(async () => (await inFlight(collector)) === 10_000_000);
    expect((await send(collector, click('meanwhile'))).status).toBe(503);
    await until(async () => (await send(collector, click('afterwards'))).status === 202);
    expect(log.events.map((event) => event.eventId)).toEqual(['afterwards']);
  });

  test('holds no more than the share of its address: others are served meanwhile', async () => {
    const log = new MemoryLog();
    const collector = await start(log, {
      trustedProxies: ['127.0.0.1'],
      limits: { inFlightBytesMax: 20_000_000, addressBytesMax: 10_000_000 },
    });
    const stalled = `POST /v1/events?write_key=${writeKey} HTTP/1.1\r\nhost: x\r\n`;
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const here = 'x-forwarded-for: 203.0.113.1\r\ncontent-type: text/plain\r\n';
    const sockets = Array.from({ length: 20 }, () => open(collector));
    for (const socket of sockets) {
      socket.write(`${stalled}${here}transfer-encoding: chunked\r\n\r\n1\r\n[\r\n`);
    }
    await until(async () => (await inFlight(collector)) === 10_000_000);
    const body = JSON.stringify(click('meanwhile'));
    const own = { authorization: `Bearer ${writeKey}` };
    const same = await post(collector, body, { ...own, ...from('203.0.113.1') });
    expect([same.status, same.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await post(collector, body, { ...own, ...from('203.0.113.2') })).status).toBe(202);
    for (const socket of sockets) socket.destroy();
    await until(
      async () => (await post(collector, body, { ...own, ...from('203.0.113.1') })).status === 202,
    );
  });

  test('whatever became of a request, its share is given back', async () => {
    const collector = await start(new MemoryLog(), { limits: { addressBytesMax: 1 } });
    const own = { authorization: `Bearer ${writeKey}` };
    for (let round = 0; round < 3; round += 1) {
      expect((await post(collector, JSON.stringify(click('taken')), own)).status).toBe(202);
      expect((await post(collector, '{', own)).status).toBe(400);
      expect((await post(collector, 'x'.repeat(5_000_001), own)).status).toBe(413);
    }
  });

  test('and others beyond the number of connections are closed, and nobody else', async () => {
    const collector = await start(new MemoryLog(), { limits: { connectionsMax: 3 } });
    const silent = [open(collector), open(collector)];
    await until(async () => (await fetch(`${collector.url}/health/live`)).status === 200);
    const refused = open(collector);
    expect(await answerOn(refused)).toBe('');
    expect((await send(collector, click('next'))).status).toBe(202);
    expect(silent.every((socket) => !socket.destroyed)).toBe(true);
  });

  test('byte by byte, yet in time, is served', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    const socket = open(collector);
    const answer = answerOn(socket);
    const body = JSON.stringify(click('drip'));
    for (const byte of `${head('connection: close', `content-length: ${body.length}`)}${body}`) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(log.events).toHaveLength(1);
  });
});

describe('what is no request', () => {
  test.each([
    ['one huge header', head(`x: ${'a'.repeat(40_000)}`), 431, 'headers_too_large'],
    ['thousands of headers', head(...Array(5_000).fill('x: aaaa')), 431, 'headers_too_large'],
    ['a huge address', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n`, 431, 'headers_too_large'],
    ['two lengths', head('content-length: 2', 'content-length: 3'), 400, 'bad_request'],
    [
      'a length and chunks',
      head('content-length: 2', 'transfer-encoding: chunked'),
      400,
      'bad_request',
    ],
    ['a negative length', head('content-length: -2'), 400, 'bad_request'],
    ['a length that is no number', head('content-length: 1e3'), 400, 'bad_request'],
    ['a broken chunk', `${head('transfer-encoding: chunked')}zz\r\n[]\r\n`, 400, 'bad_request'],
    ['NUL in a header', head('x: a\0b'), 400, 'bad_request'],
    ['a method that is none', 'SHOUT /v1/events HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad_request'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400, 'bad_request'],
  ])('%s is refused', async (_name, sent, status, code) => {
    const log = new MemoryLog();
    const collector = await start(log);
    const socket = open(collector);
    const answer = answerOn(socket);
    socket.write(sent, 'latin1');
    expect(failureIn(await answer)).toEqual([status, code]);
    expect((await send(collector, click('next'))).status).toBe(202);
    expect(log.events).toHaveLength(1);
  });
});

test('a refused connection is gone, though the client never closes its side', async () => {
  const collector = await start(new MemoryLog());
  const socket = open(collector);
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.write('hello\r\n\r\n');
  expect(failureIn(await answerOn(socket))).toEqual([400, 'bad_request']);
  // Only a write tells a client that the other side is gone for good, not only done with sending.
  const writing = setInterval(() => socket.write('x'), 10);
  await gone;
  clearInterval(writing);
});

describe('memory', () => {
  test('stays bounded under bombs and bodies without an end, many at once', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(200_000_000, ' ')));
    const before = process.memoryUsage.rss();
    const bombs = Array.from({ length: 40 }, () =>
      post(collector, bomb, { 'content-encoding': 'gzip' }),
    );
    const endless = Array.from({ length: 10 }, () => {
      const socket = open(collector);
      const answer = answerOn(socket);
      socket.write(head('connection: close', 'transfer-encoding: chunked'));
      for (let chunk = 0; chunk < 100; chunk += 1) {
        socket.write(`186a0\r\n${' '.repeat(100_000)}\r\n`);
      }
      socket.write('0\r\n\r\n');
      return answer;
    });
    const statuses = (await Promise.all(bombs)).map((response) => response.status);
    expect(new Set(statuses).has(413)).toBe(true);
    expect(statuses.filter((status) => status !== 413 && status !== 503)).toEqual([]);
    for (const answer of await Promise.all(endless)) {
      expect(answer).toMatch(/^HTTP\/1\.1 (413|503) /);
    }
    // Unbounded, the bombs alone would be 8 GB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(1_000_000_000);
    expect(await inFlight(collector)).toBe(0);
    expect((await send(collector, click('next'))).status).toBe(202);
    expect(log.events).toHaveLength(1);
  });
});
