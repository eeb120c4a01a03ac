/**
 * The keys that are good now: the two of the start, and those made since, without those revoked.
 * Guarantees: keys are held and compared as SHA-256 digests alone; a change of the store counts from the
 * moment it is told, for every request that comes after it.
 */
import { hash, randomBytes } from 'node:crypto';

export type KeyKind = 'secret' | 'write';

export interface Key {
  readonly id: string;
  readonly kind: KeyKind;
  /** What people call it. */
  readonly name: string;
  /** Of a write key: pages that may use it, as `https://shop.example` or `https://*.shop.example`. */
  readonly origins: readonly string[] | null;
}

/** A key as the store has it. */
export interface StoredKey extends Key {
  /** Lower-case hex. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Null: it is good. */
  readonly revokedAt: string | null;
}

export interface FirstKeys {
  readonly secretKey: string;
  readonly writeKey: string;
}

const keyBytes = 24;
const prefixes = { secret: 'rosi_sk_', write: 'rosi_wk_' } as const;

export function makeKey(kind: KeyKind): string {
  return prefixes[kind] + randomBytes(keyBytes).toString('base64url');
}

export const digestOf = (key: string) => hash('sha256', key);

export class KeyRing {
  readonly #first: readonly StoredKey[];
  #stored: readonly StoredKey[] = [];
  /** Of parts of this very process; on no list. */
  readonly #lent = new Map<string, Key>();
  /** By digest. Whoever knows no key learns nothing from how long a digest takes to look up. */
  #good = new Map<string, Key>();

  constructor(first: FirstKeys) {
    this.#first = [
      firstKey('secret', first.secretKey, 'the secret key of the start'),
      firstKey('write', first.writeKey, 'the write key of the start'),
    ];
    this.use([]);
  }

  /** What the store has, from now on. */
  use(stored: readonly StoredKey[]): void {
    this.#stored = stored;
    this.#good = new Map(
      this.all()
        .filter(({ revokedAt }) => revokedAt === null)
        .map((key) => [key.sha256, key]),
    );
  }

  /** Null: it is no key, or no more. */
  find(key: string): Key | null {
    const digest = digestOf(key);
    return this.#good.get(digest) ?? this.#lent.get(digest) ?? null;
  }

  /** A secret key for a part of this process: good until its end, whatever becomes of the others. */
  lend(part: string): string {
    const key = makeKey('secret');
    this.#lent.set(digestOf(key), { id: `own-${part}`, kind: 'secret', name: part, origins: null });
    return key;
  }

  /** Revoked ones included. A key of the start is changed by an entry of its digest in the store. */
  all(): readonly StoredKey[] {
    const changed = new Set(this.#stored.map(({ sha256 }) => sha256));
    // An entry of a key that the start knows no more says nothing about the one that it knows.
    const ofStart = new Set(this.#first.map(({ sha256 }) => sha256));
    const stored = this.#stored.filter(({ id, sha256 }) => !isFirst(id) || ofStart.has(sha256));
    return [...this.#first.filter(({ sha256 }) => !changed.has(sha256)), ...stored];
  }
}

const isFirst = (id: string) => id === 'first-secret' || id === 'first-write';

function firstKey(kind: KeyKind, key: string, name: string): StoredKey {
  const sha256 = digestOf(key);
  return { id: `first-${kind}`, kind, name, origins: null, sha256, createdAt: '', revokedAt: null };
}
