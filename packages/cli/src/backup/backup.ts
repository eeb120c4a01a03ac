/**
 * `rosi backup`: a copy of everything durable, of a running or a stopped instance, which accepts,
 * stitches and loads meanwhile as ever.
 *
 * Guarantees: the parts fit together, since each is copied after those that it must not be behind:
 * the loader's positions, ClickHouse's tables, the state with the ledger, the event log. The folder
 * has its name only once everything is on disk.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RosiError } from '@rosi/service-kit';
import { copyEnvironment, openEventLog, openState } from '@rosi/streams-embedded';
import { describeTables, type Warehouse, type WarehouseCopy } from '@rosi/warehouse';
import { loaderProgress } from '@rosi/warehouse-loader';
import { openDataFolder } from '../start/data-folder.js';
import { readRunFile } from '../start/run-file.js';
import { isOnKafka } from '../start/same-log.js';
import { showProgress } from '../terminal/progress-line.js';
import type { Terminal } from '../terminal/terminal.js';
import { publishFolder, syncFolder } from './durable-files.js';
import { hasWarehouse, withWarehouse } from './instance-warehouse.js';
import { writeManifest } from './manifest.js';

export interface BackupCommand {
  readonly dataDir: string;
  /** As stated by the environment. */
  readonly clickhouseUrl: string | null;
  /** The environment says that the log is in Kafka. */
  readonly kafkaStated: boolean;
  /** The folder to make. */
  readonly target: string;
  readonly version: string;
  readonly terminal: Terminal;
}

const MEBIBYTE = 1024 * 1024;

export async function runBackup(command: BackupCommand): Promise<void> {
  const { dataDir, terminal } = command;
  const target = resolve(command.target);
  refuseUnusable(command, target);
  const draft = `${target}.incomplete-${process.pid}`;
  const held = holdUnlessRunning(dataDir);
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(draft, { mode: 0o700 });
    const clickhouse = await copyParts(command, held.clickhouseUrl, draft);
    let bytes = 0;
    const { files } = await writeManifest(
      draft,
      { rosi_version: command.version, made_at: new Date().toISOString(), clickhouse },
      (read) => {
        bytes += read;
        showProgress(terminal, `checksums: ${Math.round(bytes / MEBIBYTE)} MiB`);
      },
    );
    await syncFolder(draft);
    await publishFolder(draft, target);
    showProgress(terminal, '');
    const size = files.reduce((sum, file) => sum + file.bytes, 0);
    terminal.out(`Backed up ${dataDir} to ${target}: ${size} bytes in ${files.length} files.\n`);
    terminal.err(keysNote(dataDir));
  } finally {
    await rm(draft, { recursive: true, force: true });
    held.release();
  }
}

function refuseUnusable({ dataDir, kafkaStated }: BackupCommand, target: string): void {
  const hasLog = existsSync(join(dataDir, 'events'));
  if (isOnKafka(dataDir) || (kafkaStated && !hasLog)) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      'The log is in Kafka, which `rosi backup` does not copy: topics can only be copied as a whole, ' +
        'at one moment. Snapshot the volumes of brokers and ClickHouse, and keep the keys apart: ' +
        'docs/operations.md, "Backup on Kafka".',
    );
  }
  if (!existsSync(join(dataDir, 'events', 'data.mdb'))) {
    throw new RosiError(
      'ROSI_DATA_DIR_UNUSABLE',
      `There is nothing to back up in ${dataDir}: set ROSI_DATA_DIR (or --data-dir) to the folder ` +
        'of an instance that has run.',
    );
  }
  if (!existsSync(target)) return;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    `${target} is there already: name a folder that is to be made.`,
  );
}

/** A stopped instance is kept from starting; a running one tells where its ClickHouse is. */
function holdUnlessRunning(dataDir: string): { clickhouseUrl: string | null; release(): void } {
  try {
    const folder = openDataFolder(dataDir);
    return { clickhouseUrl: null, release: () => folder.release() };
  } catch (error) {
    const running = readRunFile(dataDir);
    if (running !== null) return { clickhouseUrl: running.clickhouseUrl, release: () => undefined };
    throw error;
  }
}

