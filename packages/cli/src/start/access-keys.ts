/**
 * The file of the keys that were made at run time: access-keys.json of the data folder, or what
 * ROSI_ACCESS_KEYS_FILE names, which several instances may share. It holds digests, no keys, and is its
 * owner's alone: one that others may read or write is refused. A change by anybody is seen within a second.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyStore, StoredKey } from '@rosi/collector';
import { RosiError, writeDurably } from '@rosi/service-kit';
import * as z from 'zod';
import { watchForChanges } from './file-changes.js';

const fileSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string().min(1),
      kind: z.enum(['secret', 'write']),
      name: z.string(),
      origins: z.array(z.string()).nullable(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      created_at: z.string(),
      revoked_at: z.string().nullable(),
    }),
  ),
});

export function keyFile(dataDir: string, stated: string | null): KeyStore {
  const path = stated ?? join(dataDir, 'access-keys.json');
  return {
    read: () => readKeyFile(path),
    write: (keys) => writeDurably(path, textOf(keys)),
    watch: (changed) => watchForChanges(path, changed),
  };
}

function readKeyFile(path: string): StoredKey[] {
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw unusable(path, 'others may read or change it: run chmod 600 on it');
    }
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof RosiError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw unusable(path, cause instanceof Error ? cause.message : String(cause));
  }
  const read = fileSchema.safeParse(parse(text));
  if (!read.success) throw unusable(path, 'it is damaged; restore it from a backup');
  return read.data.keys.map(({ created_at: createdAt, revoked_at: revokedAt, ...key }) => ({
    ...key,
    createdAt,
    revokedAt,
  }));
}

function textOf(keys: readonly StoredKey[]): string {
  const stored = keys.map(({ createdAt, revokedAt, ...key }) => ({
    ...key,
    created_at: createdAt,
    revoked_at: revokedAt,
  }));
  return `${JSON.stringify({ keys: stored }, null, 2)}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unusable = (path: string, reason: string) =>
  new RosiError('ROSI_DATA_DIR_UNUSABLE', `The keys in ${path} can't be used: ${reason}.`);
