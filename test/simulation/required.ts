/** Situations that a simulation of a thousand seeds must have met, and how often. */
import { requiredSituations } from './situations.js';

export const TIMES_MIN = 50;
/** Fewer seeds than these are not judged. */
export const SEEDS_JUDGED = 1_000;

const faults = [
  'a message in a loop while its task moves',
  'a late commit is fenced',
  'the answer to a commit is lost',
  'a stale local state is caught up',
  'crash when a task is assigned',
  'crash when a task is restoring',
  'crash when a task is ready',
  'crash when a task is processed',
  'crash when a task is committed',
  'crash when a task is written',
].map((name) => `cluster: ${name}`);

const embeddedFaults = [
  'crash amid a cycle',
  'crash before the commit',
  'crash after the commit, before the flush',
  'crash after the flush',
  'a commit that was not flushed is lost',
].map((name) => `embedded: ${name}`);

export const required: readonly string[] = [...requiredSituations, ...faults, ...embeddedFaults];

/** What came up too seldom, as messages. */
export function missing(seen: ReadonlyMap<string, number>): string[] {
  return required
    .filter((name) => (seen.get(name) ?? 0) < TIMES_MIN)
    .map((name) => `"${name}" came up ${seen.get(name) ?? 0} times, fewer than ${TIMES_MIN}`);
}
