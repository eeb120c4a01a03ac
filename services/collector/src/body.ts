/**
 * Reads a request's body: which format and compression it states, its bytes up to a limit, and the
 * decompressed bytes up to the same limit, so that a small body can't unfold into a large one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { isProblem, type Problem, problem } from './problems.js';

export type BodyFormat = 'json' | 'ndjson';
export type BodyEncoding = 'identity' | 'gzip' | 'deflate' | 'br';

export interface BodyHead {
  readonly format: BodyFormat;
  readonly encoding: BodyEncoding;
  /** The most bytes that it can come to in memory. */
  readonly bytesMax: number;
}

const formats: ReadonlyMap<string, BodyFormat> = new Map([
  ['application/json', 'json'],
  // What navigator.sendBeacon and no-preflight requests of pixels state.
  ['text/plain', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
]);

const decompressors = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** What the headers say of the body; a problem when it can't be taken, before a byte is read. */
export function bodyHead(headers: IncomingHttpHeaders, bodyBytesMax: number): BodyHead | Problem {
  const format = formatOf(headers['content-type'] ?? '');
  if (format === null) {
    const told = 'Send Content-Type application/json or application/x-ndjson, in UTF-8.';
    return problem(415, 'unsupported_media_type', told);
  }
  const encoding = encodingOf(headers['content-encoding']);
  if (encoding === null) {
    const told = 'Content-Encoding may be gzip, deflate or br, one at a time.';
    return problem(415, 'unsupported_media_type', told);
  }
  const stated = headers['content-length'] === undefined ? null : Number(headers['content-length']);
  if (stated !== null && stated > bodyBytesMax) return tooLarge(bodyBytesMax);
  const bytesMax = stated === null || encoding !== 'identity' ? bodyBytesMax : stated;
  return { format, encoding, bytesMax };
}

/** Of what nearly all senders state. */
const plainFormats: ReadonlyMap<string, BodyFormat> = new Map([
  ...formats,
  ['text/plain;charset=UTF-8', 'json'],
  ['application/json; charset=utf-8', 'json'],
]);

function formatOf(contentType: string): BodyFormat | null {
  const plain = plainFormats.get(contentType);
  if (plain !== undefined) return plain;
  const [essence = '', ...parameters] = contentType.toLowerCase().split(';');
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    const charset = value.trim().replaceAll('"', '');
    if (name.trim() === 'charset' && !/^(utf-?8|us-ascii)$/.test(charset)) return null;
  }
  return formats.get(essence.trim()) ?? null;
}

function encodingOf(header: string | undefined): BodyEncoding | null {
  const encoding = (header ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return 'identity';
  if (encoding === 'x-gzip') return 'gzip';
  return encoding === 'gzip' || encoding === 'deflate' || encoding === 'br' ? encoding : null;
}

/**
 * The body's bytes, decompressed. A client that went away before its body was whole is a problem,
 * too: nothing of its request was accepted.
 */
export function readBody(
  stream: Readable,
  head: BodyHead,
  bodyBytesMax: number,
): Promise<Buffer | Problem> {
  const sent = readBytes(stream, bodyBytesMax);
  const { encoding } = head;
  if (encoding === 'identity') return sent;
  return sent.then((body) => (isProblem(body) ? body : decompress(body, encoding, bodyBytesMax)));
}

async function decompress(
  body: Buffer,
  encoding: keyof typeof decompressors,
  bodyBytesMax: number,
): Promise<Buffer | Problem> {
  try {
    return await decompressors[encoding](body, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(bodyBytesMax);
    const told = `The body is not what Content-Encoding says (${encoding}).`;
    return problem(400, 'invalid_encoding', told);
  }
}

/** What is beyond the limit is read and thrown away, so that the client gets its answer. */
function readBytes(stream: Readable, bytesMax: number): Promise<Buffer | Problem> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isWhole = false;
    const broken = () => {
      // Every stream closes, also after its end.
      if (!isWhole) resolve(problem(400, 'bad_request', 'The body did not arrive whole.'));
    };
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(tooLarge(bytesMax));
      }
    });
    stream.on('end', () => {
      isWhole = true;
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    stream.on('error', broken);
    stream.on('close', broken);
  });
}

function tooLarge(bytesMax: number): Problem {
  const told = `A body may have ${bytesMax} bytes, also when decompressed: send smaller batches.`;
  return problem(413, 'payload_too_large', told);
}
