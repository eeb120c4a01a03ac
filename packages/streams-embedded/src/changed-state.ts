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

  /** The first entries of the range, as they are now, at most so many. */
  read(bounds: Bounds, limit: number): Entry[] {
    const found: Entry[] = [];
    const changed = this.changedIn(bounds);
    const sign = bounds.reverse ? -1 : 1;
    let at = 0;
    for (const { key: storedKey, value } of this.storedIn(bounds)) {
      // Keys of these stores are always bytes.
      const key = asBuffer(storedKey as Uint8Array);
      let order = 1;
      for (let next = changed[at]; next !== undefined; next = changed[at]) {
        order = Buffer.compare(key, next.key) * sign;
        if (order < 0) break;
        at += 1;
        if (addTo(found, next) === limit) return found;
        if (order === 0) break;
      }
      if (order === 0) continue;
      if (found.push([key, asBuffer(value)]) === limit) return found;
    }
    for (; at < changed.length; at += 1) {
      if (addTo(found, changed[at] as Change) === limit) return found;
    }
    return found;
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
    const { newer, older } = this;
    const newerPlace = newer.table.find(key);
    if (newerPlace >= 0) return newer.table.valueAt(newerPlace);
    const olderPlace = older.table.find(key);
    return olderPlace >= 0 ? older.table.valueAt(olderPlace) : undefined;
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

  private storedIn({ reverse, start, exclusiveStart, end }: Bounds) {
    const bounds = reverse
      ? { exclusiveStart: true, inclusiveEnd: true, reverse }
      : { exclusiveStart };
    return this.tree.getRange({
      ...bounds,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    });
  }

  /** Changes of the range, one for each key, in its order. */
  private changedIn(bounds: Bounds): Change[] {
    const { prefix, reverse } = bounds;
    const found: Change[] = [];
    const { table } = this.newer;
    for (const place of table.placesWith(prefix)) {
      const key = table.keyAt(place);
      if (isWithin(key, bounds)) found.push({ key, value: table.valueAt(place) });
    }
    const { table: before } = this.older;
    for (const place of before.placesWith(prefix)) {
      const key = before.keyAt(place);
      const isReplaced = table.find(key) >= 0;
      if (!isReplaced && isWithin(key, bounds)) found.push({ key, value: before.valueAt(place) });
    }
    if (found.length < 2) return found;
    const sign = reverse ? -1 : 1;
    return found.sort((a, b) => Buffer.compare(a.key, b.key) * sign);
  }
}

/** Views of the table's bytes. */
interface Change {
  readonly key: Buffer;
  /** Null: removed. */
  readonly value: Buffer | null;
}

/** Answers how many there are now. */
function addTo(found: Entry[], { key, value }: Change): number {
  return value === null ? -1 : found.push([Buffer.from(key), Buffer.from(value)]);
}

function isWithin(key: Buffer, { reverse, start, exclusiveStart, end }: Bounds): boolean {
  const afterStart = start === undefined ? 0 : Buffer.compare(key, start);
  const afterEnd = end === undefined ? 0 : Buffer.compare(key, end);
  if (reverse) return (start === undefined || afterStart < 0) && afterEnd >= 0;
  const isBegun = afterStart > 0 || (afterStart === 0 && !(exclusiveStart && start !== undefined));
  return isBegun && (end === undefined || afterEnd < 0);
}

function emptyRun(): Run {
  return { table: new ChangeTable(TASK_PREFIX_BYTES), logged: 0, sequences: [] };
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
