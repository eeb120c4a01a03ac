/**
 * The weights of time_decay, 2^(−age / half-life), relative to the newest touch's half-life period.
 * Guarantees bits that no platform or engine changes: nothing but additions and multiplications is
 * used, which IEEE 754 defines to the bit (Math.pow is left to the engine, and differs between
 * them). Guarantees that ages one half-life apart have weights exactly in the ratio of 2.
 */

/** A weight less than 2^−64 of the newest one's counts as none: its share is below 10^−19. */
const HALVINGS_MAX = 64;
/** A weight is a whole number (53 bits) times 2^−53, halved so often at most. */
const FIXED_POINT = 2 ** (53 + HALVINGS_MAX);

/** Terms of the series of e^−x that matter to 53 bits for x < ln 2. */
const TERMS = 17;
const reciprocals = Float64Array.from({ length: TERMS + 1 }, (_, n) => (n === 0 ? 0 : 1 / n));
const halvings = Float64Array.from({ length: HALVINGS_MAX + 1 }, (_, n) => 2 ** -n);

/**
 * Weights above 2^−65 and up to 1, or 0.
 * @param agesMs from the order back to each touch, oldest first: descending, none below 0
 */
export function decayWeights(agesMs: Float64Array, halfLifeMs: number): Float64Array {
  const weights = new Float64Array(agesMs.length);
  const newestPeriod = periodOf(agesMs[agesMs.length - 1] ?? 0, halfLifeMs);
  for (let at = 0; at < agesMs.length; at++) {
    const age = agesMs[at]!;
    const period = periodOf(age, halfLifeMs);
    const halved = period - newestPeriod;
    if (halved > HALVINGS_MAX) continue;
    weights[at] = halvingsOf((age - period * halfLifeMs) / halfLifeMs) * halvings[halved]!;
  }
  return weights;
}

/** The weights as whole numbers, every bit kept. */
export function exactWeights(weights: Float64Array): bigint[] {
  return Array.from(weights, (weight) => BigInt(weight * FIXED_POINT));
}

/** Whole half-lives in an age; the quotient may have been rounded up to the next one. */
function periodOf(ageMs: number, halfLifeMs: number): number {
  const period = Math.floor(ageMs / halfLifeMs);
  return period * halfLifeMs > ageMs ? period - 1 : period;
}

/** 2^−f for 0 ≤ f < 1, to a few units of the 53rd bit: e^−x = 1 − x/1·(1 − x/2·(1 − x/3·(…))). */
function halvingsOf(fraction: number): number {
  const x = fraction * Math.LN2;
  let sum = 1;
  for (let n = TERMS; n > 0; n--) sum = 1 - x * reciprocals[n]! * sum;
  return sum;
}
