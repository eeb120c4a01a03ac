/**
 * Where the running product is, for the commands that talk to it: the environment first, then the
 * data folder (run.json, keys.json). Nothing is guessed: what can't be found is told with a remedy.
 */
import { resolve } from 'node:path';
// Not by the index: most commands need nothing else of it, and it makes codecs when it is loaded.
import { parseUrl } from '@rosi/events/parse-url';
import { RosiError } from '@rosi/service-kit';
import { readKeptKeys } from '../start/keys.js';
import { readRunFile } from '../start/run-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface InstanceFlags {
  readonly dataDir?: string | undefined;
  readonly url?: string | undefined;
}

export function dataDirOf(env: Environment, flags: InstanceFlags): string {
  return resolve(flags.dataDir ?? stated(env['ROSI_DATA_DIR']) ?? './.rosi');
}

/** The collector's address. Throws ROSI_NOT_RUNNING when nothing says where it is. */
export function httpUrlOf(env: Environment, flags: InstanceFlags): string {
  if (flags.url !== undefined) return checkedUrl(flags.url);
  const dataDir = dataDirOf(env, flags);
  const found = readRunFile(dataDir);
  if (found !== null) return localUrl(found.httpUrl);
  const port = stated(env['ROSI_HTTP_PORT']);
  if (port !== undefined && port !== '0') return `http://127.0.0.1:${port}`;
  throw notRunning(dataDir);
}

export function clickhouseUrlOf(env: Environment, flags: InstanceFlags): string {
  const found = stated(env['ROSI_CLICKHOUSE_URL']);
  if (found !== undefined) return checkedUrl(found);
  const dataDir = dataDirOf(env, flags);
  const running = readRunFile(dataDir);
  if (running?.clickhouseUrl) return running.clickhouseUrl;
  const port = stated(env['ROSI_CLICKHOUSE_PORT']);
  if (port !== undefined && port !== '0') return `http://127.0.0.1:${port}`;
  throw notRunning(dataDir);
}

/** Null: the embedded one. */
export function statedClickhouseUrl(env: Environment): string | null {
  const found = stated(env['ROSI_CLICKHOUSE_URL']);
  return found === undefined ? null : checkedUrl(found);
}

export function secretKeyOf(env: Environment, flags: InstanceFlags): string {
  const key = stated(env['ROSI_SECRET_KEY']) ?? readKeptKeys(dataDirOf(env, flags)).secretKey;
  if (key !== undefined) return key;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `There is no secret key: set ROSI_SECRET_KEY, or ROSI_DATA_DIR to the folder of the running ` +
      `product (looked in ${dataDirOf(env, flags)}).`,
  );
}

/** The key of hashes; null when neither the environment nor the data folder has one. */
export function hashKeyOf(env: Environment, flags: InstanceFlags): string | null {
  return stated(env['ROSI_HASH_KEY']) ?? readKeptKeys(dataDirOf(env, flags)).hashKey ?? null;
}

/** The key of the suppression list. Throws when neither the environment nor the folder has one. */
export function suppressionKeyOf(env: Environment, flags: InstanceFlags): string {
  const dataDir = dataDirOf(env, flags);
  const key = stated(env['ROSI_SUPPRESSION_KEY']) ?? readKeptKeys(dataDir).suppressionKey;
  if (key !== undefined) return key;
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `There is no suppression key: set ROSI_SUPPRESSION_KEY as for \`rosi start\` (looked in ${dataDir}).`,
  );
}

function notRunning(dataDir: string): RosiError {
  return new RosiError(
    'ROSI_NOT_RUNNING',
    `ROSI is not running with the data folder ${dataDir}. Start it with \`rosi start\` (or ` +
      '`npm start`), or set ROSI_DATA_DIR to the folder of the one that runs.',
  );
}

/** An address that listens on all interfaces is reached by the loopback one. */
function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function checkedUrl(url: string): string {
  if (/^https?:$/.test(parseUrl(url)?.protocol ?? '')) return url.replace(/\/$/, '');
  throw new RosiError(
    'ROSI_USAGE_INVALID',
    `${JSON.stringify(withoutPassword(url))} is no http address; write it as http://host:8080`,
  );
}

const withoutPassword = (url: string) => url.replace(/\/\/[^@/]*@/, '//…@');

/** A variable that is set to the empty text counts as unset. */
function stated(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}
