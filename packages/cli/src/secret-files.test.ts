/** Secrets from files: read, refused by name, and never repeated. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { secretVariables, withSecretFiles } from './secret-files.js';

const dir = mkdtempSync(join(tmpdir(), 'rosi-secrets-'));
const file = join(dir, 'secret');
const empty = join(dir, 'empty');
writeFileSync(file, 'the-secret\n');
writeFileSync(empty, ' \n');
afterAll(() => rmSync(dir, { recursive: true }));

it.each(secretVariables)('%s may stand in a file', (name) => {
  expect(withSecretFiles({ OTHER: 'x', [`${name}_FILE`]: file })).toMatchObject({
    OTHER: 'x',
    [name]: 'the-secret',
  });
});

it('an environment without files stays as it is; an empty variable counts as unset', () => {
  const env = { ROSI_SECRET_KEY: 'a', ROSI_WRITE_KEY_FILE: '', ROSI_TIMEZONE_FILE: '/nowhere' };
  expect(withSecretFiles(env)).toEqual(env);
});

it.each([
  [{ ROSI_SECRET_KEY_FILE: join(dir, 'none') }, /ROSI_SECRET_KEY_FILE .*ENOENT/],
  [{ ROSI_SECRET_KEY_FILE: empty }, /ROSI_SECRET_KEY_FILE .*empty/],
  [{ ROSI_SECRET_KEY_FILE: file, ROSI_SECRET_KEY: 'other' }, /both set/],
])('%j is refused by name', (env, told) => {
  expect(() => withSecretFiles(env)).toThrow(told);
  expect(() => withSecretFiles(env)).toThrow(/^(?!.*(?:the-secret|other))/s);
});
