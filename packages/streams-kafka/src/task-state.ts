/**
 * A task's state while a transaction is under way: the copy on disk, and over it, in memory, what has
 * been written since. Nothing reaches the copy before Kafka has committed; what is on its way there
 * stays readable here until it has arrived, so that work goes on meanwhile.
 */
import { createRequire } from 'node:module';
import { byteRange, type StateStore } from '@rosi/streams';
import type sorted from 'sorted-btree';
import { type ChangelogEntry, stateEntryKey, statePrefix } from './changelog.js';
import type { LocalCopy } from './local-state.js';

// The package is CommonJS with a default export, which loaders disagree about how to import.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof sorted;
type Tree = InstanceType<typeof BTree<string, Write>>;
type Entry = readonly [key: Buffer, value: Buffer];
type RangeOptions = Parameters<StateStore['range']>[0];

/** Null: removed. */
interface Write {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

export interface TaskState extends StateStore {
  /** Everything written since the last `handOver`, each key once, in the order of keys. */
  written(): Iterable<ChangelogEntry>;
  /** The bytes of what is written, about. */
  readonly writtenBytes: number;
  /** What was written is on its way to the copy; the answer is to be called once it is there. */
  handOver(): () => void;
}

export function createTaskState(copy: LocalCopy): TaskState {
  const writes = new Writes();
  return {
    get(key) {
      const whole = stateEntryKey(key);
      const written = writes.get(whole);
      if (written === undefined) return copy.get(whole);
      return written.value === null ? undefined : Buffer.from(written.value);
    },
    put: (key, value) => writes.set(stateEntryKey(key), Buffer.from(value)),
    delete: (key) => writes.set(stateEntryKey(key), null),
    // The writes are those of now, whenever they are read; the copy changes between transactions.
    range: (options) => merged(copy, writes.sorted(), options),
    written: () => writes.all(),
    get writtenBytes() {
      return writes.bytes;
    },
    handOver: () => writes.handOver(),
  };
}

/**
 * Writes by key. Most are read by key and never as a range, so that they are sorted only when a range
 * is read. Keys are compared as texts of one byte a character: that is the order of their bytes, at
 * a fraction of what comparing buffers costs.
 */
class Writes {
  bytes = 0;
  /** All that the copy may not have yet. */
  private readonly byKey = new Map<string, Write>();
  /** Those of them that are not on their way to the copy. */
  private fresh = new Map<string, Write>();
  private readonly unsorted = new Map<string, Write>();
  private tree: Tree = emptyTree();

  get(key: Buffer): Write | undefined {
    return this.byKey.size === 0 ? undefined : this.byKey.get(textOf(key));
  }

  set(key: Buffer, value: Buffer | null): void {
    const text = textOf(key);
    const write = { key, value };
    this.byKey.set(text, write);
    this.fresh.set(text, write);
    this.unsorted.set(text, write);
    this.bytes += key.length + (value?.length ?? 0);
  }

  /** Does not change any more. */
  sorted(): Tree {
    for (const [text, write] of this.unsorted) this.tree.set(text, write);
    this.unsorted.clear();
    return this.tree.clone();
  }

  *all(): Generator<Write> {
    for (const text of [...this.fresh.keys()].sort()) yield this.fresh.get(text) as Write;
  }

  handOver(): () => void {
    const leaving = this.fresh;
    this.fresh = new Map();
    this.bytes = 0;
    return () => this.forget(leaving);
  }

  private forget(arrived: ReadonlyMap<string, Write>): void {
    for (const [text, write] of arrived) {
      // What has been written again since stays.
      if (this.byKey.get(text) !== write) continue;
      this.byKey.delete(text);
      this.unsorted.delete(text);
      // It may hold an older write of the key, too.
      this.tree.delete(text);
    }
  }
}

function emptyTree(): Tree {
  return new BTree<string, Write>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function textOf(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}

/** Both sorted runs as one; where both have a key, the write counts. */
function* merged(copy: LocalCopy, writes: Tree, options: RangeOptions): Generator<Entry> {
  const { limit: most, from, ...rest } = options;
  const whole = {
    ...rest,
    prefix: stateEntryKey(options.prefix),
    ...(from === undefined ? {} : { from: stateEntryKey(from) }),
  };
  const sign = options.reverse === true ? -1 : 1;
  const stored = copy.range(whole)[Symbol.iterator]();
  const written = inRange(writes, whole)[Symbol.iterator]();
  try {
    let [below, above] = [stored.next(), written.next()];
    for (let left = most ?? Number.POSITIVE_INFINITY; left > 0; ) {
      if (below.done === true && above.done === true) return;
      const order = orderOf(below, above, sign);
      const [key, value] = order < 0 ? below.value : [above.value.key, above.value.value];
      if (order <= 0) below = stored.next();
      if (order >= 0) above = written.next();
      if (value === null) continue;
      left -= 1;
      yield [key.subarray(statePrefix.length), Buffer.from(value)];
    }
  } finally {
    stored.return?.();
  }
}

/** Negative: the stored entry comes first; 0: both are of one key. A run that has ended is last. */
function orderOf(below: IteratorResult<Entry>, above: IteratorResult<Write>, sign: number): number {
  if (below.done === true) return 1;
  if (above.done === true) return -1;
  return Buffer.compare(below.value[0], above.value.key) * sign;
}

function* inRange(tree: Tree, options: RangeOptions): Generator<Write> {
  const { low, high, last } = byteRange(options);
  const reverse = options.reverse === true;
  const [lowest, end] = [textOf(low), high === undefined ? undefined : textOf(high)];
  const newest = last === undefined ? end : textOf(last);
  const entries = reverse
    ? tree.entriesReversed(newest, undefined, last === undefined && high !== undefined)
    : tree.entries(lowest);
  for (const [text, write] of entries) {
    if (reverse ? text < lowest : end !== undefined && text >= end) return;
    yield write;
  }
}
