/**
 * Limits of each key and of each network address, each a bucket of its own, so that a flood with one key or
 * from one place leaves the others what is theirs. A secret key has no limit by address: it is a
 * server's. Memory is bounded by the number of keys, and of addresses remembered.
 */
import type { FastifyRequest } from 'fastify';
import { callerOf, type KeyKind } from '../access.js';
import type { AddressLimits } from '../address-limits.js';
import { networkOfRequest } from '../network.js';
import type { CollectorLimits } from '../options.js';
import { type Problem, retryLater } from '../problems.js';
import { TokenBucket } from '../rate-limit.js';

export type KindBuckets = Readonly<Record<KeyKind, TokenBucket>>;

export interface KeyLimitsOptions {
  readonly limits: CollectorLimits;
  readonly addresses: AddressLimits;
  /** Shared by all requests of which nobody has noted the key. */
  readonly others: KindBuckets;
  now(): number;
}

export class KeyLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #options: KeyLimitsOptions;

  constructor(options: KeyLimitsOptions) {
    this.#options = options;
  }

  /** Null: the request may come now. */
  refusal(request: FastifyRequest, kind: KeyKind): Problem | null {
    const waitSeconds = this.#bucketOf(request, kind).waitSeconds();
    if (waitSeconds > 0) {
      const told = 'Too many events with this key: wait as Retry-After says.';
      return retryLater(429, 'rate_limited', told, waitSeconds);
    }
    const ofAddress = kind === 'secret' ? 0 : this.#addressOf(request).waitSeconds();
    if (ofAddress === 0) return null;
    const told = 'Too many events from this address: wait as Retry-After says.';
    return retryLater(429, 'rate_limited', told, ofAddress);
  }

  charge(request: FastifyRequest, kind: KeyKind, events: number): void {
    this.#bucketOf(request, kind).charge(events);
    if (kind !== 'secret') this.#addressOf(request).charge(events);
  }

  #addressOf(request: FastifyRequest): TokenBucket {
    return this.#options.addresses.bucket(networkOfRequest(request));
  }

  #bucketOf(request: FastifyRequest, kind: KeyKind): TokenBucket {
    const { limits, others, now } = this.#options;
    const caller = callerOf(request);
    if (caller === null) return others[kind];
    const known = this.#buckets.get(caller.id);
    if (known !== undefined) return known;
    const bucket = new TokenBucket(rateOf(kind, limits), () => now());
    this.#buckets.set(caller.id, bucket);
    return bucket;
  }
}

const rateOf = (kind: KeyKind, limits: CollectorLimits) =>
  kind === 'secret' ? limits.secretKeyRate : limits.writeKeyRate;

/** One bucket for each kind of key. */
export function kindBuckets(limits: CollectorLimits, now: () => number): KindBuckets {
  return {
    secret: new TokenBucket(rateOf('secret', limits), now),
    write: new TokenBucket(rateOf('write', limits), now),
  };
}
