/**
 * Bytes of a file as text. Where no encoding is chosen, each line is read by the one that fits it:
 * files that were put together from several exports hold more than one, and an accent may come
 * only after megabytes without any. Guarantees: memory is bounded, and no byte becomes a
 * replacement character unless an encoding was chosen that does not fit.
 */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

export const encodings = ['auto', 'utf-8', 'latin1', 'utf-16le'] as const;
export type EncodingChoice = (typeof encodings)[number];
export type Encoding = Exclude<EncodingChoice, 'auto'>;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Bytes without a line's end that are kept together; a character may be torn where they are not. */
const lineBytesMax = 8 * 1024 * 1024;
const longestCharacterBytes = 4;

/** UTF-8 unless the bytes can't be: latin1 text with accents never is by accident. */
export function detectEncoding(sample: Buffer): Encoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  return isUtf8(withoutTornEnd(sample)) ? 'utf-8' : 'latin1';
}

/**
 * A character that is cut at the end is left out, and a byte order mark removed. As a stream also
 * because Node 20 takes windows-1252 for latin1 otherwise (0x80 is then no euro sign).
 */
export function textOf(sample: Buffer, encoding: Encoding): string {
  return decoderOf(encoding).decode(sample, { stream: true });
}

export async function* decodeChosen(
  bytes: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncIterable<string> {
  const decoder = decoderOf(encoding);
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** Lines that are UTF-8 as such, all others as windows-1252. */
export async function* decodeFound(bytes: AsyncIterable<Buffer>): AsyncIterable<string> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of bytes) {
    const whole = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = Math.max(whole.lastIndexOf(lineFeed), whole.lastIndexOf(carriageReturn)) + 1;
    const cut = end === 0 && whole.length > lineBytesMax ? whole.length : end;
    rest = whole.subarray(cut);
    if (cut === 0) continue;
    yield withoutMark(linesOf(whole.subarray(0, cut)), isFirst);
    isFirst = false;
  }
  yield withoutMark(linesOf(rest), isFirst);
}

function linesOf(block: Buffer): string {
  if (isUtf8(block)) return block.toString('utf8');
  let text = '';
  for (let from = 0; from < block.length; ) {
    const found = block.indexOf(lineFeed, from);
    const to = found === -1 ? block.length : found + 1;
    const line = block.subarray(from, to);
    text += isUtf8(line) ? line.toString('utf8') : textOf(line, 'latin1');
    from = to;
  }
  return text;
}

function withoutMark(text: string, isFirst: boolean): string {
  return isFirst && text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** What shops call latin1 is windows-1252, its superset. */
function decoderOf(encoding: Encoding): TextDecoder {
  return new TextDecoder(encoding === 'latin1' ? 'windows-1252' : encoding);
}

function withoutTornEnd(sample: Buffer): Buffer {
  for (let back = 1; back <= Math.min(longestCharacterBytes, sample.length); back += 1) {
    const byte = sample[sample.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return sample.subarray(0, sample.length - back);
  }
  return sample;
}
