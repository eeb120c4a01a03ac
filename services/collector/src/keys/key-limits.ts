/**
 * Limits of each key, and of each network address with each write key, so that a flood with one key or from
 * one place leaves the others what is theirs, also where they share an address. A secret key has no limit by
 * address: it is a server's. Memory is bounded by the number of keys, and of addresses remembered.
 */
import type { FastifyRequest } from 'fastify';
import { callerOf, type KeyKind } from '../access.js';
import type { AddressLimits } from '../address-limits.js';
import { networkOfRequest } from '../network.js';
import type { CollectorLimits } from '../options.js';
import { type Problem, retryLater } from '../problems.js';
import { TokenBucket } from '../rate-limit.js';
import { Turns } from '../turns.js';
import type { Key } from './key-ring.js';

export type KindBuckets = Readonly<Record<KeyKind, TokenBucket>>;

export interface KeyLimitsOptions {
  readonly limits: CollectorLimits;
  readonly addresses: AddressLimits;
  /** Shared by all requests of which nobody has noted the key. */
  readonly others: KindBuckets;
  now(): number;
}

/** What one address may have under way with one key: what its rate lets come while the log commits. */
const commitSeconds = 0.016;
/** What one key may have under way while others are used, and how long after one was. */
const sharedMax = 32;
const sharedMs = 5_000;

export class KeyLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #options: KeyLimitsOptions;
  readonly #addressTurns: Turns;
  readonly #keyTurns: Turns;
  #lastKey = '';
  #sharedUntil = 0;

  constructor(options: KeyLimitsOptions) {
    this.#options = options;
    const ofAddress = Math.ceil(options.limits.addressRate.eventsPerSecond * commitSeconds);
    this.#addressTurns = new Turns(() => ofAddress);
    this.#keyTurns = new Turns(() => (this.#isShared() ? sharedMax : Infinity));
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

  /**
   * Of a request whose key stood in its body, so that nobody could ask for its limit before that was read:
   * once refused so, further ones of its address are refused by their headers.
   */
  chargeUnnamed(request: FastifyRequest, { status }: Problem): void {
    if (status === 429) this.#options.addresses.bucket(senderName(request, null)).charge(1);
  }

  /** Does the work that a request makes, once read, in its turn among those of its sender and its key. */
  inTurn<T>(request: FastifyRequest, kind: KeyKind, work: () => Promise<T>): Promise<T> {
    const key = callerOf(request)?.id ?? kind;
    if (key !== this.#lastKey) {
      this.#sharedUntil = this.#lastKey === '' ? 0 : this.#options.now() + sharedMs;
      this.#lastKey = key;
    }
    const ofKey = () => this.#keyTurns.take(key, work);
    return kind === 'secret' ? ofKey() : this.#addressTurns.take(senderOf(request), ofKey);
  }

  /** A key that has all to itself may take it: fewer at once are fewer a second. */
  #isShared(): boolean {
    const leftMs = this.#sharedUntil - this.#options.now();
    // A clock that was set back does not make it longer.
    return leftMs > 0 && leftMs <= sharedMs;
  }

  #addressOf(request: FastifyRequest): TokenBucket {
    return this.#options.addresses.bucket(senderOf(request));
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

/** An address with a key, as far as its key is known by now. */
export const senderOf = (request: FastifyRequest) => senderName(request, callerOf(request));

const senderName = (request: FastifyRequest, caller: Key | null) =>
  `${networkOfRequest(request)} ${caller?.id ?? ''}`;

const rateOf = (kind: KeyKind, limits: CollectorLimits) =>
  kind === 'secret' ? limits.secretKeyRate : limits.writeKeyRate;

/** One bucket for each kind of key. */
export function kindBuckets(limits: CollectorLimits, now: () => number): KindBuckets {
  return {
    secret: new TokenBucket(rateOf('secret', limits), now),
    write: new TokenBucket(rateOf('write', limits), now),
  };
}
