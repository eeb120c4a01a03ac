/** Bodies that are refused as a whole, by a clear code, and odd ones that are taken; the next request works. */
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { appFor, click, codeOf, MemoryLog } from './testing/fixture.js';

const ndjson = 'application/x-ndjson';
const good = JSON.stringify(click('good'));
const times = (text: string, count: number) => text.repeat(count);

describe('bodies', () => {
  const bom = '\uFEFF';
  test.each<[string, string | Buffer, string, number | string]>([
    ['a byte order mark', `${bom}${good}`, 'application/json', 1],
    ['two byte order marks', `${bom}${bom}${good}`, 'application/json', 1],
    ['UTF-16', Buffer.from(`${bom}${good}`, 'utf16le'), 'application/json', 'invalid_json'],
    ['UTF-16 lines', Buffer.from(`${good}\n`, 'utf16le'), ndjson, 'invalid_json'],
    ['nothing', '', 'application/json', 'invalid_json'],
    ['no lines', '', ndjson, 'invalid_json'],
    ['white space', ' \r\n\t ', 'application/json', 'invalid_json'],
    ['NUL characters', times('\0', 1_000), 'application/json', 'invalid_json'],
    ['NUL after the end', `${good}\0`, 'application/json', 'invalid_json'],
    ['two values', `${good}${good}`, 'application/json', 'invalid_json'],
    ['NaN', '{"type":"click","properties":{"a":NaN}}', 'application/json', 'invalid_json'],
    ['a comment', `/* */${good}`, 'application/json', 'invalid_json'],
    ['a comma too many', `[${good},]`, 'application/json', 'invalid_json'],
    ['single quotes', "{'type':'click'}", 'application/json', 'invalid_json'],
    ['a text', '"click"', 'application/json', 'invalid_json'],
    ['true', 'true', 'application/json', 'invalid_json'],
    ['a number of a million digits', times('9', 1_000_000), 'application/json', 'invalid_json'],
    ['an overlong encoding', Buffer.from([0xc0, 0xaf]), 'application/json', 'invalid_json'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), ndjson, 'invalid_json'],
    ['two million brackets', times('[', 2_000_000), 'application/json', 'invalid_json'],
    ['two million objects', times('{"a":', 900_000), ndjson, 'invalid_json'],
    ['two million zeros', `[${times('0,', 2_000_000)}0]`, 'application/json', 'too_many_events'],
    ['two million lines', times('0\n', 2_000_000), ndjson, 'too_many_events'],
    ['lines that end in CRLF', `${good}\r\n${good}\r\n`, ndjson, 2],
    ['lines that end in CR alone', `${good}\r${good}`, ndjson, 'invalid_json'],
    ['a list on a line', `[${good}]\n${good}`, ndjson, 1],
    ['a separator within a text', `${good.replace('a-1', 'a\u2028\u0085b')}\n${good}`, ndjson, 2],
  ])('%s', async (_name, body, type, expected) => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post(body, { type });
    if (typeof expected === 'number') expect(response.json().accepted).toBe(expected);
    else expect(codeOf(response)).toBe(expected);
    expect(log.events).toHaveLength(typeof expected === 'number' ? expected : 0);
    expect((await post(click('next'))).json()).toEqual({ accepted: 1, rejected: [] });
  });

  test.each<[string, Buffer, string, string]>([
    ['a bomb within a bomb', gzipSync(gzipSync(Buffer.alloc(50_000_000))), 'gzip', 'invalid_json'],
    [
      'members in a row',
      times5(gzipSync(Buffer.alloc(2_000_000, ' '))),
      'gzip',
      'payload_too_large',
    ],
    [
      '5 MB and a byte',
      brotliCompressSync(Buffer.alloc(5_000_001, ' ')),
      'br',
      'payload_too_large',
    ],
    ['exactly 5 MB', brotliCompressSync(Buffer.alloc(5_000_000, ' ')), 'br', 'invalid_json'],
    ['deflate without its head', deflateRawSync(good), 'deflate', 'invalid_encoding'],
    ['nothing', Buffer.alloc(0), 'gzip', 'invalid_encoding'],
    ['a wrong checksum', spoilt(gzipSync(good)), 'gzip', 'invalid_encoding'],
    ['another compression', gzipSync(good), 'br', 'invalid_encoding'],
  ])('compressed: %s', async (_name, body, encoding, code) => {
    const log = new MemoryLog();
    const { post } = await appFor(log);
    const response = await post(body, { headers: { 'content-encoding': encoding } });
    expect(codeOf(response)).toBe(code);
    expect(log.events).toEqual([]);
    expect((await post(click('next'))).statusCode).toBe(202);
  });
});

function spoilt(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(copy.readUInt32LE(copy.length - 8) ^ 1, copy.length - 8);
  return copy;
}

function times5(part: Buffer): Buffer {
  return Buffer.concat([part, part, part, part, part]);
}
