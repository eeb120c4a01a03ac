/**
 * State of one task in memory: a B+ tree by bytes. Copying it costs nothing until one of the two is
 * written to, so ranges are snapshots and a batch that fails is undone by keeping the copy.
 */
import { createRequire } from 'node:module';
import type sorted from 'sorted-btree';
import { type ByteRange, byteRange } from './byte-range.js';
import type { StateStore } from './topology.js';

// The package is CommonJS with a default export, which loaders disagree about how to import.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof sorted;
type Tree = InstanceType<typeof BTree<Buffer, Buffer>>;

export interface MemoryState extends StateStore {
  /** The state as it is now; later writes to either do not show in the other. */
  snapshot(): MemoryState;
  readonly size: number;
}

export function createMemoryState(): MemoryState {
  return memoryState(new BTree<Buffer, Buffer>(undefined, Buffer.compare));
}

function memoryState(tree: Tree): MemoryState {
  return {
    get(key) {
      const value = tree.get(Buffer.from(key));
      return value === undefined ? undefined : Buffer.from(value);
    },
    // Copies, as a store on disk would: the caller may use its buffers again.
    put(key, value) {
      tree.set(Buffer.from(key), Buffer.from(value));
    },
    delete(key) {
      tree.delete(Buffer.from(key));
    },
    range: (options) =>
      scan(
        tree.clone(),
        byteRange(options),
        options.reverse === true,
        options.limit ?? Number.POSITIVE_INFINITY,
      ),
    snapshot: () => memoryState(tree.clone()),
    get size() {
      return tree.size;
    },
  };
}

function* scan(
  tree: Tree,
  range: ByteRange,
  reverse: boolean,
  limit: number,
): Generator<readonly [Buffer, Buffer]> {
  const { low, high, last } = range;
  const entries = reverse
    ? tree.entriesReversed(last ?? high, undefined, last === undefined && high !== undefined)
    : tree.entries(low);
  let left = limit;
  for (const [key, value] of entries) {
    if (left <= 0) return;
    const outside = reverse
      ? Buffer.compare(key, low) < 0
      : high !== undefined && Buffer.compare(key, high) >= 0;
    if (outside) return;
    left -= 1;
    yield [Buffer.from(key), Buffer.from(value)];
  }
}
