/** Runs one test file in a copy of the tree, and tells which test went red. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Much more than the slowest of the files takes on a busy machine. */
const RUN_MS_MAX = 300_000;

export type TestRun =
  | { readonly outcome: 'green'; readonly seconds: number }
  | { readonly outcome: 'red'; readonly seconds: number; readonly test: string }
  /** No test ran: a fault that does not even parse proves nothing. */
  | { readonly outcome: 'broken'; readonly seconds: number; readonly output: string };

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export async function runTests(dir: string, file: string): Promise<TestRun> {
  const reportFile = join(dir, 'faults-report.json');
  rmSync(reportFile, { force: true });
  const begun = performance.now();
  const output = await runVitest(dir, [file, '--reporter=json', `--outputFile=${reportFile}`]);
  const seconds = (performance.now() - begun) / 1000;
  if (!existsSync(reportFile)) return { outcome: 'broken', seconds, output };
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const red = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (red !== undefined) return { outcome: 'red', seconds, test: red.fullName.trim() };
  if (report.success && report.numPassedTests > 0) return { outcome: 'green', seconds };
  return { outcome: 'broken', seconds, output: JSON.stringify(report.testResults).slice(0, 2_000) };
}

function runVitest(dir: string, args: readonly string[]): Promise<string> {
  const vitest = join(dir, 'node_modules', 'vitest', 'vitest.mjs');
  // The first red test is enough.
  const child = spawn(process.execPath, [vitest, 'run', '--bail=1', '--no-color', ...args], {
    cwd: dir,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const tooLong = setTimeout(() => endGroup(child.pid), RUN_MS_MAX);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(tooLong);
      endGroup(child.pid);
      resolve(output);
    });
  });
}

/** A fault may make a worker spin for ever, and Vitest leaves it behind: its group goes with it. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

/** The run within must not take itself for a worker of the run around it. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|TINYPOOL|ROSI_)/.test(name),
  );
  return Object.fromEntries(own);
}
