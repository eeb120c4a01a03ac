/**
 * The keyed hash of e-mail addresses and phone numbers: HMAC-SHA-256, lower-case hex. It costs
 * about 1.5 microseconds, less than what surrounds it, so nothing is cached and none is held.
 */
import { createHmac, createSecretKey } from 'node:crypto';

export function keyedHash(hashKey: string): (text: string) => string {
  const key = createSecretKey(hashKey, 'utf8');
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex');
}
