/**
 * Finds the ClickHouse library (libchdb) that npm installed for this platform. chdb has one
 * optional package per platform, so what is installed tells what is supported.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RosiError } from '@rosi/service-kit';

/** The platform package's name, by chdb's naming. */
export function libraryPackage(platform: string, arch: string): string {
  return `@chdb/lib-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;
}

/** Path of libchdb, or an error that names the way out. */
export function findLibrary(platform: string = process.platform, arch = process.arch): string {
  const name = libraryPackage(platform, arch);
  const fromHere = createRequire(import.meta.url);
  try {
    const fromChdb = createRequire(fromHere.resolve('chdb/package.json'));
    const folder = dirname(fromChdb.resolve(`${name}/package.json`));
    for (const file of ['libchdb.so', 'libchdb.dylib']) {
      const path = join(folder, file);
      if (existsSync(path)) return path;
    }
  } catch {
    // Not installed: the error below says what to do.
  }
  throw new RosiError(
    'ROSI_CONFIG_INVALID',
    `no embedded ClickHouse for ${platform}-${arch} (npm package ${name} is not installed): ` +
      'set ROSI_CLICKHOUSE_URL to a ClickHouse server (25.3 or newer)',
  );
}
