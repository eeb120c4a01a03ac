/**
 * What `rosi webhook` and `rosi connector` have in common: an entry as its flags state it, the file of
 * the data folder in which it comes to stand, and the audit's line on it.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { RosiError, writeDurably } from '@rosi/service-kit';
import { appendAudit } from '../start/audit-file.js';

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

/** What the audit tells: which entry, and never its secret. */
export interface Change {
  readonly action: string;
  readonly source: string;
  readonly id: string;
}

interface NewList {
  /** In the data folder. */
  readonly path: string;
  readonly list: object;
  /** Throws when the next start would not take it. */
  check(text: string, place: string): unknown;
}

/** Writes a list that is good; what can't be noted is not done. */
export function writeList({ path, list, check }: NewList, { action, source, id }: Change): void {
  const text = `${JSON.stringify(list, null, 2)}\n`;
  check(text, 'What would be written');
  const dataDir = dirname(path);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  appendAudit(dataDir, { at: Date.now(), key: 'local', action, detail: { source, id } });
  writeDurably(path, text);
}

export const wrongUse = (told: string) => new RosiError('ROSI_USAGE_INVALID', told);