/** In this order; see above. */
async function copyParts(
  { dataDir, clickhouseUrl, terminal }: BackupCommand,
  runningUrl: string | null,
  draft: string,
): Promise<WarehouseCopy | null> {
  const copy = async (name: string) => {
    showProgress(terminal, `copying ${name}`);
    if (existsSync(join(dataDir, name, 'data.mdb'))) {
      await copyEnvironment(join(dataDir, name), join(draft, name));
    }
  };
  // Before the log: a click that has left its file by now is in it.
  await copyClicks(dataDir, draft);
  // Before the log: a connector then goes on from before what the copy of the log holds.
  await copyConnectors(dataDir, draft);
  await copy('loader');
  const place = { url: runningUrl ?? clickhouseUrl, dir: join(dataDir, 'clickhouse') };
  const tables = hasWarehouse(place)
    ? await withWarehouse(place, (warehouse) => copyTables(warehouse, draft, terminal))
    : null;
  await copy('state');
  await copy('events');
  const files = [
    'keys.json',
    'access-keys.json',
    'webhooks.json',
    'audit.ndjson',
    'connectors.json',
  ];
  for (const name of files) {
    if (!existsSync(join(dataDir, name))) continue;
    await copyFile(join(dataDir, name), join(draft, name));
    await chmod(join(draft, name), 0o600);
  }
  await refuseCutLog(draft);
  return tables;
}

/** Those of tracked links that the log does not have; files may be given up meanwhile. */
async function copyClicks(dataDir: string, draft: string): Promise<void> {
  const from = join(dataDir, 'clicks');
  if (!existsSync(from)) return;
  await mkdir(join(draft, 'clicks'), { mode: 0o700 });
  for (const name of await readdir(from)) {
    await copyFile(join(from, name), join(draft, 'clicks', name)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }
}

async function copyConnectors(dataDir: string, draft: string): Promise<void> {
  const folder = join(dataDir, 'connectors');
  if (!existsSync(folder)) return;
  await mkdir(join(draft, 'connectors'), { mode: 0o700 });
  for (const name of await readdir(folder)) {
    if (!/\.(json|keys)$/.test(name)) continue;
    await copyFile(join(folder, name), join(draft, 'connectors', name));
  }
}

async function copyTables(
  warehouse: Warehouse,
  draft: string,
  terminal: Terminal,
): Promise<WarehouseCopy | null> {
  const described = await describeTables(warehouse);
  if (described === null) return null;
  await mkdir(join(draft, 'tables'), { mode: 0o700 });
  for (const { name } of described.tables) {
    showProgress(terminal, `copying table ${name}`);
    const file = createWriteStream(join(draft, 'tables', `${name}.native`), { mode: 0o600 });
    await pipeline(await warehouse.exportRows(name), file);
  }
  return described;
}

/** Retention may have removed, while this copied, what had been loaded after the positions were. */
async function refuseCutLog(draft: string): Promise<void> {
  if (!existsSync(join(draft, 'loader')) || !existsSync(join(draft, 'state'))) return;
  const events = await openEventLog({ dir: join(draft, 'events'), readOnly: true });
  const state = await openState({ dir: join(draft, 'state') });
  const loader = await loaderProgress(join(draft, 'loader'));
  try {
    for (const { topic, partition, position } of loader.positions()) {
      const reader = topic.startsWith('ledger.') ? state : events;
      if (position === 0 || reader.firstOffset(topic, partition) <= position) continue;
      throw new RosiError(
        'ROSI_BACKUP_FAILED',
        'Retention cut the log while it was being copied. Back up again; if it goes on, raise ' +
          'ROSI_LOG_RETENTION_BYTES.',
      );
    }
  } finally {
    await loader.close();
    await state.close();
    await events.close();
    for (const name of ['events', 'state', 'loader'])
      await rm(join(draft, name, 'lock.mdb'), { force: true });
  }
}

/** Keys of the environment are in no file. */
function keysNote(dataDir: string): string {
  const note = 'it holds keys and data of people: keep it as safe as the data folder.\n';
  if (existsSync(join(dataDir, 'keys.json'))) return `rosi: ${note}`;
  return (
    'rosi: keys came from the environment and are not in the backup: keep ROSI_HASH_KEY, without ' +
    'which known people become strangers, and ROSI_SUPPRESSION_KEY, without which repeats count ' +
    'again and erased people may come back.\n'
  );
}
