/**
 * The state of all tasks: a tree on disk, and over it, in memory, what was changed since the tree
 * was last brought up to date. A commit appends the changes to a log in the same environment, which
 * costs few pages; bringing the tree up to date later, in order of keys, writes a page once for many
 * changes of it (docs/adr/0011-changes-beside-the-tree.md). Tree and log together are the state: a
 * restart reads the log again.
 */
import { createRequire } from 'node:module';
import type sorted from 'sorted-btree';
import { ChangeLog } from './change-log.js';
import type { Store } from './environment.js';
import { asBuffer } from './partition-log.js';

// The package is CommonJS with a default export, which loaders disagree about how to import.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof sorted;

export type Entry = readonly [key: Buffer, value: Buffer];

/** Of a range: ascending from `start` to before `end`, or descending from before `start` to `end`. */
export interface Bounds {
  readonly reverse: boolean;
  readonly start: Buffer | undefined;
  /** Ascending: `start` itself is left out. */
  readonly exclusiveStart: boolean;
  readonly end: Buffer | undefined;
}

export const STATE_KEY_BYTES_MAX = 1903;

/** Keys as texts of one character a byte: they compare as the bytes do, and hash fast. */
const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export class ChangedState {
  private readonly places = new Map<string, number>();
  /** The keys of `places`, in order. */
  private keys = new BTree<string, undefined>(undefined, compareTexts);
  private readonly log: ChangeLog;
  private readonly scratch = Buffer.alloc(STATE_KEY_BYTES_MAX);

  constructor(
    private readonly tree: Store,
    log: Store,
  ) {
    this.log = new ChangeLog(log);
    for (const { key, place } of this.log.restore()) this.place(textOf(key), place);
  }

  /** How many keys the tree has still to be told of. */
  get size(): number {
    return this.places.size;
  }

  /** Of memory that changes take, keys in order aside. */
  get bytes(): number {
    return this.log.bytes;
  }

  /** The value, in a buffer of the caller's own. */
  get(key: Buffer): Buffer | undefined {
    const place = this.places.size === 0 ? undefined : this.places.get(textOf(key));
    if (place === undefined) return readValue(this.tree, key);
    const value = this.log.valueAt(place);
    return value === null ? undefined : Buffer.from(value);
  }

  /** Null: it is removed. Within a transaction, as everything that follows. */
  put(key: Buffer, value: Uint8Array | null): void {
    this.place(textOf(key), this.log.append(key, value));
  }

  /** Entries of the range as they are now; nothing may be written while they are read. */
  *entries(bounds: Bounds): Generator<Entry> {
    const sign = bounds.reverse ? -1 : 1;
    const stored = this.storedIn(bounds)[Symbol.iterator]();
    const changed = this.changedIn(bounds)[Symbol.iterator]();
    try {
      let [below, above] = [stored.next(), changed.next()];
      while (below.done !== true || above.done !== true) {
        const order = orderOf(below, above, sign);
        if (order < 0) yield below.value as Entry;
        else {
          const text = above.value as string;
          const value = this.log.valueAt(this.places.get(text) as number);
          if (value !== null) yield [Buffer.from(text, 'latin1'), Buffer.from(value)];
        }
        if (order <= 0) below = stored.next();
        if (order >= 0) above = changed.next();
      }
    } finally {
      stored.return?.();
    }
  }

  /** Brings the tree up to date by so many keys, in their order. */
  workIn(keysMax: number): void {
    const done: string[] = [];
    for (const [text] of this.keys.entries(undefined)) {
      if (done.length === keysMax) break;
      done.push(text);
      const length = this.scratch.write(text, 'latin1');
      const key = this.scratch.subarray(0, length);
      const value = this.log.valueAt(this.places.get(text) as number);
      if (value === null) void this.tree.remove(key);
      else void this.tree.put(key, value);
    }
    const last = done.at(-1);
    if (last === undefined) return;
    if (done.length === this.places.size) this.keys.clear();
    else this.keys.deleteRange(done[0] as string, last, true);
    for (const text of done) this.places.delete(text);
  }

  /** To be called at the end of the transaction: what the tree does not have is in the log. */
  persist(): void {
    if (this.places.size === 0) this.log.clear();
    else this.log.persist();
  }

  private place(text: string, place: number): void {
    const before = this.places.size;
    this.places.set(text, place);
    if (this.places.size > before) this.keys.set(text, undefined);
  }

  private *storedIn({ reverse, start, exclusiveStart, end }: Bounds): Iterable<Entry> {
    const bounds = reverse
      ? { exclusiveStart: true, inclusiveEnd: true, reverse }
      : { exclusiveStart };
    const range = this.tree.getRange({
      ...bounds,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    });
    // Keys of these stores are always bytes.
    for (const { key, value } of range) yield [asBuffer(key as Uint8Array), asBuffer(value)];
  }

  private *changedIn({ reverse, start, exclusiveStart, end }: Bounds): Generator<string> {
    const until = end === undefined ? undefined : textOf(end);
    const from = start === undefined ? undefined : textOf(start);
    const entries = reverse
      ? this.keys.entriesReversed(from, undefined, true)
      : // The smallest text after one is that one and a NUL.
        this.keys.entries(from !== undefined && exclusiveStart ? `${from}\0` : from);
    for (const [text] of entries) {
      if (until !== undefined && (reverse ? text < until : text >= until)) return;
      yield text;
    }
  }
}

function textOf(key: Buffer): string {
  return key.toString('latin1');
}

/** Negative: the stored entry comes first; 0: both are of one key. A run that has ended is last. */
function orderOf(
  below: IteratorResult<Entry>,
  above: IteratorResult<string>,
  sign: number,
): number {
  if (below.done === true) return 1;
  if (above.done === true) return -1;
  return compareTexts(textOf(below.value[0]), above.value) * sign;
}

/**
 * The value in a buffer of the caller's own. `getBinary` would make each one its own allocation,
 * which costs more than the look-up; small buffers of Node's pool share theirs.
 */
function readValue(store: Store, key: Buffer): Buffer | undefined {
  // Large values come in a buffer of their own, small ones in one that the next read writes over.
  const found: (Buffer & { readonly isGlobal?: boolean }) | undefined = store.getBinaryFast(key);
  if (found === undefined) return undefined;
  if (found.isGlobal !== true) return asBuffer(Uint8Array.prototype.slice.call(found));
  // `length` is the value's, the bytes behind it are the whole buffer's.
  const value = Buffer.allocUnsafe(found.length);
  value.set(new Uint8Array(found.buffer, found.byteOffset, found.length));
  return value;
}
