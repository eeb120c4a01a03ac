/**
 * Splits an amount by the weights of time_decay. Guarantees the very result of splitMoney by the
 * same weights: the quick way is taken only where its error provably can't matter.
 *
 * The quick way computes each share, amount · weight / total, with two doubles (some 104 bits):
 * Dekker's exact product and Knuth's exact sum. For up to 10^4 weights and amounts below 2^53 its
 * error is below amount · n² · 2^−104 + 2^−50 < 2^−23. Where a fraction lies within 2^−20 of a
 * whole number, or two fractions of different weights lie so close together that it is not sure
 * which of them gets the last unit, the exact way is taken.
 */
import { exactWeights } from './decay-weights.js';
import { splitMoney } from './split-money.js';

/** Eight times the error. */
const GUARD = 2 ** -20;
/** Veltkamp's constant: splits a double into two halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1;

/** The parts, in the order of the weights (of decayWeights; at least one is above 0). */
export function splitByDecay(amount: number, weights: Float64Array): ArrayLike<number> {
  if (weights.length === 1) return [amount];
  return splitQuickly(amount, weights) ?? splitMoney(amount, exactWeights(weights));
}

/** Undefined when the error could matter. */
export function splitQuickly(amount: number, weights: Float64Array): Float64Array | undefined {
  const count = weights.length;
  const parts = new Float64Array(count);
  const fractions = new Float64Array(count);
  const unit = divide(amount, sum(weights));
  const [unitHigh, unitLow] = halvesOf(unit.value);
  let left = amount;
  for (let at = 0; at < count; at++) {
    const weight = weights[at]!;
    const product = weight * unit.value;
    const big = SPLITTER * weight;
    const high = big - (big - weight);
    const low = weight - high;
    const lost = high * unitHigh - product + high * unitLow + low * unitHigh + low * unitLow;
    let part = Math.floor(product);
    let fraction = product - part + (lost + weight * unit.rest);
    if (fraction < 0) {
      part -= 1;
      fraction += 1;
    } else if (fraction >= 1) {
      part += 1;
      fraction -= 1;
    }
    if (fraction < GUARD || fraction > 1 - GUARD) return undefined;
    parts[at] = part;
    fractions[at] = fraction;
    left -= part;
  }
  return handOut(left, parts, fractions, weights);
}

/**
 * One unit each to the largest fractions. Those too close to the smallest one served to be told
 * apart must have one weight, and so be equal: the earlier ones are served. Else undefined.
 */
function handOut(
  units: number,
  parts: Float64Array,
  fractions: Float64Array,
  weights: Float64Array,
): Float64Array | undefined {
  const border = fractions.slice().sort()[fractions.length - units]!;
  let borderWeight: number | undefined;
  let left = units;
  for (let at = 0; at < parts.length; at++) {
    const above = fractions[at]! - border;
    if (above > GUARD) {
      parts[at]! += 1;
      left -= 1;
    } else if (above >= -GUARD) {
      borderWeight ??= weights[at]!;
      if (weights[at] !== borderWeight) return undefined;
    }
  }
  for (let at = 0; at < parts.length && left > 0; at++) {
    if (weights[at] !== borderWeight) continue;
    parts[at]! += 1;
    left -= 1;
  }
  if (left !== 0) throw new Error(`${left} units of a split were left over: the sum is wrong`);
  return parts;
}

/** A number as the unevaluated sum of two doubles, the second below half a unit of the first. */
interface DoubleDouble {
  readonly value: number;
  readonly rest: number;
}

function sum(weights: Float64Array): DoubleDouble {
  let value = 0;
  let rest = 0;
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at]!;
    const next = value + weight;
    const added = next - value;
    rest += value - (next - added) + (weight - added);
    value = next;
  }
  return { value, rest };
}

function divide(amount: number, by: DoubleDouble): DoubleDouble {
  const value = amount / by.value;
  const [high, low] = halvesOf(value);
  const [byHigh, byLow] = halvesOf(by.value);
  const product = value * by.value;
  const lost = high * byHigh - product + high * byLow + low * byHigh + low * byLow;
  return { value, rest: (amount - product - lost - value * by.rest) / by.value };
}

function halvesOf(value: number): readonly [high: number, low: number] {
  const big = SPLITTER * value;
  const high = big - (big - value);
  return [high, value - high];
}
