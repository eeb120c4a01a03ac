/**
 * The product against the oracle: every acceptance, every table that the contract names, and the
 * signed deltas against the net state.
 */
import type { Product } from '../harness/product.js';
import {
  type ActualRow,
  compareTables,
  evaluate,
  formatDifferences,
  type OracleEvent,
  type OracleOutput,
  type TableName,
  tableNames,
} from '../oracle/index.js';
import type { Arrival } from './random-sets-arrival.js';
import type { Answers } from './random-sets-posting.js';

interface Judged {
  /** In the arrival. */
  readonly index: number;
  readonly event: OracleEvent;
  readonly accepted: boolean;
}

/** Once settled: what differs over all that was answered so far, readably. */
export async function compared(
  product: Product,
  arrival: Arrival,
  answers: Answers,
): Promise<string[]> {
  await product.settle();
  const judged = [...answers].map(([index, { accepted, sentAt }]): Judged => {
    const event = arrival.events[index];
    if (event === undefined) throw new Error(`no event ${index} in the arrival`);
    // The collector took the time itself, and by it decides what is too far in the future.
    return { index, accepted, event: { ...event, receivedAt: sentAt } };
  });
  const events = judged.map(({ event }) => event);
  const expected = evaluate({ events, settings: arrival.settings });
  const differences = compareTables(await readTables(product), expected.tables, {
    ignoredColumns: ['received_at'],
  });
  const problems = [
    ...wrongVerdicts(judged, expected.decisions),
    ...differences.map((difference) => formatDifferences([difference])),
    ...(await unbalanced(product)),
  ];
  return problems.map((problem) => `after ${answers.size} of ${arrival.events.length}: ${problem}`);
}

function wrongVerdicts(judged: readonly Judged[], decisions: OracleOutput['decisions']): string[] {
  return decisions.flatMap(({ index, accepted, reason }) => {
    const found = judged[index];
    if (found === undefined || found.accepted === accepted) return [];
    const told = accepted ? 'rejected, but valid' : `accepted, but invalid: ${reason}`;
    return [`event ${found.index} was ${told}\n    ${JSON.stringify(found.event)}`];
  });
}

async function readTables(product: Product): Promise<Record<TableName, readonly ActualRow[]>> {
  const read = async (name: TableName) => [name, await product.sql(`SELECT * FROM ${name}`)];
  // Every name has its rows: the list is of all names.
  return Object.fromEntries(await Promise.all(tableNames.map(read))) as Record<
    TableName,
    readonly ActualRow[]
  >;
}

/** What the deltas of `credits` add up to, less what stands in `credits_current`. */
async function unbalanced(product: Product): Promise<string[]> {
  const cell = 'order_id, model, touchpoint_id, person_id, ordered_at, currency';
  const rows = await product.sql(`
    SELECT ${cell}, sum(credit) AS more, round(sum(share), 9) AS more_share FROM (
      SELECT ${cell}, credit, share FROM credits
      UNION ALL SELECT ${cell}, -credit, -share FROM credits_current
    ) GROUP BY ${cell} HAVING more != 0 OR more_share != 0`);
  return rows.map((row) => `credits add up to more or less: ${JSON.stringify(row)}`);
}
