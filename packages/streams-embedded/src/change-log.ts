/**
 * Changes of state one behind the other, in memory as they are in the store: each with its key and
 * its new value, or that it was removed. Appending is all that a commit costs, whereas the tree
 * has each key on a page of its own. Read again after a restart, in order, they give the same state.
 */
import type { Store } from './environment.js';
import { asBuffer } from './partition-log.js';

/** Key's length, value's length. */
const HEAD_BYTES = 6;
const REMOVED = 0xffffffff;
const CHUNK_BITS = 16;
const CHUNK_BYTES = 2 ** CHUNK_BITS;
const SEQUENCE_BYTES = 6;

interface Chunk {
  readonly bytes: Buffer;
  /** The place of its first byte. */
  readonly start: number;
  used: number;
  /** So much of it is in the store. */
  stored: number;
}

export class ChangeLog {
  private readonly store: Store;
  /** By place: one that is larger than others stands there several times. */
  private chunks: Chunk[] = [];
  private firstSequence = 0;
  private nextSequence = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Of memory. */
  get bytes(): number {
    return this.chunks.length * CHUNK_BYTES;
  }

  /** Keeps a change (null: removed) and answers its place. */
  append(key: Uint8Array, value: Uint8Array | null): number {
    const chunk = this.roomFor(HEAD_BYTES + key.length + (value?.length ?? 0));
    const { bytes, used } = chunk;
    bytes.writeUInt16LE(key.length, used);
    bytes.writeUInt32LE(value?.length ?? REMOVED, used + 2);
    bytes.set(key, used + HEAD_BYTES);
    if (value !== null) bytes.set(value, used + HEAD_BYTES + key.length);
    chunk.used += HEAD_BYTES + key.length + (value?.length ?? 0);
    return chunk.start + used;
  }

  /** The value, in bytes that never change; null: removed. */
  valueAt(place: number): Buffer | null {
    const { bytes, start } = this.chunks[place >>> CHUNK_BITS] as Chunk;
    const at = place - start;
    const length = bytes.readUInt32LE(at + 2);
    if (length === REMOVED) return null;
    const from = at + HEAD_BYTES + bytes.readUInt16LE(at);
    return bytes.subarray(from, from + length);
  }

  /** Writes what the store has not; within a transaction. */
  persist(): void {
    for (const chunk of new Set(this.chunks)) {
      if (chunk.stored === chunk.used) continue;
      const bytes = chunk.bytes.subarray(chunk.stored, chunk.used);
      void this.store.put(sequenceKey(this.nextSequence), bytes);
      this.nextSequence += 1;
      chunk.stored = chunk.used;
    }
  }

  /** All is in the tree: nothing has to be kept here, nor in the store; within a transaction. */
  clear(): void {
    this.chunks = [];
    for (; this.firstSequence < this.nextSequence; this.firstSequence += 1) {
      void this.store.remove(sequenceKey(this.firstSequence));
    }
  }

  /** What a former run left, change by change, each with its place from now on. */
  *restore(): Iterable<{ readonly key: Buffer; readonly place: number }> {
    for (const { key, value } of this.store.getRange({})) {
      const sequence = asBuffer(key as Uint8Array).readUIntBE(0, SEQUENCE_BYTES);
      if (this.nextSequence === 0) this.firstSequence = sequence;
      this.nextSequence = sequence + 1;
      for (const change of changesIn(asBuffer(value))) {
        yield { key: change.key, place: this.append(change.key, change.value) };
      }
    }
    for (const chunk of this.chunks) chunk.stored = chunk.used;
  }

  private roomFor(bytes: number): Chunk {
    const last = this.chunks.at(-1);
    if (last !== undefined && last.used + bytes <= last.bytes.length) return last;
    const count = Math.ceil(bytes / CHUNK_BYTES);
    const chunk = {
      bytes: Buffer.allocUnsafeSlow(count * CHUNK_BYTES),
      start: this.chunks.length * CHUNK_BYTES,
      used: 0,
      stored: 0,
    };
    for (let left = count; left > 0; left -= 1) this.chunks.push(chunk);
    return chunk;
  }
}

function* changesIn(bytes: Buffer): Iterable<{ key: Buffer; value: Buffer | null }> {
  for (let at = 0; at < bytes.length; ) {
    const keyEnd = at + HEAD_BYTES + bytes.readUInt16LE(at);
    const length = bytes.readUInt32LE(at + 2);
    const end = keyEnd + (length === REMOVED ? 0 : length);
    const key = bytes.subarray(at + HEAD_BYTES, keyEnd);
    yield { key, value: length === REMOVED ? null : bytes.subarray(keyEnd, end) };
    at = end;
  }
}

function sequenceKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(SEQUENCE_BYTES);
  key.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
  return key;
}
