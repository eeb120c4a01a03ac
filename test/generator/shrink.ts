/**
 * Delta debugging (Zeller's ddmin): from a failing list of events to a small one that still fails.
 *
 * Guarantee: the result fails, and leaving out any single event of it does not fail any more
 * (unless `runsMax` was reached before).
 */
export interface ShrinkOptions {
  /** Upper limit of calls of the predicate. */
  readonly runsMax?: number;
}

function parts<T>(values: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, i) =>
    values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    ),
  );
}

/** `fails` may be synchronous or not; it has to answer true for `events` itself. */
export async function shrink<T>(
  events: readonly T[],
  fails: (events: readonly T[]) => boolean | Promise<boolean>,
  { runsMax = 5_000 }: ShrinkOptions = {},
): Promise<T[]> {
  let runs = 0;
  const stillFails = async (candidate: readonly T[]): Promise<boolean> =>
    runs++ < runsMax && (await fails(candidate));
  if (!(await stillFails(events))) throw new Error('the list to shrink does not fail');
  let current = [...events];
  let count = 2;
  while (current.length >= 2 && runs < runsMax) {
    const smaller = await firstFailing(current, count, stillFails);
    if (smaller !== null) {
      count = smaller.subset ? 2 : Math.max(count - 1, 2);
      current = smaller.events;
    } else if (count >= current.length) {
      break;
    } else {
      count = Math.min(count * 2, current.length);
    }
  }
  return current;
}

async function firstFailing<T>(
  current: readonly T[],
  count: number,
  stillFails: (candidate: readonly T[]) => Promise<boolean>,
): Promise<{ events: T[]; subset: boolean } | null> {
  const chunks = parts(current, count);
  for (const chunk of chunks) {
    if (chunk.length < current.length && (await stillFails(chunk))) {
      return { events: chunk, subset: true };
    }
  }
  for (let i = 0; i < chunks.length; i++) {
    const rest = chunks.filter((_, j) => j !== i).flat();
    if (rest.length > 0 && rest.length < current.length && (await stillFails(rest))) {
      return { events: rest, subset: false };
    }
  }
  return null;
}
