/**
 * Ids of events that state none: UUID version 7 (RFC 9562), so that they sort by the time at which
 * they were made.
 */
import { randomUUID } from 'node:crypto';

/** `now`: milliseconds since 1970. The random bits are those of a version 4 UUID. */
export function makeEventId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
