/**
 * Ids within keys of two ids. A state key holds at most 1,900 bytes, an id up to 1,024, so a long
 * id stands in such keys by its digest; who needs the id itself reads it from the value.
 */
import { hash } from 'node:crypto';

const BYTES_MAX = 600;
/** What a digest begins with. */
export const digestMark = '#';

/** The id, or `#` and the SHA-256 of a long one. */
export function keyPart(id: string): string {
  // A UTF-16 unit has at most three bytes.
  if (id.length * 3 <= BYTES_MAX || Buffer.byteLength(id) <= BYTES_MAX) return id;
  return `${digestMark}${hash('sha256', id, 'base64url')}`;
}
