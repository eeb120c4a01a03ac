/**
 * How long others wait: an event of somebody new every few milliseconds, from its durable append
 * until its record stands in the ledger, while something large is under way.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { eventsCollected, ledgerTouchpoints } from '@rosi/events';

const everyMs = 10;
const limits = { recordsMax: 5_000, bytesMax: 8 * 1024 * 1024 };
let made = 0;

/** Reads the ledger's touchpoints from where it ends now. */
function watchLedger(state) {
  let next = state.endOffset(ledgerTouchpoints.name, 0);
  return () => {
    const records = state.read(ledgerTouchpoints.name, 0, next, limits);
    next = (records.at(-1)?.offset ?? next - 1) + 1;
    return records.map(({ value }) => ledgerTouchpoints.codec.decode(value).touch.touchpointId);
  };
}

/**
 * Appends probes until `isOver` says so, and waits for the last. Throws when one never comes.
 * @returns {Promise<number[]>} milliseconds, sorted
 */
export async function probe({ log, state, event, isOver }) {
  const readNew = watchLedger(state);
  const waiting = new Map();
  const took = [];
  const collect = () => {
    for (const id of readNew()) {
      const at = waiting.get(id);
      if (at === undefined) continue;
      waiting.delete(id);
      took.push(performance.now() - at);
    }
  };
  for (let nextAt = 0; !isOver() || waiting.size > 0; ) {
    if (!isOver() && performance.now() >= nextAt) {
      const id = `probe-${made++}`;
      nextAt = performance.now() + everyMs;
      await log.append(eventsCollected, [{ value: event(id), timestamp: Date.now() }]);
      waiting.set(id, performance.now());
    }
    collect();
    await wait(1);
  }
  return took.sort((a, b) => a - b);
}

/** The value that so many of a hundred do not exceed. */
export function percentile(sorted, percent) {
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)];
}
