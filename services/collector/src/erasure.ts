/** The two events of one erasure, for a command and for a provider's request alike. */
import { randomBytes } from 'node:crypto';
import { type CollectedEvent, erasureEvents, type Identifier } from '@rosi/events';

const SECRET_BYTES = 32;

export interface ErasureCommand {
  readonly workspace: string;
  /** A copy with the same id changes nothing. */
  readonly eventId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** To be appended at once, in this order. The secret is made for this erasure alone. */
export function newErasure(
  command: ErasureCommand,
  identifiers: readonly Identifier[],
): readonly [CollectedEvent, CollectedEvent] {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return erasureEvents(command, secret, identifiers);
}
