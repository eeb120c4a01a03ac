/** Counting what became of records: exact, by processor, outcome and reason. */
import type { Outcome } from './topology.js';

/** How many records of one processor ended one way, for one reason. */
export interface OutcomeCounts {
  readonly processor: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly count: number;
}

export interface OutcomeTally {
  add(processor: string, outcome: Outcome, reason: string, count?: number): void;
  /** In the order first counted. */
  list(): OutcomeCounts[];
  clear(): void;
}

export function createOutcomeTally(): OutcomeTally {
  const counts: (Omit<OutcomeCounts, 'count'> & { count: number })[] = [];
  return {
    add(processor, outcome, reason, count = 1) {
      // A few dozen: looking through them costs less than making a key for each record.
      for (const known of counts) {
        if (known.reason !== reason || known.outcome !== outcome) continue;
        if (known.processor !== processor) continue;
        known.count += count;
        return;
      }
      counts.push({ processor, outcome, reason, count });
    },
    list: () => counts.map((entry) => ({ ...entry })),
    clear: () => {
      counts.length = 0;
    },
  };
}
