/**
 * The data folder and its lock. One process at a time may work in a data folder; the lock is the
 * kernel's, held on an open file, so that it is free again the moment its holder is gone, also
 * after kill -9. The file's text (the holder's pid) is for the message only, never for the decision.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { tryLockFile } from './file-lock.js';

export interface DataFolder {
  readonly path: string;
  release(): void;
}

/** Makes the folder when it is missing. Throws a RosiError (exit code 2) that names the holder. */
export function openDataFolder(path: string): DataFolder {
  const file = openLockFile(path);
  if (!tryLockFile(file)) {
    const holder = readFileSync(join(path, 'lock'), 'utf8').trim();
    closeSync(file);
    throw new RosiError(
      'ROSI_DATA_DIR_LOCKED',
      `The data folder ${path} is in use by process ${holder === '' ? '(unknown)' : holder}. ` +
        'Stop that one first (Ctrl-C, or kill with its number), ' +
        'or set ROSI_DATA_DIR to another folder.',
    );
  }
  ftruncateSync(file);
  writeSync(file, `${process.pid}\n`);
  let held = true;
  return {
    path,
    release() {
      // The file stays: removing it would let two processes lock two files of the same name.
      if (held) closeSync(file);
      held = false;
    },
  };
}

function openLockFile(path: string): number {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return openSync(join(path, 'lock'), 'a+', 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `The data folder ${path} can't be used: ${reason}. ` +
        'Set ROSI_DATA_DIR to a folder that you may write to.',
      { cause },
    );
  }
}
