/** Who may see figures: whoever shows the secret key, or a session that was begun with it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Attempts } from './attempts.js';
import type { SecretKeys } from './options.js';
import { Sessions } from './sessions.js';

export const cookieName = 'rosi_session';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** One key, for good. Compares hashes in constant time: neither length nor content leaks. */
export function oneKey(secretKey: string): SecretKeys {
  const own = digest(secretKey);
  return {
    idOf: (key) => (timingSafeEqual(digest(key), own) ? 'secret' : null),
    isGood: () => true,
  };
}

export class Access {
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly #keys: SecretKeys;

  constructor(keys: SecretKeys, now: () => number) {
    this.sessions = new Sessions(now, (id) => keys.isGood(id));
    this.attempts = new Attempts(now);
    this.#keys = keys;
  }

  /** Null: not a secret key. */
  keyId(text: string): string | null {
    return this.#keys.idOf(text);
  }

  isOpen(request: FastifyRequest): boolean {
    const token = sessionOf(request);
    if (token !== null && this.sessions.isOpen(token)) return true;
    return this.#hasKey(request);
  }

  /** Programs may send the key itself; wrong ones count as attempts, too. */
  #hasKey({ headers, ip }: FastifyRequest): boolean {
    const [, key] = /^bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (key === undefined || this.attempts.waitSeconds(ip) > 0) return false;
    if (this.keyId(key.trim()) !== null) return true;
    this.attempts.failed(ip);
    return false;
  }
}

export function sessionOf({ headers }: FastifyRequest): string | null {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.split('=', 2);
    if (name?.trim() === cookieName && value !== undefined) return value.trim();
  }
  return null;
}
