import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAmount } from './amount-text.js';
import { createColumnMap, parseMappings } from './column-map.js';
import { readLines } from './lines.js';
import { createOccurrences } from './occurrences.js';
import { detectSeparator, openTable } from './table-rows.js';
import { pieces } from './testing.js';
import { decodeFound, detectEncoding } from './text-encoding.js';
import { readTime } from './time-text.js';

describe('readAmount', () => {
  it.each([
    ['12.00', '.', '12.00'],
    ['1,234.50', '.', '1234.50'],
    ["1'234.50", '.', '1234.50'],
    ['€ 5', '.', '5'],
    ['1.234,5', ',', '1234.5'],
    ['1\u00a0234,50', ',', '1234.50'],
    ['-3.10', '.', '-3.10'],
    ['1,50', '.', null],
    ['12,34,567', '.', null],
    ['1e3', '.', null],
    ['', '.', null],
    ['.', '.', null],
  ] as const)('%j with %j is %j', (text, mark, expected) => {
    expect(readAmount(text, mark)).toBe(expected);
  });
});

describe('readTime', () => {
  const utc = { order: 'iso', timezone: null } as const;
  const paris = { order: 'iso', timezone: 'Europe/Paris' } as const;
  it.each([
    ['2014-08-26 10:30:00 -0400', utc, '2014-08-26T14:30:00.000Z'],
    ['2026-03-01T10:00:00.1234Z', utc, '2026-03-01T10:00:00.123Z'],
    ['2026-03-01 10:00 UTC', utc, '2026-03-01T10:00:00.000Z'],
    ['2026-03-01', paris, '2026-02-28T23:00:00.000Z'],
    ['2026-07-01 12:00', paris, '2026-07-01T10:00:00.000Z'],
    ['31/12/2026 11:05 PM', { order: 'dmy', timezone: 'UTC' }, '2026-12-31T23:05:00.000Z'],
    ['9/6/2016 6:29:00', { order: 'mdy', timezone: 'UTC' }, '2016-09-06T06:29:00.000Z'],
    ['12/31/2026 12:00 AM', { order: 'mdy', timezone: 'UTC' }, '2026-12-31T00:00:00.000Z'],
    ['1772359200', { order: 'unix', timezone: null }, '2026-03-01T10:00:00.000Z'],
    ['1772359200000', { order: 'unix', timezone: null }, '2026-03-01T10:00:00.000Z'],
  ] as const)('%s', (text, reading, iso) => {
    expect(readTime(text, reading)).toEqual({ ok: true, iso });
  });
  it('asks for the zone, and refuses what is no time', () => {
    expect(readTime('2026-03-01', utc)).toEqual({ ok: false, reason: 'zone_missing' });
    for (const text of ['2026-02-30Z', '31/12/2026', 'soon', '2026-01-01 25:00Z', '']) {
      expect(readTime(text, utc)).toEqual({ ok: false, reason: 'unreadable' });
    }
  });
});

describe('readLines', () => {
  it('finds the same lines however the text is cut', async () => {
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    const text = fc.array(fc.tuple(fc.stringMatching(/^[ab ]{0,5}$/), ends));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(12)), async (lines, cuts) => {
        const whole = lines.map((line) => line.join('')).join('');
        // A CR before the LF of an empty line is one end with it.
        const expected = whole
          .split(/\r\n|\n|\r/)
          .flatMap((line, index) =>
            line.trim() === '' ? [] : [{ number: index + 1, text: line }],
          );
        const parts: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          parts.push(whole.slice(at, at + cut));
          at += cut;
        }
        const found = [];
        for await (const some of readLines(pieces(...parts, whole.slice(at)))) found.push(...some);
        expect(found).toEqual(expected);
      }),
    );
  });
  it('keeps nothing of a line that is too long, and goes on', async () => {
    const found = [];
    for await (const some of readLines(pieces('aaaa', 'aaaa', 'aa\nb\n'), 5)) found.push(...some);
    expect(found).toEqual([
      { number: 1, text: null },
      { number: 2, text: 'b' },
    ]);
  });
});

