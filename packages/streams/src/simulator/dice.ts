/** Decisions of the simulator, all from one source of random numbers, so that one seed repeats them. */

export interface RandomSource {
  /** 0 ≤ x < 1. */
  fraction(): number;
}

export class Dice {
  readonly #source: RandomSource;

  constructor(source: RandomSource) {
    this.#source = source;
  }

  /** A whole number, both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#source.fraction() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.#source.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.integer(0, values.length - 1)];
    if (value === undefined) throw new RangeError('There is nothing to pick from');
    return value;
  }
}
