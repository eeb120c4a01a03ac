/** Runs the built package in a child, since the logger writes to the file descriptor itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', fileURLToPath(new URL('..', import.meta.url))]);
});

const script = `
const { createLogger } = await import(process.argv[1]);
const logger = createLogger({ name: 'probe', level: 'warn' });
logger.info('not shown');
logger.warn({ part: 'x', secretKey: 'hunter2', headers: { authorization: 'hunter2' } }, 'shown');
`;

test('one line of JSON on stderr, from the level on, without keys', () => {
  const built = new URL('../dist/index.js', import.meta.url).href;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, built]);
  expect(run.stdout.toString()).toBe('');
  const lines = run.stderr.toString().trim().split('\n');
  expect(lines).toHaveLength(1);
  const line: unknown = JSON.parse(lines[0]!);
  expect(line).toMatchObject({ level: 'warn', name: 'probe', msg: 'shown', part: 'x' });
  expect(lines[0]).not.toContain('hunter2');
});
