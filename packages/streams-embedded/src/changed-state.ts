/**
 * The state of all tasks: a tree on disk, and over it, in memory, what was changed since the tree
 * was last brought up to date. A commit appends the changes to a log in the same environment, which
 * costs few pages; bringing the tree up to date later, in order of keys, writes a page once for many
 * changes of it (docs/adr/0011-changes-beside-the-tree.md). Tree and log together are the state: a
 * restart reads the log again.
 */
import { ChangeTable } from './change-table.js';
import type { Store } from './environment.js';
import { asBuffer } from './partition-log.js';

export type Entry = readonly [key: Buffer, value: Buffer];

/** Ascending from `start` to before `end`, or descending from before `start` to `end`. */
export interface Bounds {
  /** What all keys begin with. */
  readonly prefix: Buffer;
  readonly reverse: boolean;
  readonly start: Buffer | undefined;
  /** Ascending: `start` itself is left out. */
  readonly exclusiveStart: boolean;
  readonly end: Buffer | undefined;
}

export const STATE_KEY_BYTES_MAX = 1903;
/** Processor and partition, at the beginning of each key. */
export const TASK_PREFIX_BYTES = 3;
const SEQUENCE_BYTES = 6;

/** Changes and where they are in the log. */
interface Run {
  readonly table: ChangeTable;
  /** So much of the table is in the log. */
  logged: number;
  readonly sequences: number[];
}

export class ChangedState {
  private newer = emptyRun();
  /** What the tree is being told of; nothing is added. */
  private older = emptyRun();
  /** Keys of `older`, the last one first, of which the tree was not told yet. */
  private untold: string[] = [];
  private nextSequence = 0;
  private readonly scratch = Buffer.alloc(STATE_KEY_BYTES_MAX);

  constructor(
    private readonly tree: Store,
    private readonly log: Store,
  ) {
    const { table, sequences } = this.newer;
    for (const { key, value } of log.getRange({})) {
      const sequence = asBuffer(key as Uint8Array).readUIntBE(0, SEQUENCE_BYTES);
      sequences.push(sequence);
      this.nextSequence = sequence + 1;
      table.restore(asBuffer(value));
    }
    this.newer.logged = table.end;
  }

  /** How many keys were changed that the tree has not been told of. */
  get size(): number {
    return this.newer.table.size + this.untold.length;
  }

  /** Of changes that have come since the tree was last told of some. */
  get bytes(): number {
    return this.newer.table.end;
  }

  /** The value, in a buffer of the caller's own. */
  get(key: Buffer): Buffer | undefined {
    const changed = this.changed(key);
    if (changed === undefined) return readValue(this.tree, key);
    return changed === null ? undefined : Buffer.from(changed);
  }

  /** Null: it is removed. Within a transaction, as everything that follows. */
  put(key: Buffer, value: Uint8Array | null): void {
    this.newer.table.set(key, value);
  }

  /** Entries of the range as they are now; nothing may be written while they are read. */
  *entries(bounds: Bounds): Iterable<Entry> {
    const changed = this.changedIn(bounds);
    const sign = bounds.reverse ? -1 : 1;
    let at = 0;
    for (const stored of this.storedIn(bounds)) {
      let order = 1;
      for (; at < changed.length; at += 1) {
        order = compareTexts(changed[at] as string, textOf(stored[0])) * sign;
        if (order > 0) break;
        const entry = this.changedEntry(changed[at] as string);
        if (entry !== null) yield entry;
        if (order === 0) {
          at += 1;
          break;
        }
      }
      if (order !== 0) yield stored;
    }
    for (; at < changed.length; at += 1) {
      const entry = this.changedEntry(changed[at] as string);
      if (entry !== null) yield entry;
    }
  }

  /** Brings the tree up to date by so many keys, in their order. */
  workIn(keysMax: number): void {
    if (this.untold.length === 0) this.turn();
    for (let left = keysMax; left > 0; left -= 1) {
      const text = this.untold.pop();
      if (text === undefined) break;
      const key = this.keyOf(text);
      const { table } = this.older;
      const value = table.valueAt(table.find(key));
      if (value === null) void this.tree.remove(key);
      else void this.tree.put(key, value);
    }
    if (this.untold.length === 0) this.forget(this.older);
  }

  /** To be called at the end of the transaction: what the tree was not told of is in the log. */
  persist(): void {
    for (const run of [this.older, this.newer]) {
      const { table, logged, sequences } = run;
      if (table.end === logged) continue;
      void this.log.put(sequenceKey(this.nextSequence), table.stored(logged, table.end));
      sequences.push(this.nextSequence);
      this.nextSequence += 1;
      run.logged = table.end;
    }
  }

  /** Undefined: the tree knows; null: it was removed. */
  private changed(key: Buffer): Buffer | null | undefined {
    for (const { table } of [this.newer, this.older]) {
      const place = table.find(key);
      if (place >= 0) return table.valueAt(place);
    }
    return undefined;
  }

  private changedEntry(text: string): Entry | null {
    const key = Buffer.from(text, 'latin1');
    const value = this.changed(key);
    return value === null || value === undefined ? null : [key, Buffer.from(value)];
  }

  /** What is new becomes what the tree is told of next. */
  private turn(): void {
    [this.older, this.newer] = [this.newer, this.older];
    this.untold = this.older.table.texts().sort(compareTexts).reverse();
  }

  /** The tree has it all. */
  private forget(run: Run): void {
    for (const sequence of run.sequences) void this.log.remove(sequenceKey(sequence));
    run.sequences.length = 0;
    run.table.clear();
    run.logged = 0;
  }

  private keyOf(text: string): Buffer {
    return this.scratch.subarray(0, this.scratch.write(text, 'latin1'));
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

  /** Changed keys of the range, each once, in its order. */
  private changedIn({ prefix, reverse, start, exclusiveStart, end }: Bounds): string[] {
    const older = this.older.table.textsWith(prefix);
    const found = this.newer.table.textsWith(prefix);
    if (older.length > 0) found.push(...older.filter((text) => !this.isNewer(text)));
    if (found.length === 0) return found;
    const from = start === undefined ? undefined : textOf(start);
    const until = end === undefined ? undefined : textOf(end);
    const isWithin = reverse
      ? (text: string) => (from === undefined || text < from) && text >= (until ?? '')
      : (text: string) =>
          (until === undefined || text < until) &&
          (from === undefined || text > from || (text === from && !exclusiveStart));
    const within = found.filter(isWithin).sort(compareTexts);
    return reverse ? within.reverse() : within;
  }

  private isNewer(text: string): boolean {
    return this.newer.table.find(this.keyOf(text)) >= 0;
  }
}

function emptyRun(): Run {
  return { table: new ChangeTable(TASK_PREFIX_BYTES), logged: 0, sequences: [] };
}

function textOf(key: Buffer): string {
  return key.toString('latin1');
}

/** Texts of one character a byte compare as the bytes do. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

function sequenceKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(SEQUENCE_BYTES);
  key.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
  return key;
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
