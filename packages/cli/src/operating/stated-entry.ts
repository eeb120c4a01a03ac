/**
 * What `rosi webhook` and `rosi connector` have in common: an entry as its flags state it, and the file of
 * the data folder in which it comes to stand.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { writePrivateFile } from '../start/atomic-file.js';

export interface StatedEntry {
  readonly source: string;
  readonly id: string;
  /** Null: none was given. */
  readonly secret: string | null;
  /** JSON; null: as they are, or the standard ones. */
  readonly settings: string | null;
}

/** `page` shows what they may hold. */
export function parseSettings(text: string, page: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrongUse(`--settings takes a JSON object, as ${page} shows.`);
  }
}

/** Writes a list that `check`, which throws, finds good, as the next start will. */
export function writeList(
  path: string,
  list: object,
  check: (text: string, place: string) => unknown,
): void {
  const text = `${JSON.stringify(list, null, 2)}\n`;
  check(text, 'What would be written');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writePrivateFile(path, text);
}

export const wrongUse = (told: string) => new RosiError('ROSI_USAGE_INVALID', told);
