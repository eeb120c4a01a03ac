/**
 * `rosi restore`: puts a backup in place. Every checksum is verified before anything is written,
 * and everything is made in a folder inside the data folder before the parts get their names; the
 * event log gets its name last, and without it the state is refused at a start.
 */
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RosiError } from '@rosi/service-kit';
import { restoreTables } from '@rosi/warehouse';
import { openDataFolder } from '../start/data-folder.js';
import { showProgress } from '../terminal/progress-line.js';
import type { Terminal } from '../terminal/terminal.js';
import { syncFolder } from './durable-files.js';
import { withWarehouse } from './instance-warehouse.js';
import { type Manifest, verifiedManifest } from './manifest.js';

export interface RestoreCommand {
  readonly source: string;
  readonly dataDir: string;
  /** As stated by the environment; null: the embedded one. */
  readonly clickhouseUrl: string | null;
  readonly terminal: Terminal;
}

const MEBIBYTE = 1024 * 1024;
const DRAFT = 'restore.incomplete';
const parts = [
  'clickhouse',
  'loader',
  'state',
  'keys.json',
  'access-keys.json',
  'webhooks.json',
  'audit.ndjson',
  'clicks',
  'connectors.json',
  'connectors',
  'events',
];

export async function runRestore(command: RestoreCommand): Promise<void> {
  const { dataDir, terminal } = command;
  const source = resolve(command.source);
  await refuseData(dataDir);
  let bytes = 0;
  const manifest = await verifiedManifest(source, (read) => {
    bytes += read;
    showProgress(terminal, `verifying: ${Math.round(bytes / MEBIBYTE)} MiB`);
  });
  const folder = openDataFolder(dataDir);
  const draft = join(dataDir, DRAFT);
  try {
    await refuseData(dataDir);
    await mkdir(draft, { mode: 0o700 });
    await copyFiles(source, draft, manifest, terminal);
    await fillWarehouse(command, { source, draft, manifest });
    await syncFolder(draft);
    for (const part of parts) {
      if (existsSync(join(draft, part))) await rename(join(draft, part), join(dataDir, part));
    }
    showProgress(terminal, '');
    terminal.out(
      `Restored ${source} of ${manifest.made_at} to ${dataDir}. Start it with \`rosi start\`; ` +
        'events accepted after the backup are to be sent again.\n',
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
    folder.release();
  }
}

async function refuseData(dataDir: string): Promise<void> {
  const found = existsSync(dataDir) ? await readdir(dataDir) : [];
  if (found.every((name) => name === 'lock')) return;
  throw new RosiError(
    'ROSI_DATA_DIR_NOT_EMPTY',
    `${dataDir} is not empty: a restore never goes over data. Set ROSI_DATA_DIR (or --data-dir) ` +
      'to a new folder, or move this one away.',
  );
}

const isTable = (path: string) => path.startsWith('tables/');

async function copyFiles(
  source: string,
  draft: string,
  { files }: Manifest,
  terminal: Terminal,
): Promise<void> {
  for (const { path } of files) {
    if (isTable(path)) continue;
    showProgress(terminal, `copying ${path}`);
    await mkdir(join(draft, path, '..'), { recursive: true, mode: 0o700 });
    await copyFile(join(source, path), join(draft, path));
    await chmod(join(draft, path), 0o600);
  }
}

async function fillWarehouse(
  { clickhouseUrl, terminal }: RestoreCommand,
  { source, draft, manifest }: { source: string; draft: string; manifest: Manifest },
): Promise<void> {
  const { clickhouse } = manifest;
  if (clickhouse === null) return;
  await withWarehouse({ url: clickhouseUrl, dir: join(draft, 'clickhouse') }, (warehouse) =>
    restoreTables(warehouse, clickhouse, (table) => {
      showProgress(terminal, `filling table ${table}`);
      return createReadStream(join(source, 'tables', `${table}.native`));
    }),
  );
}
