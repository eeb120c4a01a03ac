/** Through real sockets: what inject can't show. */
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { CollectorOptions } from './options.js';
import { type Collector, startCollector } from './start.js';
import { bearer, click, MemoryLog, optionsFor, secretKey, until } from './testing/fixture.js';

const running: Collector[] = [];
afterEach(() => Promise.all(running.splice(0).map((collector) => collector.stop())));

async function start(log: MemoryLog, more: Partial<CollectorOptions> = {}): Promise<Collector> {
  const collector = await startCollector(optionsFor(log, more));
  running.push(collector);
  return collector;
}

const headers = { ...bearer(secretKey), 'content-type': 'application/json' };

const send = (collector: Collector, events: unknown) =>
  fetch(`${collector.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(events) });

/** Everything that the server sends until it closes. */
async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('on a socket', () => {
  test('a free port is picked and told', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    expect(collector.url).toBe(`http://127.0.0.1:${collector.port}`);
    const response = await send(collector, [click('a')]);
    expect([response.status, await response.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
  });

  test("a taken port is the user's to mend", async () => {
    const { port } = await start(new MemoryLog());
    await expect(startCollector(optionsFor(new MemoryLog(), { port }))).rejects.toMatchObject({
      code: 'ROSI_ADDRESS_UNAVAILABLE',
      exitCode: 2,
      message: expect.stringContaining('ROSI_HTTP_PORT'),
    });
  });

  test('a body of unknown length is taken in pieces', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    const body = Readable.from([
      '[',
      JSON.stringify(click('a')),
      ',',
      JSON.stringify(click('b')),
      ']',
    ]);
    const options = { method: 'POST', headers, body, duplex: 'half' } as unknown as RequestInit;
    const response = await fetch(`${collector.url}/v1/events`, options);
    expect(response.status).toBe(202);
    expect(log.events).toHaveLength(2);
  });

  test('a client with too large a body gets its 413, not a broken connection', async () => {
    const collector = await start(new MemoryLog());
    const body = ' '.repeat(12_000_000);
    const url = `${collector.url}/v1/events`;
    const stated = await fetch(url, { method: 'POST', headers, body });
    expect(stated.status).toBe(413);
    const stream = Readable.from([body]);
    const options = {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half',
    } as unknown as RequestInit;
    expect((await fetch(url, options)).status).toBe(413);
    expect((await send(collector, click('a'))).status).toBe(202);
  });

  test('a client that goes away while sending leaves nothing behind', async () => {
    const log = new MemoryLog();
    const collector = await start(log, { limits: { inFlightBytesMax: 1_000 } });
    const socket = connect(collector.port, '127.0.0.1');
    const head = `authorization: Bearer ${secretKey}\r\ncontent-type: application/json`;
    const text = JSON.stringify(click('a'));
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: x\r\n${head}\r\ncontent-length: 900\r\n\r\n${text}`,
    );
    const inFlight = async () =>
      (await (await fetch(`${collector.url}/metrics`)).text()).match(/in_flight_bytes (\d+)/)?.[1];
    while ((await inFlight()) !== '900') await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while ((await inFlight()) !== '0') await new Promise((resolve) => setImmediate(resolve));
    expect(log.events).toEqual([]);
    expect((await send(collector, click('b'))).status).toBe(202);
  });

  test('what is no HTTP is answered in the same shape', async () => {
    const collector = await start(new MemoryLog());
    const socket = connect(collector.port, '127.0.0.1');
    socket.write('hello\r\n\r\n');
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      error: { code: 'bad_request' },
    });
  });
});

describe('a stop', () => {
  test('lets requests under way finish, loses nothing accepted, and closes', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    log.hold();
    const answers = ['a', 'b', 'c'].map((id) => send(collector, click(id)));
    await until(() => log.appends === 3);
    let stopped = false;
    const stop = collector.stop().then(() => {
      stopped = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    log.release();
    const statuses = (await Promise.all(answers)).map((response) => response.status);
    expect(statuses).toEqual([202, 202, 202]);
    await stop;
    expect(log.events.map((event) => event.eventId).sort()).toEqual(['a', 'b', 'c']);
    await expect(fetch(`${collector.url}/health/live`)).rejects.toThrow();
  });

  test('under load, the log holds every event that was answered 202', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    const accepted: string[] = [];
    let next = 0;
    let refused = 0;
    async function client(): Promise<void> {
      while (refused < 8) {
        const id = `e${next++}`;
        try {
          const response = await send(collector, click(id));
          await response.arrayBuffer();
          if (response.status === 202) accepted.push(id);
          else refused += 1;
        } catch {
          refused += 1;
        }
      }
    }
    const clients = Array.from({ length: 8 }, client);
    await until(() => accepted.length > 200);
    await collector.stop();
    await Promise.all(clients);
    const stored = new Set(log.events.map((event) => event.eventId));
    expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  });

  test('a request that comes on an open connection is told to come again', async () => {
    const log = new MemoryLog();
    const collector = await start(log);
    log.hold();
    const socket = connect(collector.port, '127.0.0.1');
    const head = `host: x\r\nauthorization: Bearer ${secretKey}\r\ncontent-type: application/json`;
    const one = `POST /v1/events HTTP/1.1\r\n${head}\r\ncontent-length: 2\r\n\r\n`;
    const text = JSON.stringify(click('a'));
    socket.write(`${one.replace('length: 2', `length: ${text.length}`)}${text}`);
    await until(() => log.appends === 1);
    const stop = collector.stop();
    socket.write(`${one}[]`); // Pipelined behind the first, whose connection can't be idle yet.
    log.release();
    const answers = await readAll(socket);
    expect(answers).toMatch(/^HTTP\/1\.1 202 /);
    expect(answers.match(/HTTP\/1\.1 (\d+)/g)?.slice(1)).not.toContain('HTTP/1.1 202');
    expect(answers).toMatch(/connection: close/i);
    await stop;
    expect(log.appends).toBe(1);
  });

  test('is one stop for all who ask, and does not wait for a stuck client for ever', async () => {
    const collector = await start(new MemoryLog(), { limits: { stopTimeoutMs: 50 } });
    const socket = connect(collector.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const head = `authorization: Bearer ${secretKey}\r\ncontent-type: application/json`;
    socket.write(`POST /v1/events HTTP/1.1\r\nhost: x\r\n${head}\r\ncontent-length: 9\r\n\r\n[`);
    while (
      !(await (await fetch(`${collector.url}/metrics`)).text()).includes('in_flight_bytes 9')
    ) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const first = collector.stop();
    expect(collector.stop()).toBe(first);
    await first;
  });
});
