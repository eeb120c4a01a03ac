/**
 * Splits an amount by weights, exactly: each part is its share rounded down, then the units that
 * are left go one each to the largest fractions, ties to the earlier part (contract 3.8).
 * This is the reference; the models use quicker ways that tests hold against it.
 * Guarantees that the parts sum to the amount, to the unit.
 */

/**
 * The parts, in the order of the weights.
 * @param amount whole units from 0 to 2^53 − 1
 * @param weights whole numbers from 0 on, at least one of them above 0
 */
export function splitMoney(amount: number, weights: readonly bigint[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n) throw new Error('an amount needs a weight above 0 to be split by');
  const whole = BigInt(amount);
  const parts: number[] = [];
  const remainders: bigint[] = [];
  let left = amount;
  let previous = -1n;
  for (const weight of weights) {
    // Touches of one instant have one weight and stand together: they are divided for once.
    if (weight !== previous) {
      const product = whole * weight;
      const part = product / total;
      parts.push(Number(part));
      remainders.push(product - part * total);
      previous = weight;
    } else {
      parts.push(parts[parts.length - 1]!);
      remainders.push(remainders[remainders.length - 1]!);
    }
    left -= parts[parts.length - 1]!;
  }
  handOut(left, parts, remainders);
  return parts;
}

/** One unit each to the largest remainders; fewer units are left than remainders are above 0. */
function handOut(units: number, parts: number[], remainders: readonly bigint[]): void {
  const byRemainder = remainders.map((_, index) => index);
  byRemainder.sort((a, b) => {
    const [left, right] = [remainders[a]!, remainders[b]!];
    return left === right ? a - b : left > right ? -1 : 1;
  });
  for (const index of byRemainder.slice(0, units)) parts[index]! += 1;
}
