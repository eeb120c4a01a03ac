/**
 * The time_decay weight 2^(−age/half-life) as an exact integer on a scale of 2^320. Seven days unless
 * the settings say another half-life.
 *
 * Choice: fixed point with 320 bits. age / half-life = whole + part with 0 ≤ part < 1; 2^(−part) is
 * the product of the roots 2^(−1/2^k) for the binary digits k = 1…288 of the part, each root the
 * integer square root of the one before. The error is below 2^−270, far under any difference that
 * the shares of a 63-bit amount can show. The whole part is applied as an exact shift, so that
 * weights whose ages differ by whole half-lives stand in exact proportion: ties between their
 * shares are true ties and go to the earlier touchpoint.
 */
const scaleBits = 320n;
const digitsMax = 288;
const weekMs = 604_800_000;
/** Ages of eligible touchpoints stay far below this many half-lives. */
const wholeMax = 64n;

function integerSquareRoot(value: bigint): bigint {
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

const roots: bigint[] = [];
for (let k = 0, root = 1n << (scaleBits - 1n); k < digitsMax; k++) {
  root = integerSquareRoot(root << scaleBits);
  roots.push(root);
}

/** By the half-life and the part of it. */
const parts = new Map<string, bigint>();

function powerOfPart(part: bigint, halfLifeMs: bigint): bigint {
  const key = `${halfLifeMs}/${part}`;
  const known = parts.get(key);
  if (known !== undefined) return known;
  let power = 1n << scaleBits;
  let rest = part;
  for (const root of roots) {
    rest *= 2n;
    if (rest < halfLifeMs) continue;
    rest -= halfLifeMs;
    power = (power * root) >> scaleBits;
  }
  parts.set(key, power);
  return power;
}

/** 2^(−age/half-life) × 2^384, for an age of 0 ms to 64 half-lives. */
export function halfLifeWeight(ageMs: number, halfLifeMilliseconds = weekMs): bigint {
  const age = BigInt(ageMs);
  const halfLifeMs = BigInt(halfLifeMilliseconds);
  const whole = age / halfLifeMs;
  if (age < 0n || whole > wholeMax) throw new RangeError(`no eligible age: ${ageMs} ms`);
  return powerOfPart(age % halfLifeMs, halfLifeMs) << (wholeMax - whole);
}
