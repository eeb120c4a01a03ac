// Fails when anything that ROSI depends on at run time is under a licence that is not permissive.
// Reads the lock file and the packages' own manifests; development tools are listed, not judged
// less strictly.
import { readFileSync } from 'node:fs';

const permissive = new Set([
  'MIT',
  'MIT-0',
  'MIT/X11',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'ISC',
  'Unlicense',
  'CC0-1.0',
  'CC-BY-3.0', // data of spdx and the like
  'CC-BY-4.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'WTFPL',
  'Zlib',
]);
// Their manifests point to a file, and the file was read: it is the MIT licence.
const readAsMit = new Set([
  'node_modules/@segment/facade',
  'node_modules/@segment/isodate',
  'node_modules/@segment/isodate-traverse',
  'node_modules/new-date',
]);
// MPL-2.0 obliges only who changes its files; these are build tools that ship with nothing.
const developmentOnly = new Set(['MPL-2.0']);

/** An SPDX expression is fine when one of its alternatives is, with all that it joins by AND. */
function isPermissive(expression, allowed) {
  return expression
    .replace(/[()]/g, '')
    .split(/\s+OR\s+/)
    .some((alternative) => alternative.split(/\s+AND\s+/).every((id) => allowed.has(id.trim())));
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const problems = [];
let checked = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path.includes('node_modules/') || entry.link) continue;
  let licence = entry.license;
  if (licence === undefined) {
    try {
      const manifest = JSON.parse(
        readFileSync(new URL(`../${path}/package.json`, import.meta.url)),
      );
      licence = manifest.license?.type ?? manifest.license ?? manifest.licenses?.[0]?.type;
    } catch {
      if (entry.optional) continue;
    }
  }
  checked += 1;
  if (readAsMit.has(path)) continue;
  const allowed = entry.dev ? new Set([...permissive, ...developmentOnly]) : permissive;
  if (!isPermissive(String(licence), allowed)) problems.push(`${path}: ${licence}`);
}
if (problems.length > 0) {
  console.error(`Not permissive, or unknown:\n  ${problems.join('\n  ')}`);
  process.exit(1);
}
console.log(`${checked} packages, all under permissive licences.`);
