/**
 * What a backup consists of: every file with its size and SHA-256, and what ClickHouse needs to
 * make its tables. Written last: a folder without a manifest that fits is no backup.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RosiError } from '@rosi/service-kit';
import * as z from 'zod';

const FILE = 'manifest.json';
const FORMAT = 1;

const contentSchema = z.object({
  format: z.literal(FORMAT),
  rosi_version: z.string(),
  made_at: z.string(),
  files: z.array(
    z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string().length(64) }),
  ),
  /** Null: there was no database yet. */
  clickhouse: z
    .object({
      tables: z.array(z.object({ name: z.string().regex(/^\w+$/), create: z.string() })).readonly(),
      meta: z.record(z.string(), z.string()),
    })
    .nullable(),
});
/** Signed as it stands: the schema may bring fields into another order. */
const signedSchema = z.object({ content: z.unknown(), sha256: z.string() });

export type Manifest = Readonly<z.output<typeof contentSchema>>;

/** A number of bytes that were read. */
export type OnBytes = (bytes: number) => void;

/** Describes all files of the folder and writes the manifest into it. */
export async function writeManifest(
  folder: string,
  content: Omit<Manifest, 'files' | 'format'>,
  onBytes: OnBytes,
): Promise<Manifest> {
  const files: Manifest['files'] = [];
  for (const path of await filesOf(folder)) {
    const { size: bytes } = await stat(join(folder, path));
    files.push({ path, bytes, sha256: await sha256Of(join(folder, path), onBytes) });
  }
  const manifest: Manifest = { format: FORMAT, ...content, files };
  const text = JSON.stringify({ content: manifest, sha256: digest(JSON.stringify(manifest)) });
  await writeFile(join(folder, FILE), `${text}\n`, { mode: 0o600 });
  return manifest;
}

/** The manifest of a backup whose every byte is as it was; throws ROSI_BACKUP_INVALID otherwise. */
export async function verifiedManifest(folder: string, onBytes: OnBytes): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const found = new Set(await filesOf(folder));
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!found.delete(path)) throw invalid(folder, `${path} is missing`);
    const { size } = await stat(join(folder, path));
    if (size !== bytes) throw invalid(folder, `${path} has ${size} bytes instead of ${bytes}`);
    if ((await sha256Of(join(folder, path), onBytes)) !== sha256) {
      throw invalid(folder, `${path} has changed since it was written`);
    }
  }
  const [extra] = found;
  if (extra !== undefined) throw invalid(folder, `${extra} is not of this backup`);
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => null);
  if (text === null) throw invalid(folder, `it has no ${FILE}, or it can't be read`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid(folder, `${FILE} is damaged`);
  }
  const signed = signedSchema.safeParse(parsed);
  if (!signed.success || digest(JSON.stringify(signed.data.content)) !== signed.data.sha256) {
    throw invalid(folder, `${FILE} is damaged`);
  }
  const read = contentSchema.safeParse(signed.data.content);
  if (read.success) return read.data;
  throw invalid(folder, `${FILE} is of a build that this one does not know`);
}

function invalid(folder: string, reason: string): RosiError {
  return new RosiError(
    'ROSI_BACKUP_INVALID',
    `${folder} is no whole backup: ${reason}. Nothing was restored; use another backup.`,
  );
}

/** Paths below the folder, in a fixed order, the manifest aside. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== FILE)
    .sort();
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

async function sha256Of(path: string, onBytes: OnBytes): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      onBytes(chunk.length);
    }
  });
  return hash.digest('hex');
}
