/**
 * A copy of tasks' state on this machine, in one LMDB environment: what a task reads from, and what
 * saves it from reading its whole changelog again after a restart. The changelog is the truth; this
 * copy is written after Kafka's commit, together with the changelog offset that it has reached.
 */
import { mkdirSync } from 'node:fs';
import { byteRange, freePages, type StateStore } from '@rosi/streams';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { ChangelogEntry } from './changelog.js';
import { discardTorn } from './discard-torn.js';

const KEY_BYTES_MAX = 1900;
const PLACE = Buffer.from([0xff]);
const ENTRIES_REMOVED_AT_ONCE = 10_000;

type Store = Database<Buffer, Buffer>;
type Entry = readonly [key: Buffer, value: Buffer];

/** How far a copy has come. */
export interface CopyPlace {
  /** The changelog's offset up to which everything is in the copy, exclusive. */
  readonly changelogOffset: number;
  /** When it was written, by this machine's clock. */
  readonly savedAtMs: number;
}

/** The copy of one task's state. Keys are those of the changelog. */
export interface LocalCopy {
  place(): CopyPlace | undefined;
  get(key: Uint8Array): Buffer | undefined;
  range(options: Parameters<StateStore['range']>[0]): Iterable<Entry>;
  /** Applies writes (null: removed) and moves the place with them; all or nothing. */
  apply(entries: Iterable<ChangelogEntry>, place: CopyPlace): Promise<void>;
  clear(): Promise<void>;
}

export interface LocalState {
  copyOf(task: string): LocalCopy;
  /** Tasks of which there is a copy here. */
  tasks(): string[];
  close(): Promise<void>;
}

/** For the one instance that the folder belongs to. A file that is not whole is thrown away. */
export function openLocalState(dir: string): LocalState {
  mkdirSync(dir, { recursive: true });
  discardTorn(dir);
  return openEnvironment(dir);
}

function openEnvironment(dir: string): LocalState {
  const environment: RootDatabase<Buffer, Buffer> = open<Buffer, Buffer>(dir, {
    encoding: 'binary',
    keyEncoding: 'binary',
    noSubdir: false,
    maxDbs: 2,
    ...freePages,
  });
  const store = environment.openDB<Buffer, Buffer>('state', {
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  return {
    copyOf: (task) => new Copy(environment, store, taskPrefix(task)),
    tasks: () => tasksIn(store),
    close: () => environment.close(),
  };
}

/** No task's prefix is the beginning of another's, since names contain no NUL. */
function taskPrefix(task: string): Buffer {
  return Buffer.from(`${task}\0`);
}

function tasksIn(store: Store): string[] {
  const tasks: string[] = [];
  for (let from: Buffer | undefined; ; ) {
    const range = store.getKeys({ ...(from === undefined ? {} : { start: from }), limit: 1 });
    const first = [...range][0];
    if (first === undefined) return tasks;
    const key = Buffer.from(first as Uint8Array);
    const task = key.toString('utf8', 0, key.indexOf(0));
    tasks.push(task);
    from = Buffer.from(`${task}\x01`);
  }
}

class Copy implements LocalCopy {
  constructor(
    private readonly environment: RootDatabase<Buffer, Buffer>,
    private readonly store: Store,
    private readonly prefix: Buffer,
  ) {}

  place(): CopyPlace | undefined {
    const bytes = this.get(PLACE);
    // Only `apply` writes it, with the same type.
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as CopyPlace);
  }

  get(key: Uint8Array): Buffer | undefined {
    const value = this.store.getBinary(this.keyOf(key));
    return value === undefined ? undefined : asBuffer(value);
  }

  *range(options: Parameters<StateStore['range']>[0]): Generator<Entry> {
    const { low, high, last } = byteRange({
      ...options,
      prefix: Buffer.concat([this.prefix, options.prefix]),
      ...(options.from === undefined ? {} : { from: Buffer.concat([this.prefix, options.from]) }),
    });
    // The smallest key after `last` is `last` and a zero byte.
    const end = last === undefined ? high : Buffer.concat([last, Buffer.from([0])]);
    const limit = options.limit === undefined ? {} : { limit: options.limit };
    const bounds =
      options.reverse === true
        ? { start: end, exclusiveStart: true, end: low, inclusiveEnd: true, reverse: true }
        : { start: low, end };
    const { start, end: until, ...rest } = bounds;
    const found = this.store.getRange({
      ...rest,
      ...limit,
      ...(start === undefined ? {} : { start }),
      ...(until === undefined ? {} : { end: until }),
    });
    for (const { key, value } of found) {
      // Keys of this store are always bytes.
      yield [asBuffer(key as Uint8Array).subarray(this.prefix.length), asBuffer(value)];
    }
  }

  async apply(entries: Iterable<ChangelogEntry>, place: CopyPlace): Promise<void> {
    await this.environment.transaction(() => {
      for (const { key, value } of entries) {
        // Within a transaction a write is done at once; its promise says nothing more.
        if (value === null) void this.store.remove(this.keyOf(key));
        else void this.store.put(this.keyOf(key), value);
      }
      void this.store.put(this.keyOf(PLACE), Buffer.from(JSON.stringify(place)));
    });
  }

  async clear(): Promise<void> {
    // The place first: a copy that is half gone must not look whole.
    await this.environment.transaction(() => void this.store.remove(this.keyOf(PLACE)));
    for (;;) {
      const some = this.range({ prefix: Buffer.alloc(0), limit: ENTRIES_REMOVED_AT_ONCE });
      const keys = [...some].map(([key]) => this.keyOf(key));
      if (keys.length === 0) return;
      await this.environment.transaction(() => {
        for (const key of keys) void this.store.remove(key);
      });
    }
  }

  private keyOf(key: Uint8Array): Buffer {
    if (key.length > KEY_BYTES_MAX) {
      throw new RangeError(`A state key has ${key.length} bytes; at most ${KEY_BYTES_MAX} fit`);
    }
    return Buffer.concat([this.prefix, key]);
  }
}

/** A view, not a copy, of bytes that lmdb gives in a buffer of their own. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
