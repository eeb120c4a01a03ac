/**
 * Wrong keys: a few a minute from one address, and a bound on all addresses together, so that a key
 * can't be guessed from many. A right key is never counted.
 */

const perAddressMax = 5;
const togetherMax = 100;
const windowMs = 60_000;

export class Attempts {
  readonly #now: () => number;
  #began: number;
  #together = 0;
  #byAddress = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
  }

  /** Seconds until this address may try again; 0: now. */
  waitSeconds(address: string): number {
    this.#turn();
    const spent = this.#byAddress.get(address) ?? 0;
    if (spent < perAddressMax && this.#together < togetherMax) return 0;
    return Math.max(1, Math.ceil((this.#began + windowMs - this.#now()) / 1_000));
  }

  failed(address: string): void {
    this.#turn();
    this.#together += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  /** A new window forgets the last one; a clock that was set back begins a new one, too. */
  #turn(): void {
    const now = this.#now();
    if (now >= this.#began && now < this.#began + windowMs) return;
    this.#began = now;
    this.#together = 0;
    this.#byAddress = new Map();
  }
}
