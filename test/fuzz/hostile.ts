/**
 * Hostile input by chance: valid events of the generator with parts replaced, removed, doubled or
 * wrapped, written as JSON text; and bytes with stretches flipped, cut, doubled or filled.
 */
import fc from 'fast-check';
import { generate } from '../generator/index.js';

/** Valid events of every type, from before the collector's now; identifiers often meet. */
const pool: readonly string[] = [1, 2, 3].flatMap((seed) =>
  generate({ seed, eventsMin: 150, startDay: '2026-03-14' }).events.map(({ body }) =>
    JSON.stringify(body),
  ),
);

const characters = [
  '\0',
  '\ud800',
  '\udfff',
  '\uFEFF',
  '\u2028',
  '\u202e',
  'ß',
  '😀',
  '/',
  ':',
  '%',
];
const hostileText = fc.oneof(
  fc.constantFrom('', ' ', '__proto__', 'constructor', 'toString', 'null', 'NaN', '1e2', '-0'),
  fc.constantFrom('Infinity', '0x10', '١٢', '1,5', '1.', '00', '9'.repeat(40), '1e999', '-1'),
  fc.constantFrom('unattributed', 'coupon:1:A', 'default/order_id:1', '../..', "' OR 1=1 --"),
  fc.constantFrom('2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z'),
  fc.constantFrom('https://u:p@x.example/?gclid=%', 'a@b.example', '+33612345678', '%E0%A4%A'),
  fc
    .constantFrom(...characters)
    .chain((one) =>
      fc.constantFrom(1, 2, 128, 129, 256, 257, 9_000).map((count) => one.repeat(count)),
    ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
/** JSON text; some of it can't be had from JSON.stringify. */
const hostileToken = fc.oneof(
  { weight: 4, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  fc.constantFrom('null', 'true', 'false', '[]', '{}', '[[]]', '[null]', '{"":{}}', '"\\ud800"'),
  fc.constantFrom('-0', '0', '1e999', '-1e999', '5e-324', '1E+2', '9007199254740993', '0.1'),
  fc.constantFrom('1e21', '123456789012345678901234567890', '-1', '0.30000000000000004', '1e-7'),
  fc.constantFrom('{"__proto__":{"type":"click"}}', '{"constructor":{"prototype":{}}}'),
  fc.constantFrom(40, 400).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom(40, 400).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.nat({ max: 3_000 }).map((count) => `[${Array(count).fill('"x"').join(',')}]`),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
);

/** Strings as wholes, so that nothing within one is taken for a part of the JSON. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

type Change = (text: string) => string;
type Kind = 'name' | 'value';

/** Replaces one name or value of JSON text; it stays JSON when `by` makes some. */
function replaced(text: string, kind: Kind, at: number, by: (found: string) => string): string {
  const found = [...text.matchAll(tokens)].filter(
    ([, , colon]) => (colon === undefined) === (kind === 'value'),
  );
  const match = found[at % Math.max(1, found.length)];
  if (match === undefined) return text;
  const token = match[1] ?? match[0];
  return text.slice(0, match.index) + by(token) + text.slice(match.index + token.length);
}

/** One of the outermost names once more, at the end, where it counts. */
function overridden(text: string, at: number, token: string): string {
  const fatal = new Set(['event_id', 'type', 'occurred_at']);
  const names = Object.keys(JSON.parse(text) as object);
  // Most values of these reject the event, and one in four of such changes teaches enough.
  const all = at % 4 === 0 ? names : names.filter((name) => !fatal.has(name));
  const name = all[at % Math.max(1, all.length)];
  return `${text.slice(0, -1)},${JSON.stringify(name ?? 'type')}:${token}}`;
}

/** An object with the token as a value and within a list; most events lack properties. */
const stated = (text: string, name: string, token: string) =>
  `${text.slice(0, -1)},"${name}":{"url":${token},"total":${token},"items":[${token}]}}`;

const nat = fc.nat();
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('properties', 'properties', 'page', 'utm', 'order'), hostileToken)
      .map(
        ([name, token]): Change =>
          (text) =>
            stated(text, name, token),
      ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(nat, hostileToken).map(
      ([at, token]): Change =>
        (text) =>
          replaced(text, 'value', at, () => token),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(nat, hostileToken).map(
      ([at, token]): Change =>
        (text) =>
          overridden(text, at, token),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(nat, hostileText).map(
      ([at, name]): Change =>
        (text) =>
          replaced(text, 'name', at, () => JSON.stringify(name)),
    ),
  },
  {
    weight: 1,
    arbitrary: nat.map(
      (at): Change =>
        (text) =>
          replaced(text, 'value', at, (one) => `[${one}]`),
    ),
  },
  {
    weight: 1,
    arbitrary: nat.map(
      (at): Change =>
        (text) =>
          replaced(text, 'value', at, (one) => `{"a":${one}}`),
    ),
  },
);

/** One event as JSON text: a third of them valid as they are. */
export const eventText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...pool) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...pool), fc.array(change, { minLength: 1, maxLength: 3 }))
      .map(([text, changes]) => changes.reduce((changed, apply) => apply(changed), text)),
  },
  { weight: 1, arbitrary: hostileToken },
);

export type Damage = (bytes: Buffer) => Buffer;

/** What networks, disks and careless programs do to bytes. */
export const damage: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.constantFrom('flip', 'cut', 'end', 'double', 'fill', 'insert'),
    fc.nat(),
    fc.nat({ max: 64 }),
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
  )
  .map(
    ([how, place, length, noise]): Damage =>
      (bytes) => {
        const at = bytes.length === 0 ? 0 : place % bytes.length;
        const [before, within, after] = [
          bytes.subarray(0, at),
          bytes.subarray(at, at + length),
          bytes.subarray(at + length),
        ];
        switch (how) {
          case 'flip':
            return Buffer.concat([before, within.map((byte) => byte ^ (noise[0] ?? 1)), after]);
          case 'cut':
            return Buffer.concat([before, after]);
          case 'end':
            return Buffer.from(before);
          case 'double':
            return Buffer.concat([before, within, within, after]);
          case 'fill':
            return Buffer.concat([before, Buffer.alloc(within.length, noise[0]), after]);
          default:
            return Buffer.concat([before, noise, within, after]);
        }
      },
  );
