/** Hashes under the suppression key, which is used for nothing else. */
import { createHmac } from 'node:crypto';

/** 128 bits in base64url: no two of a workspace's texts ever meet by chance. */
const DIGEST_CHARACTERS = 22;

export function suppressionHash(key: string): (text: string) => string {
  return (text) =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
}
