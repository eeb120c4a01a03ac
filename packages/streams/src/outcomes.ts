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
  const counts = new Map<string, Omit<OutcomeCounts, 'count'> & { count: number }>();
  return {
    add(processor, outcome, reason, count = 1) {
      const key = `${processor}/${outcome}/${reason}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { processor, outcome, reason, count });
      else known.count += count;
    },
    list: () => [...counts.values()].map((entry) => ({ ...entry })),
    clear: () => counts.clear(),
  };
}
