/**
 * The file to import, read as a stream of text: bounded memory whatever its size. Gzip, a byte
 * order mark and the encoding are recognised; the file's identity tells whether an interrupted
 * import may be continued.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { createGunzip } from 'node:zlib';
import { RosiError } from '@rosi/service-kit';
import {
  decodeChosen,
  decodeFound,
  detectEncoding,
  type Encoding,
  type EncodingChoice,
  textOf,
} from './text-encoding.js';

export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Changes when the file does. */
  readonly identity: string;
  /** Of the file's beginning; where none was chosen, lines of another one are read by it. */
  readonly encoding: Encoding;
  /** The beginning of the text. */
  readonly sample: string;
  /** The whole text, without the byte order mark. */
  chunks(): AsyncIterable<string>;
  /** Of the file, while chunks are being read; compressed bytes of a compressed one. */
  bytesRead(): number;
}

const sampleBytes = 1024 * 1024;
const chunkBytes = 256 * 1024;

export async function openSourceFile(path: string, choice: EncodingChoice): Promise<SourceFile> {
  const { size, mtimeMs, realPath } = await describe(path);
  const head = await readHead(path);
  const compressed = head[0] === 0x1f && head[1] === 0x8b;
  const plain = compressed ? await firstBytes(readBytes(path, true)) : head;
  const encoding = choice === 'auto' ? detectEncoding(plain) : choice;
  let read = 0;
  return {
    path,
    bytes: size,
    identity: createHash('sha256')
      .update(JSON.stringify([realPath, size, mtimeMs]))
      .update(head)
      .digest('hex'),
    encoding,
    sample: textOf(plain, encoding),
    chunks: () => {
      const bytes = readBytes(path, compressed, (count) => (read += count));
      const isFound = choice === 'auto' && encoding !== 'utf-16le';
      return named(path, isFound ? decodeFound(bytes) : decodeChosen(bytes, encoding));
    },
    bytesRead: () => read,
  };
}

async function describe(path: string) {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is not a file');
    return { size: found.size, mtimeMs: found.mtimeMs, realPath: await realpath(path) };
  } catch (cause) {
    if (isMissing(cause)) {
      const here = isAbsolute(path) ? '' : ` here (${process.cwd()})`;
      throw new RosiError('ROSI_USAGE_INVALID', `There is no file ${path}${here}.`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(path, reason, cause);
  }
}

const isMissing = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

function unreadable(path: string, reason: string, cause: unknown): RosiError {
  return new RosiError('ROSI_USAGE_INVALID', `${path} can't be read: ${reason}.`, { cause });
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function* readBytes(
  path: string,
  compressed: boolean,
  onRead: (count: number) => void = () => undefined,
): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  file.on('data', (chunk) => onRead(chunk.length));
  if (!compressed) {
    yield* file;
    return;
  }
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip);
  } finally {
    file.destroy();
  }
}

async function firstBytes(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes >= sampleBytes) break;
    }
  } catch {
    // A damaged archive is told when the whole of it is read.
  }
  return Buffer.concat(parts).subarray(0, sampleBytes);
}

/** What fails while reading (a damaged archive, a disk) is told with the file's name. */
async function* named(path: string, text: AsyncIterable<string>): AsyncIterable<string> {
  try {
    yield* text;
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
