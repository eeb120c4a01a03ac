/** Small files that a crash leaves whole: as they were, or as they were to be. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Readable by its owner alone; on disk, its name included, when it returns. */
export function writeDurably(path: string, text: string): void {
  // Another process may write the same file: the later one counts, and neither half.
  const draft = `${path}.${process.pid}.draft`;
  writeAndSync(draft, 'w', text);
  renameSync(draft, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function appendDurably(path: string, text: string): void {
  writeAndSync(path, 'a', text);
}

function writeAndSync(path: string, flags: 'w' | 'a', text: string): void {
  const file = openSync(path, flags, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Null: there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
