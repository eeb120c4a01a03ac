/**
 * Throws away an LMDB file that is not whole, as a copied or restored disk may leave it, before LMDB
 * maps it: to touch a page that is not there would end the process by SIGBUS, at each start again.
 * The copy is only a copy; the changelog builds it anew.
 *
 * What is read here is the head of a file of format 2 (`MDB_meta` in mdb.c of LMDB): two pages, of
 * which the one with the larger transaction id counts.
 */
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MAGIC = 0xbeefc0de;
const FORMAT = 2;
const PAGE_HEADER_BYTES = 24;
const META_BYTES = 144;
const FORMAT_AT = 4;
const PAGE_BYTES_AT = 24;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;

interface Meta {
  readonly format: number;
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

export function discardTorn(dir: string): void {
  const file = join(dir, 'data.mdb');
  if (!isTorn(file)) return;
  rmSync(file, { force: true });
  rmSync(join(dir, 'lock.mdb'), { force: true });
}

function isTorn(file: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return false;
    const first = readMeta(descriptor, 0);
    if (first === undefined) return true;
    const second = readMeta(descriptor, first.pageBytes);
    if (second === undefined) return true;
    // Another format is LMDB's to refuse.
    if (first.format !== FORMAT || second.format !== FORMAT) return false;
    const { pageBytes, lastPage } = first.transaction > second.transaction ? first : second;
    // Now and then the last pages were never written, since they are free: then this is too strict.
    return size < (lastPage + 1) * pageBytes;
  } finally {
    closeSync(descriptor);
  }
}

function readMeta(descriptor: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  const read = readSync(descriptor, bytes, 0, META_BYTES, at + PAGE_HEADER_BYTES);
  if (read < META_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  return {
    format: bytes.readUInt32LE(FORMAT_AT),
    pageBytes: bytes.readUInt32LE(PAGE_BYTES_AT),
    lastPage: Number(bytes.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: bytes.readBigUInt64LE(TRANSACTION_AT),
  };
}
