/**
 * A task's state while a transaction is under way: the copy on disk as of the last commit, and over
 * it, in memory, what has been written since. Nothing reaches the copy before Kafka has committed.
 */
import { createRequire } from 'node:module';
import { byteRange, type StateStore } from '@rosi/streams';
import type sorted from 'sorted-btree';
import { type ChangelogEntry, stateEntryKey, statePrefix } from './changelog.js';
import type { LocalCopy } from './local-state.js';

// The package is CommonJS with a default export, which loaders disagree about how to import.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof sorted;
type Tree = InstanceType<typeof BTree<Buffer, Buffer | null>>;
type Entry = readonly [key: Buffer, value: Buffer];
type RangeOptions = Parameters<StateStore['range']>[0];

export interface TaskState extends StateStore {
  /** Everything written since the last `forget`, each key once. */
  written(): Iterable<ChangelogEntry>;
  /** The bytes of what is written, about. */
  readonly writtenBytes: number;
  /** What was written is in the copy, or is not to be. */
  forget(): void;
}

export function createTaskState(copy: LocalCopy): TaskState {
  let writes: Tree = new BTree<Buffer, Buffer | null>(undefined, Buffer.compare);
  let writtenBytes = 0;
  const write = (key: Uint8Array, value: Buffer | null) => {
    const whole = stateEntryKey(key);
    writes.set(whole, value);
    writtenBytes += whole.length + (value?.length ?? 0);
  };
  return {
    get(key) {
      const whole = stateEntryKey(key);
      const written = writes.get(whole);
      if (written === undefined) return copy.get(whole);
      return written === null ? undefined : Buffer.from(written);
    },
    put: (key, value) => write(key, Buffer.from(value)),
    delete: (key) => write(key, null),
    // The clone is taken now, whenever it is read; the copy changes between transactions only.
    range: (options) => merged(copy, writes.clone(), options),
    *written() {
      for (const [key, value] of writes.entries()) yield { key, value };
    },
    get writtenBytes() {
      return writtenBytes;
    },
    forget() {
      writes = new BTree<Buffer, Buffer | null>(undefined, Buffer.compare);
      writtenBytes = 0;
    },
  };
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
      const [key, value] = order < 0 ? below.value : above.value;
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
function orderOf(
  below: IteratorResult<Entry>,
  above: IteratorResult<readonly [Buffer, Buffer | null]>,
  sign: number,
): number {
  if (below.done === true) return 1;
  if (above.done === true) return -1;
  return Buffer.compare(below.value[0], above.value[0]) * sign;
}

function* inRange(tree: Tree, options: RangeOptions): Generator<readonly [Buffer, Buffer | null]> {
  const { low, high, last } = byteRange(options);
  const reverse = options.reverse === true;
  const entries = reverse
    ? tree.entriesReversed(last ?? high, undefined, last === undefined && high !== undefined)
    : tree.entries(low);
  for (const [key, value] of entries) {
    const outside = reverse
      ? Buffer.compare(key, low) < 0
      : high !== undefined && Buffer.compare(key, high) >= 0;
    if (outside) return;
    yield [key, value];
  }
}
