/**
 * Mutates the pure packages and tells which mutants their tests do not find. Not part of CI: it
 * takes some minutes. What may survive, and why, stands in docs/mutation.md.
 *
 * All: npm run mutation. One file: npm run mutation -- --mutate packages/identity/src/persons.ts
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCORE_MIN = 85;
const root = new URL('../../', import.meta.url);
const report = new URL('.stryker-tmp/mutation.json', root);
const found = new Set(['Killed', 'Timeout', 'RuntimeError']);
const missed = new Set(['Survived', 'NoCoverage']);

rmSync(report, { force: true });
const stryker = fileURLToPath(new URL('node_modules/@stryker-mutator/core/bin/stryker.js', root));
const config = 'test/mutation/stryker.config.mjs';
const run = spawnSync(process.execPath, [stryker, 'run', config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (run.status !== 0) process.exit(run.status ?? 1);

const { files } = JSON.parse(readFileSync(report, 'utf8'));
const packages = new Map();
for (const [file, { source, mutants }] of Object.entries(files)) {
  const name = file.split('/').slice(0, 2).join('/');
  const score = packages.get(name) ?? { found: 0, missed: 0 };
  packages.set(name, score);
  for (const mutant of mutants) {
    if (found.has(mutant.status)) score.found += 1;
    if (!missed.has(mutant.status)) continue;
    score.missed += 1;
    const { line } = mutant.location.start;
    const text = source.split('\n')[line - 1].trim();
    console.log(`${file}:${line} ${mutant.status}: ${text}  =>  ${mutant.replacement}`);
  }
}
for (const [name, score] of packages) {
  const percent = (100 * score.found) / (score.found + score.missed);
  console.log(`${name}: ${percent.toFixed(1)} % (${score.found} found, ${score.missed} not)`);
  if (percent < SCORE_MIN) process.exitCode = 1;
}
