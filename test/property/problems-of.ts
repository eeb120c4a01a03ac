/** Holds what a run has answered against the independent oracle. */
import { compareTables, evaluate, type OracleInput } from '../oracle/index.js';
import type { Run } from './run-topology.js';

/** Every difference in words; none: the run is right. */
export function problemsOf(run: Omit<Run, 'driver'>, input: OracleInput): string[] {
  const expected = evaluate(input);
  const decisions = expected.decisions
    .filter(({ index, accepted }) => run.accepted[index] !== accepted)
    .map(
      ({ index, accepted, reason }) => `event ${index}: accepted should be ${accepted} ${reason}`,
    );
  const differences = compareTables(run.tables, expected.tables).map(
    (one) => `${one.table} ${one.key} ${one.column}: ${one.expected} but is ${one.actual}`,
  );
  return [...decisions, ...differences, ...run.unbalanced.map((cell) => `unbalanced ${cell}`)];
}
