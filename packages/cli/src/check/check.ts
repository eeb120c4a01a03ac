/**
 * `rosi check`: the laws held against the running data. Waits until everything is settled, since a
 * batch that is under way is in one table and not yet in another; what is off while work goes on
 * is looked at again, and said to be in motion when that never ends.
 */
import { models } from '@rosi/attribution';
import type { KafkaCluster } from '@rosi/streams-kafka';
import { checkWarehouse, connectWarehouse, type Warehouse } from '@rosi/warehouse';
import type { ApiOptions } from '../reading/api.js';
import { readStatus, type StatusDocument, waitSettled } from '../reading/status.js';
import { showProgress } from '../terminal/progress-line.js';
import type { Terminal } from '../terminal/terminal.js';
import type { CheckReport } from './check-report.js';
import { checkText } from './check-text.js';
import { checkLog } from './log-checks.js';

export interface CheckCommand {
  readonly api: ApiOptions;
  readonly clickhouseUrl: string;
  /** Null: the product is on another machine. */
  readonly dataDir: string | null;
  /** Where the log is when it is not in the data folder; null: nothing says so. */
  readonly kafka: KafkaCluster | null;
  /** Of the suppression list; not read without a data folder. */
  readonly suppressionKey: string;
  readonly waitMs: number;
  /** Rows that are named, of each check. */
  readonly findingsMax: number;
  readonly json: boolean;
  readonly terminal: Terminal;
}

const attemptsMax = 3;

/** Answers the exit code: 1 when a row is off. */
export async function runCheck(command: CheckCommand): Promise<0 | 1> {
  const { json, terminal } = command;
  const warehouse = await connectWarehouse({ url: command.clickhouseUrl });
  try {
    const report = await checkUntilStill(command, warehouse);
    terminal.out(json ? `${JSON.stringify(report)}\n` : checkText(report));
    return report.clean ? 0 : 1;
  } finally {
    await warehouse.close();
  }
}

async function checkUntilStill(command: CheckCommand, warehouse: Warehouse): Promise<CheckReport> {
  for (let attempt = 1; ; attempt += 1) {
    showProgress(command.terminal, 'waiting until everything is settled');
    const before = await waitSettled(command.api, command.waitMs);
    const report = await checkOnce(command, warehouse);
    const still = before.settled && isSame(before, await readStatus(command.api));
    showProgress(command.terminal, '');
    if (still || report.clean || attempt >= attemptsMax) return { ...report, in_motion: !still };
  }
}

async function checkOnce(
  { dataDir, kafka, suppressionKey, findingsMax, terminal }: CheckCommand,
  warehouse: Warehouse,
): Promise<Omit<CheckReport, 'in_motion'>> {
  const checks = await checkWarehouse(warehouse, {
    models,
    findingsMax,
    onCheck: (name, number, total) => showProgress(terminal, `${number} of ${total}: ${name}`),
  });
  const ofLog =
    dataDir === null
      ? null
      : await checkLog({
          dataDir,
          kafka,
          suppressionKey,
          warehouse,
          findingsMax,
          onProgress: (name, done, total) =>
            showProgress(terminal, `${name}: ${done} of ${total} records`),
        });
  const all = [...checks, ...(ofLog ?? [])];
  return { clean: all.every(({ count }) => count === 0), log_checked: ofLog !== null, checks: all };
}

/** Nothing was accepted, stitched or loaded in between. */
function isSame(before: StatusDocument, after: StatusDocument): boolean {
  const offsets = ({ stages }: StatusDocument) =>
    stages.map(({ name, last_offset }) => `${name} ${last_offset}`).join('\n');
  return after.settled && offsets(before) === offsets(after);
}
