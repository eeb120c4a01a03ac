/**
 * State of one task in memory: a B+ tree by bytes. Copying it costs nothing until one of the two is
 * written to, so a batch that fails is undone by keeping the copy.
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
  return new TreeState(new BTree<Buffer, Buffer>(undefined, Buffer.compare));
}

class TreeState implements MemoryState {
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  get(key: Uint8Array): Buffer | undefined {
    // The tree only compares the key, as any bytes can be.
    const value = this.#tree.get(key as Buffer);
    return value === undefined ? undefined : Buffer.from(value);
  }

  // Copies, as a store on disk would: the caller may use its buffers again.
  put(key: Uint8Array, value: Uint8Array): void {
    this.#tree.set(Buffer.from(key), Buffer.from(value));
  }

  delete(key: Uint8Array): void {
    this.#tree.delete(key as Buffer);
  }

  /** Read at once: what is written later does not show. */
  range(options: Parameters<StateStore['range']>[0]): [Buffer, Buffer][] {
    const { limit = Number.POSITIVE_INFINITY, reverse = false } = options;
    return scan(this.#tree, byteRange(options), reverse, limit);
  }

  snapshot(): MemoryState {
    return new TreeState(this.#tree.clone());
  }

  get size(): number {
    return this.#tree.size;
  }
}

function scan(tree: Tree, range: ByteRange, reverse: boolean, limit: number): [Buffer, Buffer][] {
  const { low, high, last } = range;
  const entries = reverse
    ? tree.entriesReversed(last ?? high, undefined, last === undefined && high !== undefined)
    : tree.entries(low);
  const found: [Buffer, Buffer][] = [];
  if (limit <= 0) return found;
  for (const [key, value] of entries) {
    const outside = reverse
      ? Buffer.compare(key, low) < 0
      : high !== undefined && Buffer.compare(key, high) >= 0;
    if (outside) break;
    found.push([Buffer.from(key), Buffer.from(value)]);
    if (found.length >= limit) break;
  }
  return found;
}
