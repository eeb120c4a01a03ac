/**
 * Other arrivals of the same events: permuted, repeated, cut into batches.
 */
import { Random } from './random.js';
import type { GeneratedEvent } from './world.js';

export function shuffle<T>(events: readonly T[], seed: number): T[] {
  return new Random(seed).shuffled(events);
}

/** Adds identical copies of about `rate` of the events, each at a random later place. */
export function injectDuplicates<T>(events: readonly T[], seed: number, rate = 0.2): T[] {
  const random = new Random(seed);
  const result: T[] = [];
  const pending: T[] = [];
  for (const event of events) {
    result.push(event);
    if (random.chance(rate)) pending.push(event);
    while (pending.length > 0 && random.chance(0.3)) {
      const [copy] = pending.splice(random.integer(0, pending.length - 1), 1);
      if (copy !== undefined) result.push(copy);
    }
  }
  return [...result, ...pending];
}

/** Cuts into consecutive batches of 1 to `sizeMax` events. */
export function cutBatches<T>(events: readonly T[], seed: number, sizeMax = 50): T[][] {
  const random = new Random(seed);
  const batches: T[][] = [];
  for (let start = 0; start < events.length; ) {
    const size = random.integer(1, sizeMax);
    batches.push(events.slice(start, start + size));
    start += size;
  }
  return batches;
}

/**
 * Cuts into batches that one HTTP request each can carry: all events of a batch have the same key,
 * User-Agent and Sec-GPC. Events stay in their order.
 */
export function cutRequests(
  events: readonly GeneratedEvent[],
  seed: number,
  sizeMax = 50,
): GeneratedEvent[][] {
  const kindOf = (event: GeneratedEvent): string =>
    JSON.stringify([event.keyKind, event.userAgent, event.secGpc === true]);
  const runs: GeneratedEvent[][] = [];
  for (const event of events) {
    const run = runs[runs.length - 1];
    if (run?.[0] !== undefined && kindOf(run[0]) === kindOf(event)) run.push(event);
    else runs.push([event]);
  }
  return runs.flatMap((run, i) => cutBatches(run, seed + i, sizeMax));
}
