/** Seeded chance: the same seed and name give the same sequence on every machine (sfc32). */

export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `name` separates sequences of one seed, so that one more draw here moves nothing there. */
  constructor(seed: number, name: string) {
    // FNV-1a spreads the name over 32 bits.
    let hash = 0x811c9dc5 ^ seed;
    for (const mark of `${seed}:${name}`) {
      hash = Math.imul(hash ^ (mark.codePointAt(0) ?? 0), 0x01000193);
    }
    this.#a = hash;
    this.#b = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    this.#c = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
    for (let turn = 0; turn < 12; turn += 1) this.fraction();
  }

  /** 0 ≤ x < 1. */
  fraction(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  between(min: number, max: number): number {
    return min + this.fraction() * (max - min);
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** One of them, as likely as its weight; undefined when none has any. */
  weighted<T>(of: readonly T[], weight: (each: T) => number): T | undefined {
    const weights = of.map(weight);
    let rest = this.fraction() * weights.reduce((sum, each) => sum + each, 0);
    return of.find((_each, index) => {
      rest -= weights[index] ?? 0;
      return rest < 0;
    });
  }

  /** About the median, rarely much more: the exponential of a normal number. */
  aroundMedian(median: number, spread: number): number {
    const normal =
      Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
    return median * Math.exp(spread * normal);
  }
}
