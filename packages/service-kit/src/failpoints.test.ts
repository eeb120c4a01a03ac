/** Processes that are to die run the built package: `npm run build` comes first. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { failpoints, parseFailpoint, passFailpoint } from './failpoints.js';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Arms a failpoint in a process of its own, which then passes some; how it ended. */
function pass(armed: string, passings: readonly string[]) {
  const script = `
    import { armFailpoint, parseFailpoint, passFailpoint } from ${JSON.stringify(built)};
    process.on('exit', () => console.log('handlers ran'));
    armFailpoint(parseFailpoint(${JSON.stringify(armed)}));
    for (const [index, name] of ${JSON.stringify(passings)}.entries()) {
      console.log(index);
      passFailpoint(name);
    }`;
  const { signal, status, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8' },
  );
  return { signal, status, lines: stdout.trim().split('\n') };
}

test('reads a name, and the passing', () => {
  for (const name of failpoints) {
    expect(parseFailpoint(name)).toEqual({ name, passing: 1 });
    expect(parseFailpoint(`${name}:12`)).toEqual({ name, passing: 12 });
  }
  for (const text of [
    '',
    'loader',
    'loader.after-fix:0',
    'loader.after-fix:x',
    'loader.nowhere:1',
  ]) {
    expect(parseFailpoint(text)).toBeNull();
  }
});

test('does nothing unless it is armed', () => {
  for (const name of failpoints) passFailpoint(name);
});

test('ends the process at its passing, as kill -9 does', () => {
  const other = 'stitcher.after-commit';
  const name = 'loader.after-insert';
  expect(pass(`${name}:2`, [name, other, other, name, name])).toEqual({
    signal: 'SIGKILL',
    status: null,
    lines: ['0', '1', '2', '3'],
  });
  expect(pass(`${name}:2`, [name, other, other])).toEqual({
    signal: null,
    status: 0,
    lines: ['0', '1', '2', 'handlers ran'],
  });
});
