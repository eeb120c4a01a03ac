/**
 * Whether the bundle of `npm run build` (scripts/bundle.mjs) is that of the `dist` folders as they
 * are: after `tsc -b` alone it is not, and what was just compiled has to run.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const repository = new URL('../../../', import.meta.url);

export const bundleFolder = new URL('../bundle/', import.meta.url);

/** Its first line is the `fingerprintOfDist` that the bundle was made of. */
export const fingerprintFile = new URL('made-of', bundleFolder);

export function bundleIsCurrent() {
  try {
    return readFileSync(fingerprintFile, 'utf8').startsWith(fingerprintOfDist());
  } catch {
    return false; // There is no bundle.
  }
}

/** Of what tsc notes of each package: its sources by their hashes. Copies are the same, times are not. */
export function fingerprintOfDist() {
  const hash = createHash('sha256');
  for (const group of ['packages', 'services']) {
    for (const name of readdirSync(new URL(group, repository)).sort()) {
      hash.update(name).update(noteOf(new URL(`${group}/${name}/dist/.tsbuildinfo`, repository)));
    }
  }
  return hash.digest('hex');
}

function noteOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return ''; // README.md is no package.
  }
}
