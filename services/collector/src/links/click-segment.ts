/**
 * One file of the click store: frames of length, CRC-32 and an event's bytes. A frame is written by one
 * write, so that it is in the kernel's hands, and outlives the process, before its click is answered.
 */
import {
  closeSync,
  constants,
  fdatasync,
  ftruncateSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { type CollectedEvent, eventsCollected } from '@rosi/events';

const headBytes = 8;
const sync = promisify(fdatasync);

export interface SegmentReading {
  readonly events: readonly CollectedEvent[];
  /** Bytes after the last whole frame: a write that a power cut tore. */
  readonly tornBytes: number;
}

export class ClickSegment {
  readonly path: string;
  #file: number;
  #bytes = 0;
  /** Events that the log does not have yet; null: on disk alone. */
  waiting: CollectedEvent[] | null;
  /** How many it holds that the log does not have yet. */
  pending = 0;

  /** A new file. */
  constructor(path: string, options: { readonly inMemory: boolean }) {
    const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
    this.path = path;
    this.#file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o600);
    this.waiting = options.inMemory ? [] : null;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws when the file does not take the whole frame; then it holds nothing of it. */
  append(event: CollectedEvent): void {
    const frame = frameOf(event);
    let written = 0;
    try {
      written = writeSync(this.#file, frame);
      if (written < frame.length) throw new Error('the disk is full');
    } catch (error) {
      if (written > 0) ftruncateSync(this.#file, this.#bytes);
      throw error;
    }
    this.#bytes += frame.length;
    this.pending += 1;
    this.waiting?.push(event);
  }

  /** Makes the file empty: the log has all of it. */
  clear(): void {
    ftruncateSync(this.#file, 0);
    this.#bytes = 0;
  }

  flush(): Promise<void> {
    return sync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  remove(): void {
    this.close();
    unlinkSync(this.path);
  }
}

function frameOf(event: CollectedEvent): Buffer {
  const bytes = eventsCollected.codec.encode(event);
  const frame = Buffer.allocUnsafe(headBytes + bytes.length);
  frame.writeUInt32LE(bytes.length, 0);
  frame.writeUInt32LE(crc32(bytes), 4);
  bytes.copy(frame, headBytes);
  return frame;
}

/** Every whole frame of a file, in order. */
export function readSegment(path: string): SegmentReading {
  const bytes = readFileSync(path);
  const events: CollectedEvent[] = [];
  let from = 0;
  while (from + headBytes <= bytes.length) {
    const end = from + headBytes + bytes.readUInt32LE(from);
    if (end > bytes.length) break;
    const frame = bytes.subarray(from + headBytes, end);
    if (crc32(frame) !== bytes.readUInt32LE(from + 4)) break;
    events.push(eventsCollected.codec.decode(frame));
    from = end;
  }
  return { events, tornBytes: bytes.length - from };
}
