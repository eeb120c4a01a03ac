/**
 * The workspace's keys. A key of the environment wins and is not stored; the others are made once,
 * by node:crypto, and kept in keys.json (0600). The hash key is never made anew while keys.json is
 * there: with another one, the same person would hash to somebody else. Nor is the suppression key:
 * with another one, repeats would count again and erased persons could come back.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RosiError, writeDurably } from '@rosi/service-kit';
import * as z from 'zod';
import { allParts, isWhole, type PartName, type PartNames } from './part-names.js';

const keysSchema = z.object({
  secretKey: z.string().min(1).optional(),
  writeKey: z.string().min(1).optional(),
  hashKey: z.string().min(1).optional(),
  suppressionKey: z.string().min(1).optional(),
});

export type KeyName = 'secretKey' | 'writeKey' | 'hashKey' | 'suppressionKey';
export type Keys = Readonly<Record<KeyName, string>>;

const names = ['secretKey', 'writeKey', 'hashKey', 'suppressionKey'] as const;
const prefixes: Keys = {
  secretKey: 'rosi_sk_',
  writeKey: 'rosi_wk_',
  hashKey: 'rosi_hk_',
  suppressionKey: 'rosi_pk_',
};
const keyBytes = 24;

/** As the environment names them. */
export const keyVariables: Keys = {
  secretKey: 'ROSI_SECRET_KEY',
  writeKey: 'ROSI_WRITE_KEY',
  hashKey: 'ROSI_HASH_KEY',
  suppressionKey: 'ROSI_SUPPRESSION_KEY',
};

/** What each part can't do without. */
const keysOfParts: Readonly<Record<PartName, readonly KeyName[]>> = {
  collector: ['secretKey', 'writeKey', 'hashKey'],
  stitcher: ['suppressionKey'],
  loader: ['suppressionKey'],
  dashboard: ['secretKey'],
};

export interface FoundKeys {
  /** Those that the process's parts use; of the others whatever is known, or nothing. */
  readonly keys: Keys;
  /** Made just now: shown once in full. */
  readonly made: ReadonlySet<KeyName>;
  /** Where those not stated by the environment are kept. */
  readonly path: string;
}

/**
 * The keys to start with; writes keys.json when one had to be made. Only a process that has all
 * parts makes any: others would each have a key of their own, and a person would be another one in
 * each of them. Throws a RosiError that names what is missing.
 */
export function prepareKeys(
  dataDir: string,
  stated: Readonly<Record<KeyName, string | null>>,
  parts: PartNames = allParts,
): FoundKeys {
  if (!isWhole(parts)) {
    const used = new Set([...parts].flatMap((part) => keysOfParts[part]));
    return requireKeys(dataDir, stated, used);
  }
  const path = join(dataDir, 'keys.json');
  const kept = readKeptKeys(dataDir);
  const made = new Set<KeyName>();
  const makeKey = (name: KeyName) => {
    made.add(name);
    return prefixes[name] + randomBytes(keyBytes).toString('base64url');
  };
  const fileKeys: Partial<Record<KeyName, string>> = { ...kept };
  const keys = { secretKey: '', writeKey: '', hashKey: '', suppressionKey: '' };
  for (const name of names) {
    const value = stated[name] ?? kept[name] ?? makeKey(name);
    keys[name] = value;
    if (made.has(name)) fileKeys[name] = value;
  }
  if (made.size > 0) writeDurably(path, `${JSON.stringify(fileKeys, null, 2)}\n`);
  return { keys, made, path };
}

/** The keys as they are stated or kept; makes none. Throws a RosiError that names the missing. */
export function requireKeys(
  dataDir: string,
  stated: Readonly<Record<KeyName, string | null>>,
  used: ReadonlySet<KeyName>,
): FoundKeys {
  const path = join(dataDir, 'keys.json');
  const kept = readKeptKeys(dataDir);
  const keys = { secretKey: '', writeKey: '', hashKey: '', suppressionKey: '' };
  for (const name of names) keys[name] = stated[name] ?? kept[name] ?? '';
  const missing = names.filter((name) => used.has(name) && keys[name] === '');
  if (missing.length === 0) return { keys, made: new Set(), path };
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `A key that is made here would be another one than the other processes have, so none is: set ` +
      `${missing.map((name) => keyVariables[name]).join(', ')} to theirs (or have them in ${path}). ` +
      'For a new installation make each once: openssl rand -hex 24.',
  );
}

/** What keys.json holds; empty when there is none yet. Throws when it is damaged. */
export function readKeptKeys(dataDir: string): Partial<Record<KeyName, string>> {
  const path = join(dataDir, 'keys.json');
  const text = readIfThere(path);
  if (text === null) return {};
  const parsed = keysSchema.safeParse(parseJson(text));
  if (parsed.success) return withoutUndefined(parsed.data);
  throw new RosiError(
    'ROSI_DATA_DIR_UNUSABLE',
    `${path} is damaged: it should hold secretKey, writeKey, hashKey and suppressionKey as JSON. ` +
      'Restore it from a backup: with another hash key, known people would become strangers.',
  );
}

function withoutUndefined(keys: z.output<typeof keysSchema>): Partial<Record<KeyName, string>> {
  const kept: Partial<Record<KeyName, string>> = {};
  for (const name of names) {
    const value = keys[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `${path} can't be read: ${reason}. Run ROSI as the user who owns the data folder.`,
      { cause },
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
