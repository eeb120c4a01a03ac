/**
 * Places in the code at which a test may have the process die as by `kill -9`, to show that a
 * crash there loses and doubles nothing. Always compiled, off unless armed, and then one comparison
 * with null; `rosi start` refuses to arm one outside of tests (docs/operations.md, "Failpoints").
 *
 * Guarantee: an armed failpoint ends the whole process (all threads, no handler runs) at exactly the
 * passing it names, counted within its thread. Workers inherit it from the thread that starts them.
 */

/** Every failpoint there is, by the service that passes it. */
export const failpoints = [
  /** Events are checked; the log does not have them. */
  'collector.before-append',
  /** Events are durable; their sender has no answer yet. */
  'collector.after-append',
  /** Clicks of tracked links are kept and answered; the log does not have them. */
  'links.before-append',
  /** State, ledger and positions are written, their transaction is not committed. */
  'stitcher.before-commit',
  'stitcher.after-commit',
  /** The batch's bounds are durable; ClickHouse has nothing of it. */
  'loader.after-fix',
  /** Base and views have the batch; the position does not say so. */
  'loader.after-insert',
  /** After an unknown outcome: the batch is in its base table, the views were not looked at. */
  'loader.before-mending',
  /** After an unknown outcome: base and views agree; the position does not say so. */
  'loader.after-mending',
  'loader.after-checkpoint',
] as const;

export type Failpoint = (typeof failpoints)[number];

/** Where to die, and at which passing: 1 is the first. */
export interface ArmedFailpoint {
  readonly name: Failpoint;
  readonly passing: number;
}

const pattern = /^([a-z.-]+)(?::([1-9]\d{0,5}))?$/;

/** Reads `loader.after-insert` or `loader.after-insert:3`; null: it is neither. */
export function parseFailpoint(text: string): ArmedFailpoint | null {
  const [, stated, passing = '1'] = pattern.exec(text) ?? [];
  const name = failpoints.find((known) => known === stated);
  return name === undefined ? null : { name, passing: Number(passing) };
}

let armed: ArmedFailpoint | null = null;
let passed = 0;

/** For this thread and the workers that it starts from now on; null disarms. */
export function armFailpoint(failpoint: ArmedFailpoint | null): void {
  armed = failpoint;
  passed = 0;
}

/** What a worker has to be given. */
export function armedFailpoint(): ArmedFailpoint | null {
  return armed;
}

/** Dies here when this very failpoint is armed and this is its passing. */
export function passFailpoint(name: Failpoint): void {
  if (armed === null || armed.name !== name) return;
  passed += 1;
  if (passed < armed.passing) return;
  // Linux ends every thread before it returns from the kernel: nothing is done after this line.
  process.kill(process.pid, 'SIGKILL');
}
