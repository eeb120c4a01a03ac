/**
 * Whatever is sent to the collector's real HTTP route: never a 5xx, never a hang, always a
 * well-formed answer that counts every event sent; what is accepted reads as it was written and the
 * stitcher bears it. See budget.ts for longer runs and other seeds.
 */
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Collector } from '@rosi/collector';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { secretKey, writeKey } from '../../services/collector/src/testing/fixture.js';
import { budget, timeoutMs } from './budget.js';
import { CheckingLog, startCollecting, stitch } from './collecting.js';
import { type Damage, damage, eventText } from './hostile.js';

let collector: Collector | null = null;
afterEach(async () => {
  await collector?.stop();
  collector = null;
});

const encoders = {
  identity: (bytes: Buffer): Buffer => bytes,
  gzip: (bytes: Buffer): Buffer => gzipSync(bytes),
  deflate: (bytes: Buffer): Buffer => deflateSync(bytes),
  br: (bytes: Buffer): Buffer => brotliCompressSync(bytes),
};
const formats = {
  array: { type: 'application/json', write: (texts: readonly string[]) => `[${texts.join(',')}]` },
  lines: { type: 'application/x-ndjson', write: (texts: readonly string[]) => texts.join('\n') },
  crlf: { type: 'application/ndjson', write: (texts: readonly string[]) => texts.join('\r\n\r\n') },
};
const oneOf = <T extends object>(choices: T) =>
  fc.constantFrom(...(Object.keys(choices) as (keyof T)[]));
const few = <T>(each: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(each, { minLength: 1, maxLength: 3 }) },
  );

const request = fc.record({
  texts: fc.array(eventText, { minLength: 1, maxLength: 12 }),
  format: oneOf(formats),
  encoding: oneOf(encoders),
  key: fc.constantFrom(secretKey, secretKey, writeKey),
  beforeEncoding: few(damage),
  afterEncoding: few(damage),
  gpc: fc.boolean(),
  agent: fc.constantFrom('', 'Googlebot/2.1', 'x'.repeat(4_000)),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

const damagedBy = (damages: readonly Damage[], bytes: Buffer): Buffer =>
  damages.reduce((damaged, apply) => apply(damaged), bytes);

const plainOf = ({ texts, format, beforeEncoding }: Request): Buffer =>
  damagedBy(beforeEncoding, Buffer.from(formats[format].write(texts)));

const bodyOf = (sent: Request): Buffer =>
  damagedBy(sent.afterEncoding, encoders[sent.encoding](plainOf(sent)));

/** How many events a body that was taken holds, counted without the collector. */
function eventsIn(sent: Request): number {
  const text = plainOf(sent).toString('utf8');
  if (sent.format !== 'array') return text.split('\n').filter((line) => line.trim() !== '').length;
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.length : 1;
}

async function send(to: Collector, sent: Request) {
  const response = await fetch(`${to.url}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${sent.key}`,
      'content-type': formats[sent.format].type,
      'content-encoding': sent.encoding,
      'user-agent': sent.agent,
      ...(sent.gpc ? { 'sec-gpc': '1' } : {}),
    },
    body: new Uint8Array(bodyOf(sent)),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

interface Verdict {
  readonly accepted: number;
  readonly rejected: readonly {
    readonly index: number;
    readonly event_id: string | null;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Checks the shape of a 202, and answers how many events it speaks of. */
function eventsTold(body: unknown): number {
  const { accepted, rejected } = body as Verdict;
  expect(Object.keys(body as object).sort()).toEqual(['accepted', 'rejected']);
  expect(Number.isSafeInteger(accepted) && accepted >= 0).toBe(true);
  const indexes = rejected.map(({ index }) => index);
  expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
  for (const { code, message, event_id: id } of rejected) {
    expect(code).toMatch(/^[a-z][a-z_0-9]+$/);
    expect(message).toMatch(/^[A-Z"].*\.$/s);
    expect(id === null || typeof id === 'string').toBe(true);
  }
  return accepted + rejected.length;
}

function checkFailure(status: number, body: unknown): void {
  expect([400, 413, 415]).toContain(status);
  expect(body).toEqual({
    error: { code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\.$/) },
  });
}

describe('the events route', () => {
  it(
    'answers mutated events one by one, and what it accepts can be stitched',
    async () => {
      const log = new CheckingLog();
      const collecting = await startCollecting(log);
      collector = collecting;
      let accepted = 0;
      let rejected = 0;
      await fc.assert(
        fc.asyncProperty(request, async (sent) => {
          log.take();
          const { status, body } = await send(collecting, sent);
          const events = log.take();
          const whole = sent.beforeEncoding.length + sent.afterEncoding.length === 0;
          if (status === 202) {
            const told = eventsTold(body);
            if (whole) expect(told).toBe(sent.texts.length);
            if (sent.afterEncoding.length === 0) expect(told).toBe(eventsIn(sent));
            expect((body as Verdict).accepted).toBe(events.length);
            accepted += events.length;
            rejected += told - events.length;
          } else {
            checkFailure(status, body);
            // Undamaged lines always hold JSON, and an array of it is JSON.
            expect(whole).toBe(false);
            expect(events).toEqual([]);
          }
          expect(log.problems).toEqual([]);
          stitch(events);
        }),
        budget(400),
      );
      // Else the mutations have become too rough, or too tame, to teach anything.
      expect(accepted).toBeGreaterThan(rejected / 3);
      expect(rejected).toBeGreaterThan(accepted / 10);
    },
    timeoutMs,
  );

  it(
    'answers any bytes on a connection, and closes it',
    async () => {
      const log = new CheckingLog();
      // So short that stuck ones don't hold up the test; on a slow machine 408 is an answer too.
      const collecting = await startCollecting(log, { requestTimeoutMs: 200 });
      collector = collecting;
      const damaged = fc.tuple(eventText, fc.array(damage, { maxLength: 4 }));
      await fc.assert(
        fc.asyncProperty(fc.array(damaged, { minLength: 1, maxLength: 24 }), async (all) => {
          const sent = all.map(([text, damages]) => damagedBy(damages, httpRequest(text)));
          const answers = await Promise.all(sent.map((bytes) => answerTo(collecting, bytes)));
          for (const answer of answers) {
            expect(answer).toMatch(/^$|^HTTP\/1\.1 [234]\d\d [A-Z]/);
            expect(answer).not.toMatch(/HTTP\/1\.1 5\d\d |\bat .*:\d+:\d+/);
          }
          expect(log.problems).toEqual([]);
          stitch(log.take());
        }),
        budget(25),
      );
      let status = 0;
      while (status !== 202) {
        const answer = await answerTo(collecting, httpRequest('{"type":"click"}'));
        status = Number(answer.split(' ')[1]);
      }
      const metrics = await (await fetch(`${collecting.url}/metrics`)).text();
      expect(metrics).toMatch(/in_flight_bytes 0\n/);
    },
    timeoutMs,
  );
});

function httpRequest(body: string): Buffer {
  return Buffer.from(
    `POST /v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n` +
      `authorization: Bearer ${secretKey}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What the server sends until it closes; where damage lets it wait for more, one whole answer. */
function answerTo({ port }: Collector, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (isWhole(answer)) socket.destroy();
    });
    socket.on('error', () => undefined); // Cut off while it still sends: the answer counts.
    socket.once('close', () => resolve(answer));
  });
}

function isWhole(answer: string): boolean {
  const length = /^content-length: (\d+)\r$/im.exec(answer)?.[1];
  const body = answer.indexOf('\r\n\r\n') + 4;
  return length !== undefined && body >= 4 && answer.length >= body + Number(length);
}
