/**
 * A token bucket per key kind. It is asked before a body is read, and charged for what the body
 * held, so it may run into debt by one request; the debt is paid by waiting.
 */
import type { RateLimit } from './options.js';

/** About what an event has; larger ones cost more, and are charged as several. */
const eventBytes = 2_000;

/** What a request is charged: an event at least, and one for each 2,000 bytes that it has begun. */
export function costOf(events: number, bytes: number): number {
  return Math.max(1, events, Math.ceil(bytes / eventBytes));
}

export class TokenBucket {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  #tokens: number;
  #refilledAt: number;

  constructor(limit: RateLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
    this.#tokens = limit.burst;
    this.#refilledAt = now();
  }

  /** Whole seconds until the next request may come; 0: now. */
  waitSeconds(): number {
    this.#refill();
    if (this.#tokens >= 1) return 0;
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#limit.eventsPerSecond));
  }

  charge(events: number): void {
    this.#tokens -= Math.max(0, events);
  }

  #refill(): void {
    const now = this.#now();
    // A clock that was set back refills nothing, and starts anew from there.
    const elapsedMs = Math.max(0, now - this.#refilledAt);
    this.#refilledAt = now;
    const refill = (elapsedMs / 1_000) * this.#limit.eventsPerSecond;
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + refill);
  }
}
