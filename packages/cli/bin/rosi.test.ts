/** `rosi` runs the bundle only while it is that of the `dist` folders as they are. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let repository: string;
const file = (path: string) => join(repository, path);
const node = (...words: string[]) => execFileSync(process.execPath, words, { encoding: 'utf8' });
const rosi = () => node(file('packages/cli/bin/rosi.js')).trim();

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'rosi-bundle-'));
  cpSync(fileURLToPath(new URL('.', import.meta.url)), file('packages/cli/bin'), {
    recursive: true,
  });
  writeFileSync(file('packages/cli/package.json'), '{ "type": "module" }');
  for (const made of ['dist', 'bundle']) {
    mkdirSync(file(`packages/cli/${made}`));
    writeFileSync(
      file(`packages/cli/${made}/main.js`),
      `export const main = () => console.log('${made}');`,
    );
  }
  mkdirSync(file('services/stitcher/dist'), { recursive: true });
  compiled('packages/cli', 'first');
  compiled('services/stitcher', 'first');
});

afterEach(() => rmSync(repository, { recursive: true }));

/** What tsc leaves in `dist` changes with every source. */
function compiled(project: string, sources: string): void {
  writeFileSync(file(`${project}/dist/.tsbuildinfo`), sources);
}

/** As `npm run build` does last. */
function noteBundle(): void {
  evaluate('writeFileSync(bundle.fingerprintFile, bundle.fingerprintOfDist())', repository);
}

function evaluate(expression: string, root: string): string {
  const imported = `import { writeFileSync } from 'node:fs';
    import * as bundle from '${pathToFileURL(join(root, 'packages/cli/bin/bundle.js')).href}';`;
  return node('--input-type=module', '--eval', `${imported} ${expression};`).trim();
}

it('is dist where the bundle was never finished', () => {
  expect(rosi()).toBe('dist');
});

it('is the bundle that was made of dist', () => {
  noteBundle();
  expect(rosi()).toBe('bundle');
});

it('is dist once one package was compiled again', () => {
  noteBundle();
  compiled('services/stitcher', 'second');
  expect(rosi()).toBe('dist');
});

// Here `tsc -b` alone is good enough, and a slower start no fault.
it.runIf(process.env['CI'])('is the bundle in a repository that `npm run build` has built', () => {
  const here = fileURLToPath(new URL('../../../', import.meta.url));
  expect(evaluate('console.log(bundle.bundleIsCurrent())', here)).toBe('true');
});
