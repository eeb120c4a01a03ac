/**
 * The state of one task inside the transaction of the runtime's cycle. All tasks share one state;
 * a prefix of three bytes (processor, partition) keeps them apart.
 */
import { byteRange, type StateStore } from '@rosi/streams';
import {
  type ChangedState,
  type Entry,
  STATE_KEY_BYTES_MAX,
  TASK_PREFIX_BYTES,
} from './changed-state.js';

const KEY_BYTES_MAX = STATE_KEY_BYTES_MAX - TASK_PREFIX_BYTES;
/** Entries read at once from a range: few at first, because callers often stop early. */
const CHUNK_FIRST = 32;
const CHUNK_MAX = 1024;

export interface TaskState extends StateStore {
  /** To be called when the transaction or batch ends: open ranges are over. */
  closeRanges(): void;
}

/** The bytes that all keys of a task begin with. */
export function taskPrefix(processor: number, partition: number): Buffer {
  const prefix = Buffer.alloc(TASK_PREFIX_BYTES);
  prefix.writeUInt8(processor, 0);
  prefix.writeUInt16BE(partition, 1);
  return prefix;
}

export function createTaskState(changes: ChangedState, prefix: Buffer): TaskState {
  const open = new Set<OpenRange>();
  // One buffer for all keys on their way to the store, which copies them at once.
  const scratch = Buffer.alloc(STATE_KEY_BYTES_MAX);
  scratch.set(prefix);
  // Its beginnings, by length: a view made for each key would cost more than looking it up.
  const beginnings: Buffer[] = [];
  const keyOf = (key: Uint8Array) => {
    if (key.length > KEY_BYTES_MAX) {
      throw new RangeError(`A state key has ${key.length} bytes; at most ${KEY_BYTES_MAX} fit`);
    }
    scratch.set(key, TASK_PREFIX_BYTES);
    const length = TASK_PREFIX_BYTES + key.length;
    let whole = beginnings[length];
    if (whole === undefined) {
      whole = scratch.subarray(0, length);
      beginnings[length] = whole;
    }
    return whole;
  };
  const forWriting = (key: Uint8Array) => {
    const whole = keyOf(key);
    for (const range of open) range.beforeWrite(whole);
    // Reading has not used the scratch buffer, so `whole` is as it was.
    return whole;
  };
  return {
    get: (key) => changes.get(keyOf(key)),
    put(key, value) {
      changes.put(forWriting(key), value);
    },
    delete(key) {
      changes.put(forWriting(key), null);
    },
    range(options) {
      const range = new OpenRange(changes, prefix, options, (one) => open.delete(one));
      open.add(range);
      return range;
    },
    closeRanges() {
      open.clear();
    },
  };
}

/**
 * A range read in chunks while it is iterated. It stays the snapshot of when it was asked for,
 * because a write into what is still unread makes it read the rest first.
 */
class OpenRange implements Iterable<Entry> {
  private readonly prefix: Buffer;
  private readonly low: Buffer;
  private readonly high: Buffer | undefined;
  private readonly reverse: boolean;
  private left: number;
  private chunk = CHUNK_FIRST;
  private ready: Entry[] = [];
  private at = 0;
  private done = false;
  /** The last key read from the store; the next chunk begins after it. */
  private lastKey: Buffer | undefined;

  constructor(
    private readonly changes: ChangedState,
    prefix: Buffer,
    options: Parameters<StateStore['range']>[0],
    private readonly onDone: (range: OpenRange) => void,
  ) {
    this.prefix = Buffer.concat([prefix, options.prefix]);
    const { low, high, last } = byteRange({
      ...options,
      prefix: this.prefix,
      ...(options.from === undefined ? {} : { from: Buffer.concat([prefix, options.from]) }),
    });
    this.low = low;
    // The smallest key after `last` is `last` and a zero byte.
    this.high = last === undefined ? high : Buffer.concat([last, Buffer.from([0])]);
    this.reverse = options.reverse === true;
    this.left = options.limit ?? Number.POSITIVE_INFINITY;
  }

  *[Symbol.iterator](): Generator<Entry> {
    try {
      for (;;) {
        if (this.at === this.ready.length && !this.readChunk()) return;
        const entry = this.ready[this.at];
        this.at += 1;
        if (entry !== undefined) yield entry;
      }
    } finally {
      this.finish();
    }
  }

  /** A key (with the task's prefix) is about to be written. */
  beforeWrite(key: Buffer): void {
    if (this.done || !this.isUnread(key)) return;
    const unread = this.ready.slice(this.at);
    this.chunk = CHUNK_MAX;
    while (this.readChunk()) unread.push(...this.ready);
    this.ready = unread;
    this.at = 0;
    this.finish();
  }

  private isUnread(key: Buffer): boolean {
    if (Buffer.compare(key, this.low) < 0) return false;
    if (this.high !== undefined && Buffer.compare(key, this.high) >= 0) return false;
    if (this.lastKey === undefined) return true;
    const order = Buffer.compare(key, this.lastKey);
    return this.reverse ? order < 0 : order > 0;
  }

  /** Fills `ready` with what comes next; false when there is nothing more. */
  private readChunk(): boolean {
    this.ready = [];
    this.at = 0;
    if (this.done) return false;
    const limit = Math.min(this.chunk, this.left);
    this.chunk = Math.min(this.chunk * 4, CHUNK_MAX);
    if (limit > 0) this.fill(limit);
    this.left -= this.ready.length;
    if (this.ready.length < limit || this.left === 0) this.finish();
    return this.ready.length > 0;
  }

  private fill(limit: number): void {
    const { prefix, low, high, lastKey, reverse } = this;
    const exclusiveStart = lastKey !== undefined;
    const bounds = reverse
      ? { start: lastKey ?? high, end: low, exclusiveStart: true }
      : { start: lastKey ?? low, end: high, exclusiveStart };
    for (const [key, value] of this.changes.read({ prefix, reverse, ...bounds }, limit)) {
      this.lastKey = key;
      this.ready.push([key.subarray(TASK_PREFIX_BYTES), value]);
    }
  }

  private finish(): void {
    this.done = true;
    this.onDone(this);
  }
}
