/** `rosi import …`: from flags to a report. Everything that reads the environment or a clock is here. */
import { createHmac } from 'node:crypto';
import { parseUrl } from '@rosi/events';
import { RosiError } from '@rosi/service-kit';
import {
  dataDirOf,
  type Environment,
  hashKeyOf,
  httpUrlOf,
  secretKeyOf,
} from '../reading/instance.js';
import { openProgressBar } from '../terminal/progress-bar.js';
import type { Terminal } from '../terminal/terminal.js';
import type { DecimalMark } from './amount-text.js';
import { parseMappings } from './column-map.js';
import type { DateOrder } from './date-orders.js';
import { judgeBatch, judgeContext } from './judge.js';
import { createPlan, type ImportKind, type PlanSettings } from './plans.js';
import { openProgressFile } from './progress-file.js';
import { type ImportReport, reportText } from './report.js';
import { runImport } from './run-import.js';
import { sendBatch } from './sender.js';
import { openSourceFile } from './source-file.js';
import type { EncodingChoice } from './text-encoding.js';
import { isTimezone } from './time-text.js';

export interface ImportFlags {
  readonly dataDir?: string;
  readonly url?: string;
  readonly dryRun?: boolean;
  readonly preview?: number;
  readonly json?: boolean;
  readonly allowRejected?: boolean;
  readonly resume?: boolean;
  readonly encoding?: EncodingChoice;
  readonly site?: string;
  readonly map?: readonly string[];
  readonly blank?: string;
  readonly separator?: string;
  readonly currency?: string;
  readonly timezone?: string;
  readonly dates?: DateOrder;
  readonly decimal?: DecimalMark;
  readonly shop?: string;
  readonly orderPrefix?: string;
  readonly includeUnpaid?: boolean;
}

export interface ImportCommand {
  readonly kind: ImportKind;
  readonly path: string;
  readonly flags: ImportFlags;
  readonly env: Environment;
  readonly terminal: Terminal;
}

const previewStandard = 5;
/** Event ids of a dry run mean nothing without the hash key; the rest of it does. */
const dryRunKey = 'dry run without a data folder';

/** Answers the exit code: 1 when lines were rejected, unless they are allowed. */
export async function importFile(command: ImportCommand): Promise<0 | 1> {
  const { kind, path, flags, env, terminal } = command;
  const startedAt = performance.now();
  const settings = settingsOf(flags);
  const source = await openSourceFile(path, flags.encoding ?? 'auto');
  const dryRun = flags.dryRun === true;
  const hashKey = importKey(command, dryRun);
  const digest = (text: string) => createHmac('sha256', hashKey).update(text).digest('hex');
  const plan = await createPlan(kind, source, settings, digest);
  const bar = openProgressBar(terminal, source.bytes);
  const target = dryRun ? null : { url: httpUrlOf(env, flags), secretKey: secretKeyOf(env, flags) };
  const context = judgeContext(hashKey, Date.now());
  // The product of the data folder, whatever port it has today, or the one that is named.
  const key = JSON.stringify([source.identity, kind, identityOf(flags), flags.url ?? null]);
  const progress = openProgressFile(dataDirOf(env, flags), path, key);
  if (flags.resume === false && !dryRun) progress.remove();
  try {
    const outcome = await runImport({
      items: plan.items(),
      deliver: (batch) =>
        target === null ? Promise.resolve(judgeBatch(batch, context)) : sendBatch(batch, target),
      progress: dryRun ? null : progress,
      bytesRead: source.bytesRead,
      onProgress: bar.update,
      previewMax: dryRun ? (flags.preview ?? previewStandard) : 0,
    });
    bar.stop();
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    return tell({ file: path, kind, dryRun, reading: plan.reading, seconds, ...outcome }, command);
  } finally {
    bar.stop();
  }
}

function tell(report: ImportReport, { flags, terminal }: ImportCommand): 0 | 1 {
  terminal.out(flags.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.rejected > 0 && flags.allowRejected !== true ? 1 : 0;
}

function importKey({ env, flags }: ImportCommand, dryRun: boolean): string {
  const key = hashKeyOf(env, flags);
  if (key !== null) return key;
  if (dryRun) return dryRunKey;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    'There is no hash key: set ROSI_DATA_DIR to the folder of the running product (keys.json), ' +
      'or ROSI_HASH_KEY to its key. Event ids and visitors are made with it.',
  );
}

/** The flags that decide which events a file gives. */
function identityOf(flags: ImportFlags): object {
  const { json, dryRun, preview, allowRejected, resume, url, dataDir, ...reading } = flags;
  return reading;
}

function settingsOf(flags: ImportFlags): PlanSettings {
  const timezone = flags.timezone ?? null;
  if (timezone !== null && !isTimezone(timezone)) {
    throw new RosiError(
      'ROSI_USAGE_INVALID',
      `--timezone ${timezone} is not a time zone; write it as Europe/Paris or UTC.`,
    );
  }
  const blanks = (flags.blank ?? '').split(',').map((text) => text.trim().toLowerCase());
  return {
    site: flags.site === undefined ? null : originOf(flags.site),
    mappings: parseMappings(flags.map ?? []),
    blanks: new Set(blanks.filter((text) => text !== '')),
    separator: separatorOf(flags.separator),
    includeUnpaid: flags.includeUnpaid === true,
    orderPrefix: flags.orderPrefix ?? '',
    table: {
      time: { order: flags.dates ?? 'iso', timezone },
      decimal: flags.decimal ?? '.',
      currency: flags.currency ?? null,
      shop: flags.shop ?? null,
    },
  };
}

function separatorOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text === 'tab' || text === '\\t' ? '\t' : text;
}

function originOf(site: string): string {
  const url = parseUrl(site);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    `--site ${site} is not a site's address; write it as https://shop.example`,
  );
}
