/** The planted faults stay current: what each replaces stands in its file, once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faults } from './all.js';
import { root } from './copy-tree.js';

test.each(faults.map((fault) => [fault.name, fault] as const))(
  'can be planted: %s',
  (_, { file, find, replace, caughtBy }) => {
    const source = readFileSync(join(root, file), 'utf8');
    expect(source.split(find).length - 1, `"${find}" in ${file}`).toBe(1);
    expect(replace).not.toBe(find);
    expect(existsSync(join(root, caughtBy)), caughtBy).toBe(true);
  },
);

test('each has a name of its own, and docs/mutation.md tells of each', () => {
  const names = faults.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(25);
  const page = readFileSync(join(root, 'docs/mutation.md'), 'utf8');
  expect(names.filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
});
