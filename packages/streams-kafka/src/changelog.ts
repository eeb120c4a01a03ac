/**
 * What a task's changelog holds, under keys of three kinds: its state, one document that says how
 * far its inputs are handled and what became of records, and the mark that each new owner makes.
 * The topic is compacted: the newest record of each key is what counts.
 */
import type { OutcomeCounts } from '@rosi/streams';

const DOCUMENT = 0x00;
const STATE = 0x01;
const MARK = 0x02;

/** One write; null removes the key. */
export interface ChangelogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Committed with every transaction of a task; positions here are the truth. */
export interface TaskDocument {
  readonly stateVersion: number;
  readonly partitions: number;
  /** By topic (without the cluster's prefix): the next offset to be read. */
  readonly positions: Readonly<Record<string, number>>;
  readonly outcomes: readonly OutcomeCounts[];
  /** The barrier that was handled last, while what came of it may still be under way. */
  readonly alone: string | null;
}

export const documentKey: Buffer = Buffer.from([DOCUMENT]);
export const markKey: Buffer = Buffer.from([MARK]);
export const statePrefix: Buffer = Buffer.from([STATE]);

export function stateEntryKey(key: Uint8Array): Buffer {
  return Buffer.concat([statePrefix, key]);
}

export function isMark(key: Buffer): boolean {
  return key[0] === MARK;
}

export function encodeDocument(document: TaskDocument): Buffer {
  return Buffer.from(JSON.stringify(document));
}

export function decodeDocument(bytes: Buffer): TaskDocument {
  // Only `encodeDocument` writes it; a later build may only add fields.
  return JSON.parse(bytes.toString()) as TaskDocument;
}
