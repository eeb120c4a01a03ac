/**
 * The filter of transactions that were taken back, over any interleaving of producers and any piece
 * of a log. read-committed.test.ts shows on a real broker that fetches look as they do here.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCommitted } from './record-batches.js';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const [ABORT, COMMIT] = [0, 1];
/** kafkajs takes any record with this key for the marker of a transaction that was taken back. */
const MARKER_LIKE_KEY = Buffer.from([0, 0, 0, 0]);

type Step = 'send' | 'commit' | 'abort' | 'plain';
interface Stored {
  readonly bytes: Buffer;
  readonly first: number;
  readonly last: number;
  /** Its records are read; null: not decided yet. */
  isCommitted: boolean | null;
}
interface Aborted {
  readonly producerId: bigint;
  readonly firstOffset: number;
  readonly marker: number;
}

/** A batch as it is stored; keys and values of less than 64 bytes. */
function batchOf(
  attributes: number,
  producer: number,
  first: number,
  records: readonly { readonly key: Buffer; readonly value: Buffer }[],
): Buffer {
  const head = Buffer.alloc(61);
  const body = records.map(({ key, value }, n) => {
    const inner = [0, 0, 2 * n, 2 * key.length, ...key, 2 * value.length, ...value, 0];
    return Buffer.from([2 * inner.length, ...inner]);
  });
  const bytes = Buffer.concat([head, ...body]);
  bytes.writeBigInt64BE(BigInt(first), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(2, 16);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeInt32BE(records.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(producer), 43);
  bytes.writeInt32BE(records.length, 57);
  return bytes;
}

function marker(kind: number, producer: number, at: number): Buffer {
  const key = Buffer.from([0, 0, 0, kind]);
  return batchOf(TRANSACTIONAL | CONTROL, producer, at, [{ key, value: Buffer.alloc(6) }]);
}

/** What producers have left: batches, and what the broker knows of transactions taken back. */
function logOf(steps: readonly (readonly [producer: number, step: Step, records: number])[]) {
  const batches: Stored[] = [];
  const aborted: Aborted[] = [];
  const open = new Map<number, Stored[]>();
  let next = 0;
  const store = (bytes: Buffer, records: number, isCommitted: boolean | null): Stored => {
    const one: Stored = { bytes, first: next, last: next + records - 1, isCommitted };
    batches.push(one);
    next += records;
    return one;
  };
  for (const [producer, step, count] of steps) {
    const sent = open.get(producer) ?? [];
    if (step === 'send' || step === 'plain') {
      const records = Array.from({ length: count }, (_, n) => ({
        key: MARKER_LIKE_KEY,
        value: Buffer.from(`${next + n}`),
      }));
      const isPlain = step === 'plain' && sent.length === 0;
      const bytes = batchOf(isPlain ? 0 : TRANSACTIONAL, producer, next, records);
      const one = store(bytes, count, isPlain ? true : null);
      if (!isPlain) open.set(producer, [...sent, one]);
    } else if (sent.length > 0) {
      const [{ first }] = sent as [Stored];
      for (const one of sent) one.isCommitted = step === 'commit';
      if (step === 'abort') {
        aborted.push({ producerId: BigInt(producer), firstOffset: first, marker: next });
      }
      store(marker(step === 'commit' ? COMMIT : ABORT, producer, next), 1, false);
      open.delete(producer);
    }
  }
  // A broker shows nothing from the first record on that is not decided.
  const undecided = batches.findIndex(({ isCommitted }) => isCommitted === null);
  return { batches: undecided < 0 ? batches : batches.slice(0, undecided), aborted };
}

const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom<Step>('send', 'send', 'send', 'plain', 'commit', 'abort', 'abort'),
    fc.integer({ min: 1, max: 3 }),
  ),
  { maxLength: 60 },
);

test('any piece of any log gives the committed records in it, and no others', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(), fc.boolean(), (drawn, begin, count, isTurned) => {
      const { batches, aborted } = logOf(drawn);
      fc.pre(batches.length > 0);
      const at = begin % batches.length;
      const piece = batches.slice(at, at + 1 + (count % (batches.length - at)));
      const [first, last] = [piece[0], piece.at(-1)] as [Stored, Stored];
      // A reader may ask for what lies in the middle of a batch: it gets the whole of it.
      const from = first.first + (count % (first.last - first.first + 1));
      const known = aborted.filter((one) => one.marker >= from && one.firstOffset <= last.last);
      // Kafka puts them in the order in which they ended, and promises none.
      const told = isTurned ? known.toReversed() : known;
      const cutOff = Buffer.concat([
        ...piece.map(({ bytes }) => bytes),
        last.bytes.subarray(0, 40),
      ]);
      const { records, nextOffset } = readCommitted(cutOff, from, told);
      const expected = piece
        .filter(({ isCommitted }) => isCommitted)
        .flatMap((one) => offsetsOf(one))
        .filter((offset) => offset >= from);
      expect(records.map(({ offset }) => offset)).toEqual(expected);
      expect(records.map(({ value }) => String(value))).toEqual(expected.map(String));
      expect(nextOffset).toBe(last.last + 1);
    }),
    { numRuns: 500 },
  );
});

const offsetsOf = ({ first, last }: Stored) =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

test('a fetch that begins within several transactions knows all of them', () => {
  const { batches, aborted } = logOf([
    [1, 'send', 1],
    [2, 'send', 1],
    [2, 'send', 1],
    [3, 'plain', 1],
    [2, 'abort', 1],
    [1, 'abort', 1],
  ]);
  // What is read first is of the transaction that began later.
  expect(offsetsRead(batches.slice(2), aborted)).toEqual([3]);
});

test('a transaction that began later and ended earlier hides none that began before', () => {
  const { batches, aborted } = logOf([
    [1, 'send', 1],
    [3, 'plain', 1],
    [2, 'send', 1],
    [2, 'abort', 1],
    [1, 'abort', 1],
  ]);
  expect(aborted.map(({ firstOffset }) => firstOffset)).toEqual([2, 0]);
  expect(offsetsRead(batches, aborted)).toEqual([1]);
});

function offsetsRead(batches: readonly Stored[], aborted: readonly Aborted[]): number[] {
  const set = Buffer.concat(batches.map(({ bytes }) => bytes));
  return readCommitted(set, batches[0]?.first ?? 0, aborted).records.map(({ offset }) => offset);
}
