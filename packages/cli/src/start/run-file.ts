/**
 * run.json in the data folder: where the running instance listens. Written once everything is up,
 * removed on a clean stop; after a crash it stays until the next start overwrites it, so a reader
 * still finds out by connecting whether anybody is there.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '@rosi/service-kit';
import * as z from 'zod';

const runSchema = z.object({
  pid: z.number().int(),
  httpUrl: z.string(),
  /** May carry a password, so the file is private. Null: this process speaks to none. */
  clickhouseUrl: z.string().nullable(),
  startedAt: z.string(),
});
export type RunningInstance = Readonly<z.output<typeof runSchema>>;

const pathIn = (dataDir: string) => join(dataDir, 'run.json');

export function writeRunFile(dataDir: string, instance: RunningInstance): void {
  writeDurably(pathIn(dataDir), `${JSON.stringify(instance, null, 2)}\n`);
}

export function removeRunFile(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
}

/** Null: nothing runs with this folder, or its file is unreadable. */
export function readRunFile(dataDir: string): RunningInstance | null {
  try {
    return runSchema.parse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8')));
  } catch {
    return null;
  }
}
