import { readFileSync } from 'node:fs';
import { isBotAgent } from '@rosi/events';
import { describe, expect, it } from 'vitest';
import { accessLogImporter } from './access-log.js';
import { readLogLine } from './log-line.js';
import { skipReasonOf } from './page-view.js';
import { digest } from './testing.js';
import { createVisits } from './visits.js';

const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:25.0) Gecko/20100101 Firefox/25.0';
const lineOf = (request: string, { status = 200, referrer = '-', userAgent = agent } = {}) =>
  `10.0.0.1 - - [17/May/2015:10:05:03 +0200] "${request}" ${status} 12 "${referrer}" "${userAgent}"`;

describe('readLogLine', () => {
  it('reads the combined format', () => {
    expect(readLogLine(lineOf('GET /a?b=1 HTTP/1.1', { referrer: 'https://x.example/' }))).toEqual({
      address: '10.0.0.1',
      occurredAt: Date.parse('2015-05-17T08:05:03Z'),
      method: 'GET',
      target: '/a?b=1',
      status: 200,
      referrer: 'https://x.example/',
      agent,
    });
  });
  it('reads escaped quotes, a virtual host, a user with a space and the common format', () => {
    expect(
      readLogLine(lineOf('GET / HTTP/1.1', { userAgent: 'a \\"b\\" \\xc3\\xa9' }))?.agent,
    ).toBe('a "b" é');
    const vhost = `shop.example:443 ::1 - J. Doe [01/Jan/2026:00:00:00 -0530] "GET / HTTP/2" 200 -`;
    expect(readLogLine(vhost)).toMatchObject({
      address: '::1',
      occurredAt: Date.parse('2026-01-01T05:30:00Z'),
      agent: '',
    });
  });
  it.each(['::1', '2001:db8::17', '2001:db8::ab', '10.0.0.1', 'shop.example'])(
    'takes the address %s for no virtual host',
    (address) => {
      const line = lineOf('GET / HTTP/1.1').replace('10.0.0.1', address);
      expect(readLogLine(line)?.address).toBe(address);
      expect(readLogLine(`shop.example:443 ${line}`)?.address).toBe(address);
      expect(readLogLine(`[2001:db8::1]:443 ${line}`)?.address).toBe(address);
    },
  );
  it.each([
    'nonsense',
    '',
    lineOf('GET / HTTP/1.1').replace('May', 'Foo'),
    lineOf('GET / HTTP/1.1').replace('17/May', '31/Feb'),
    lineOf('GET / HTTP/1.1').replace(':10:', ':25:'),
  ])('refuses %j', (text) => {
    expect(readLogLine(text)).toBeNull();
  });
});

describe('page views', () => {
  it.each([
    ['GET / HTTP/1.1', 200, null],
    ['GET /articles/a?utm_source=x HTTP/1.1', 304, null],
    ['GET http://shop.example/whole HTTP/1.1', 200, null],
    ['GET /blog/v1.2 HTTP/1.1', 200, null],
    ['HEAD / HTTP/1.1', 200, 'head_request'],
    ['POST /cart HTTP/1.1', 200, 'method'],
    ['\\x16\\x03\\x01', 400, 'not_a_request'],
    ['OPTIONS * HTTP/1.0', 200, 'method'],
    ['GET /old HTTP/1.1', 301, 'redirect'],
    ['GET /missing HTTP/1.1', 404, 'error_status'],
    ['GET /beacon HTTP/1.1', 204, 'no_content'],
    ['GET /style.CSS?v=3 HTTP/1.1', 200, 'asset'],
    ['GET /favicon.ico HTTP/1.1', 200, 'machine_path'],
    ['GET /robots.txt HTTP/1.1', 200, 'machine_path'],
    ['GET /?flav=rss20 HTTP/1.1', 200, 'feed'],
    ['GET /blog/feed/ HTTP/1.1', 200, 'feed'],
    ['GET /feedback HTTP/1.1', 200, null],
  ])('%s %i: %s', (request, status, reason) => {
    const line = readLogLine(lineOf(request, { status }));
    expect(line).not.toBeNull();
    expect(line && skipReasonOf(line, () => false)).toBe(reason);
  });
});

describe('accessLogImporter', () => {
  const importer = () =>
    accessLogImporter({ site: 'https://shop.example', digest, isBot: isBotAgent });

  it('makes a page of a line, with nothing of the address in it', () => {
    const item = importer().line(lineOf('GET /a HTTP/1.1'), 7);
    expect(item).toMatchObject({
      kind: 'event',
      line: 7,
      event: {
        type: 'page',
        occurred_at: '2015-05-17T08:05:03.000Z',
        page: { url: 'https://shop.example/a' },
        properties: { session_start: true },
      },
    });
    expect(JSON.stringify(item)).not.toContain('10.0.0.1');
  });
  it('gives equal lines different ids, and the same file the same ids', () => {
    const ids = () => {
      const fresh = importer();
      return [1, 2, 3].map((number) => {
        const item = fresh.line(lineOf('GET /a HTTP/1.1'), number);
        return item.kind === 'event' ? item.event.event_id : '';
      });
    };
    expect(new Set(ids()).size).toBe(3);
    expect(ids()).toEqual(ids());
  });
  it('leaves bots out', () => {
    const userAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    expect(importer().line(lineOf('GET / HTTP/1.1', { userAgent }), 1)).toEqual({
      kind: 'skipped',
      line: 1,
      reason: 'bot',
    });
  });
  it('reads a real log: every line is an event or has its reason', () => {
    const text = readFileSync(new URL('../../test/fixtures/access.log', import.meta.url), 'utf8');
    const fresh = importer();
    const items = text
      .trimEnd()
      .split('\n')
      .map((line, index) => fresh.line(line, index + 1));
    const kinds = items.map(({ kind }) => kind);
    expect(kinds).not.toContain('rejected');
    expect(kinds.filter((kind) => kind === 'event')).toHaveLength(20);
  });
});

it('begins a visit after more than half an hour of silence', () => {
  const begins = createVisits();
  const minute = 60_000;
  const seen = [0, 30, 61, 40, 62].map((at) => begins('v', at * minute));
  expect(seen).toEqual([true, false, true, false, false]);
  const bounded = createVisits(1);
  expect([bounded('a', 0), bounded('b', 0), bounded('a', 1)]).toEqual([true, true, true]);
});
