/**
 * Sessions of people who showed the secret key: a random token in a cookie, its hash in memory. A
 * restart ends them all. Guarantees a bound on their number, and an end after twelve hours.
 */
import { createHash, randomBytes } from 'node:crypto';

const tokenBytes = 32;
const sessionsMax = 1_000;
export const sessionMs = 12 * 60 * 60 * 1_000;

export class Sessions {
  /** End of each session by the token's hash, oldest first. */
  readonly #ends = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The new session's token. */
  begin(): string {
    const token = randomBytes(tokenBytes).toString('base64url');
    for (const [name, end] of this.#ends) {
      if (end > this.#now() && this.#ends.size < sessionsMax) break;
      this.#ends.delete(name);
    }
    this.#ends.set(nameOf(token), this.#now() + sessionMs);
    return token;
  }

  isOpen(token: string): boolean {
    const end = this.#ends.get(nameOf(token));
    return end !== undefined && end > this.#now();
  }

  end(token: string): void {
    this.#ends.delete(nameOf(token));
  }
}

const nameOf = (token: string) => createHash('sha256').update(token).digest('base64url');