describe('tables', () => {
  it('recognises the separator outside quotes', () => {
    expect(detectSeparator('"a,b,c";d;e\n')).toBe(';');
    expect(detectSeparator('a\tb\n')).toBe('\t');
    expect(detectSeparator('a\n')).toBe(',');
  });
  it('reads quotes, line breaks in cells, short rows, and counts lines', async () => {
    const text = 'id,note\n1,"a ""b"",\nc"\n2\n3,x\n';
    const table = await openTable(() => pieces(text), ',');
    const items = [];
    for await (const item of table.rows()) items.push(item);
    expect(items).toEqual([
      { kind: 'row', line: 2, row: { id: '1', note: 'a "b",\nc' } },
      { kind: 'row', line: 4, row: { id: '2', note: '' } },
      { kind: 'row', line: 5, row: { id: '3', note: 'x' } },
    ]);
  });
  it.each(['\n', '\r\n', '\r'])(
    'reads lines that end otherwise than the header (%j)',
    async (end) => {
      const lines = [`id,note${end}`, '1,a\n', '2,b\r\n', '3,"c\rd"\r', '4,e'];
      for (const text of [pieces(lines.join('')), pieces(...lines.join(''))]) {
        const parts: string[] = [];
        for await (const part of text) parts.push(part);
        const items = [];
        const table = await openTable(() => pieces(...parts), ',');
        for await (const item of table.rows()) items.push(item.kind === 'row' ? item.row : item);
        expect(items).toEqual([
          { id: '1', note: 'a' },
          { id: '2', note: 'b' },
          { id: '3', note: 'c\rd' },
          { id: '4', note: 'e' },
        ]);
      }
    },
  );
  it('refuses an empty file and repeated columns by name', async () => {
    await expect(openTable(() => pieces(''), ',')).rejects.toThrow('the file is empty');
    await expect(openTable(() => pieces('a,a\n'), ',')).rejects.toThrow('"a"');
  });
});

describe('columns', () => {
  const map = (mapping: string) =>
    createColumnMap({
      headers: ['Name', 'Day'],
      fields: { order_id: ['name'], occurred_at: [] },
      mappings: parseMappings([mapping]),
      blanks: new Set(['(none)']),
    });
  const row = { Name: ' x ', Day: '(none)' };
  it('maps by name, by template and to constants', () => {
    expect(map('occurred_at=day').text('order_id', row)).toBe('x');
    expect(map('occurred_at=day').text('occurred_at', row)).toBe('');
    expect(map('order_id={Name}/{Day}').text('order_id', row)).toBe('x /(none)');
    expect(map('order_id==1').text('order_id', row)).toBe('1');
  });
  it('names what is wrong', () => {
    expect(() => map('order_id=Nmae')).toThrow('no column "Nmae"');
    expect(() => map('oder_id=Name')).toThrow('no field "oder_id"');
    expect(() => parseMappings(['order_id'])).toThrow('field=Column');
  });
});

it('numbers equal texts, and forgets the oldest', () => {
  const number = createOccurrences(2);
  expect(['a', 'a', 'b', 'a', 'c', 'b'].map(number)).toEqual([0, 1, 0, 2, 0, 0]);
});

describe('encodings', () => {
  const textOf = async (...chunks: readonly Buffer[]) => {
    async function* given() {
      yield* chunks;
    }
    let text = '';
    for await (const part of decodeFound(given())) text += part;
    return text;
  };
  const mixed = Buffer.concat([
    Buffer.from('\ufeffid,name\n1,André\r\n', 'utf8'),
    Buffer.from('2,Zo\xeb \x80\n', 'latin1'),
    Buffer.from('3,日本 🎉', 'utf8'),
  ]);
  it('reads each line by the one that fits it, however the bytes are cut', async () => {
    const expected = 'id,name\n1,André\r\n2,Zoë €\n3,日本 🎉';
    for (const size of [1, 2, 3, 7, mixed.length]) {
      const count = Math.ceil(mixed.length / size);
      const cuts = Array.from({ length: count }, (_, at) =>
        mixed.subarray(at * size, (at + 1) * size),
      );
      expect(await textOf(...cuts)).toBe(expected);
    }
  });
  it('reads an accent that comes after megabytes without any', async () => {
    const plain = Buffer.from('abcdefg\n'.repeat(300_000));
    expect((await textOf(plain, Buffer.from('caf\xe9\n', 'latin1'))).endsWith('\ncafé\n')).toBe(
      true,
    );
  });
});

it('recognises encodings', () => {
  expect(detectEncoding(Buffer.from('é'))).toBe('utf-8');
  expect(detectEncoding(Buffer.from('é').subarray(0, 1))).toBe('utf-8');
  expect(detectEncoding(Buffer.from('caf\xe9 ', 'latin1'))).toBe('latin1');
  expect(detectEncoding(Buffer.from('\ufeffa', 'utf16le'))).toBe('utf-16le');
});
