/**
 * Seeded randomness for the benchmarks' data: the same seed gives the same events on every machine.
 */

/**
 * Mulberry32: numbers from 0 (inclusive) to 1.
 * @param {number} seed
 * @returns {() => number}
 */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A text of the shape of a UUID, as real producers' ids have it: long, and in no order.
 * @param {string} kind
 * @param {number} number
 */
export function uuidOf(kind, number) {
  const next = randomNumbers(Math.imul(number + 1, 2_654_435_761) ^ kindSeed(kind));
  const word = () =>
    Math.floor(next() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c] = [word(), word(), word()];
  const last = (number >>> 0).toString(16).padStart(8, '0');
  return `${a}-${b.slice(0, 4)}-4${b.slice(4, 7)}-8${c.slice(0, 3)}-${c.slice(3, 7)}${last}`;
}

/** @param {string} kind */
function kindSeed(kind) {
  let seed = 0x811c9dc5;
  for (let at = 0; at < kind.length; at++) {
    seed = Math.imul(seed ^ kind.charCodeAt(at), 16_777_619);
  }
  return seed;
}
