/**
 * The audit of administration: audit.ndjson of the data folder, a line an entry, only ever appended to, its
 * owner's alone. An entry is on disk when it is answered. Commands that work on the folder itself
 * append to the same file.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Audit, AuditEntry, AuditLine } from '@rosi/collector';
import * as z from 'zod';

const entrySchema = z.object({
  at: z.iso.datetime(),
  key: z.string(),
  action: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

const pathIn = (dataDir: string) => join(dataDir, 'audit.ndjson');

export function auditFile(dataDir: string): Audit {
  return {
    async record(entry) {
      appendAudit(dataDir, entry);
    },
    newest: async (limit) => readAudit(dataDir).slice(-limit).reverse(),
  };
}

/** `key`: who; of a command on the data folder `local`. */
export function appendAudit(
  dataDir: string,
  { at, key, action, detail }: Omit<AuditEntry, 'action'> & { readonly action: string },
): void {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const file = openSync(pathIn(dataDir), O_WRONLY | O_CREAT | O_APPEND, 0o600);
  try {
    const line = JSON.stringify({ at: new Date(at).toISOString(), key, action, detail });
    // One write, so that lines of several processes stand one behind the other.
    writeSync(file, `${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Oldest first; a line that a crash tore is left out. */
export function readAudit(dataDir: string): AuditLine[] {
  let text: string;
  try {
    text = readFileSync(pathIn(dataDir), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
  return text.split('\n').flatMap((line) => {
    const read = entrySchema.safeParse(parse(line));
    return read.success ? [read.data] : [];
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
