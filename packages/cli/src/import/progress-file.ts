/**
 * How far an import came, so that the same command after kill -9 goes on instead of beginning anew.
 * It is a convenience: event ids depend on the file alone, so beginning anew gives the same result.
 * What is continued is the same file, read the same way, sent to the same place.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '@rosi/service-kit';
import * as z from 'zod';
import { emptyTally, type Tally } from './report.js';

const progressSchema = z.object({
  file: z.string(),
  /** The first so many events are answered. */
  events: z.number().int().nonnegative(),
  /** Of the file, about; for people. */
  bytes: z.number(),
  tally: z.object({
    sent: z.number(),
    accepted: z.number(),
    rejected: z.number(),
    rejectedByCode: z.record(z.string(), z.number()),
    firstRejected: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() })),
  }),
});

export interface Progress {
  readonly events: number;
  readonly tally: Tally;
}

export interface ProgressFile {
  read(): Progress;
  write(progress: Progress, bytes: number): void;
  /** The import is complete. */
  remove(): void;
}

/** `key`: everything that decides which events the file gives, and where they go. */
export function openProgressFile(dataDir: string, file: string, key: string): ProgressFile {
  const folder = join(dataDir, 'imports');
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.json`);
  return {
    read() {
      try {
        return progressSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch {
        return { events: 0, tally: emptyTally() };
      }
    },
    write({ events, tally }, bytes) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeDurably(path, `${JSON.stringify({ file, events, bytes, tally })}\n`);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
