/**
 * The splits of linear and position_based, by integers alone. Guarantees the very result of
 * splitMoney by weights (1, 1, …) and (first·m, middle, …, middle, last·m) over m middle touches.
 */

/** Equal parts: what is left over goes to the earliest. */
export function splitEqually(amount: number, count: number): number[] {
  const left = amount % count;
  const part = (amount - left) / count;
  const parts = new Array<number>(count).fill(part);
  parts.fill(part + 1, 0, left);
  return parts;
}

/** Parts with one weight that stand together. */
interface Block {
  readonly from: number;
  readonly size: number;
  readonly part: number;
  /** The fraction that rounding down cut off, over the common total. */
  readonly remainder: number;
}

/**
 * The first and the last have their percent, the touches between them share the rest; two have a
 * half each, one has all.
 */
export function splitByPosition(
  amount: number,
  count: number,
  { first, last }: { readonly first: number; readonly last: number },
): number[] {
  if (count <= 2) return splitEqually(amount, count);
  const middles = count - 2;
  // The percentages over 100·m make every weight whole: 40/20/40 are 40·m, 20, …, 20, 40·m.
  const total = 100 * middles;
  const blocks = [
    block(amount, { from: 0, size: 1, weight: first * middles, total }),
    block(amount, { from: 1, size: middles, weight: 100 - first - last, total }),
    block(amount, { from: count - 1, size: 1, weight: last * middles, total }),
  ];
  const parts = new Array<number>(count);
  let left = amount;
  for (const { from, size, part } of blocks) {
    parts.fill(part, from, from + size);
    left -= part * size;
  }
  // The sort is stable: among equal fractions the earlier block comes first.
  blocks.sort((a, b) => b.remainder - a.remainder);
  for (const { from, size, part } of blocks) {
    const units = Math.min(left, size);
    parts.fill(part + 1, from, from + units);
    left -= units;
  }
  return parts;
}

/**
 * amount · weight / total without leaving the whole numbers that doubles hold: the amount is taken
 * apart into q·total + rest, so that nothing is multiplied but rest · weight < (100 · m)² ≤ 10^12.
 */
function block(
  amount: number,
  { from, size, weight, total }: { from: number; size: number; weight: number; total: number },
): Block {
  const rest = amount % total;
  const product = rest * weight;
  const remainder = product % total;
  const part = ((amount - rest) / total) * weight + (product - remainder) / total;
  return { from, size, part, remainder };
}
