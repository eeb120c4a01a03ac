/** Hashes under the suppression key, which is used for nothing else. */
import { hash } from 'node:crypto';

/** 128 bits in base64url: no two of a workspace's texts ever meet by chance. */
const DIGEST_CHARACTERS = 22;

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const TEXT_BYTES_MAX = 4096;

/**
 * HMAC-SHA-256 (RFC 2104) in base64url, cut. One is made for each event: two one-shot hashes cost half
 * of what an Hmac object does, which a test holds them equal to.
 */
export function suppressionHash(key: string): (text: string) => string {
  const inner = Buffer.alloc(BLOCK_BYTES + TEXT_BYTES_MAX);
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  const bytes = Buffer.from(key);
  const block = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const byte = block[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  const start = inner.subarray(0, BLOCK_BYTES);
  return (text) => {
    const isShort = text.length * 3 <= TEXT_BYTES_MAX;
    const message = isShort
      ? inner.subarray(0, BLOCK_BYTES + inner.write(text, BLOCK_BYTES))
      : Buffer.concat([start, Buffer.from(text)]);
    outer.write(hash('sha256', message, 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', outer, 'base64url').slice(0, DIGEST_CHARACTERS);
  };
}
