/**
 * Plants each fault in a copy of the tree, alone, and runs the test that must catch it. A fault that
 * no test notices shows what the tests do not cover. Not part of CI, since it takes some minutes.
 *
 * All: npm run faults. Some: npm run faults -- -t 'refund'
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from './all.js';
import { copyTree, type TreeCopy } from './copy-tree.js';
import type { Fault } from './fault.js';
import { runTests, type TestRun } from './run-tests.js';

const RUN_MS_MAX = 600_000;
const files = [...new Set(faults.map(({ caughtBy }) => caughtBy))];
const rows: string[] = [];
/** Test files known to be green without a fault: a test that is red anyway catches nothing. */
const sound = new Map<string, Promise<TestRun>>();
let copy: TreeCopy;

beforeAll(() => {
  copy = copyTree();
});
afterAll(() => {
  copy.remove();
  console.log(['| fault | caught by | s |', '|---|---|---|', ...rows].join('\n'));
});

describe(`${faults.length} faults, ${files.length} test files`, () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_, fault) => {
      expect(await soundRun(fault.caughtBy), fault.caughtBy).toMatchObject({ outcome: 'green' });
      const run = await runWith(fault);
      rows.push(rowOf(fault, run));
      process.stderr.write(`${rows.at(-1)}\n`);
      expect(run, fault.breaks).toMatchObject({ outcome: 'red' });
    },
    RUN_MS_MAX,
  );
});

function soundRun(file: string): Promise<TestRun> {
  const known = sound.get(file) ?? runTests(copy.dir, file);
  sound.set(file, known);
  return known;
}

async function runWith({ file, find, replace, caughtBy }: Fault): Promise<TestRun> {
  const path = join(copy.dir, file);
  const source = readFileSync(path, 'utf8');
  expect(source.split(find).length - 1, `"${find}" in ${file}`).toBe(1);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return await runTests(copy.dir, caughtBy);
  } finally {
    writeFileSync(path, source);
  }
}

function rowOf({ name, caughtBy }: Fault, run: TestRun): string {
  const test = run.outcome === 'red' ? `${caughtBy}: ${run.test}` : `${run.outcome} (${caughtBy})`;
  return `| ${name} | ${test.replaceAll('|', '\\|')} | ${run.seconds.toFixed(1)} |`;
}
