/**
 * A token bucket for each network address (of IPv6 the /64), so that one sender can't use up what all
 * share. Memory is bounded: beyond so many addresses the one unseen for longest is forgotten, which
 * only ever forgives. Addresses are held in memory alone, and never longer than that.
 */
import type { RateLimit } from './options.js';
import { TokenBucket } from './rate-limit.js';

const addressesMaxStandard = 50_000;

export interface AddressLimitsOptions {
  readonly rate: RateLimit;
  readonly addressesMax?: number;
  now(): number;
}

export class AddressLimits {
  readonly #options: AddressLimitsOptions;
  /** Least recently seen first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: AddressLimitsOptions) {
    this.#options = options;
  }

  get addresses(): number {
    return this.#buckets.size;
  }

  /** Of `network`, as `networkOf` names it, or of one with a key. */
  bucket(network: string): TokenBucket {
    const { rate, addressesMax = addressesMaxStandard, now } = this.#options;
    const known = this.#buckets.get(network);
    if (known !== undefined) this.#buckets.delete(network);
    const bucket = known ?? new TokenBucket(rate, () => now());
    this.#buckets.set(network, bucket);
    if (this.#buckets.size > addressesMax) {
      const [first] = this.#buckets.keys();
      if (first !== undefined) this.#buckets.delete(first);
    }
    return bucket;
  }

  /** Whether one more may come now; it is charged if so. */
  admits(network: string): boolean {
    const bucket = this.bucket(network);
    if (bucket.waitSeconds() > 0) return false;
    bucket.charge(1);
    return true;
  }
}
