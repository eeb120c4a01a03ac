/**
 * Sessions of people who showed the secret key: a random token in a cookie, its hash in memory. A
 * restart ends them all. Guarantees a bound on their number, an end after twelve hours, and with the key
 * that was shown.
 */
import { createHash, randomBytes } from 'node:crypto';

const tokenBytes = 32;
const sessionsMax = 1_000;
export const sessionMs = 12 * 60 * 60 * 1_000;

export class Sessions {
  /** End and key of each session by the token's hash, oldest first. */
  readonly #sessions = new Map<string, { readonly end: number; readonly keyId: string }>();
  readonly #now: () => number;
  readonly #isGood: (keyId: string) => boolean;

  constructor(now: () => number, isGood: (keyId: string) => boolean = () => true) {
    this.#now = now;
    this.#isGood = isGood;
  }

  /** The new session's token. */
  begin(keyId = ''): string {
    const token = randomBytes(tokenBytes).toString('base64url');
    for (const [name, { end }] of this.#sessions) {
      if (end > this.#now() && this.#sessions.size < sessionsMax) break;
      this.#sessions.delete(name);
    }
    this.#sessions.set(nameOf(token), { end: this.#now() + sessionMs, keyId });
    return token;
  }

  isOpen(token: string): boolean {
    const session = this.#sessions.get(nameOf(token));
    return session !== undefined && session.end > this.#now() && this.#isGood(session.keyId);
  }

  end(token: string): void {
    this.#sessions.delete(nameOf(token));
  }
}

const nameOf = (token: string) => createHash('sha256').update(token).digest('base64url');
