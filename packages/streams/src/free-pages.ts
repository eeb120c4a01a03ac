/**
 * How many free pages lmdb holds in memory, for the runtimes that keep state on it. It sorts those into a
 * list one by one at each commit, to check them, which takes quadratic time: with its own limits (50,000
 * and 75,000) a third of the time of a state of a million events went there. Its types do not know these
 * options.
 */
export const freePages: object = { maxFreeSpaceToLoad: 3_000, maxFreeSpaceToRetain: 5_000 };
