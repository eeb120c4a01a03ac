// Writes packages/cli/bundle: the command, and each service that runs on a thread, with all that it
// imports in a few files and without what it does not use. Else Node takes most of a start to find,
// read and compile two thousand modules (docs/adr/0024-bundles.md). Part of `npm run build`, after
// `tsc -b`; packages/cli/bin/rosi.js runs the bundle as long as it is that of the dist folders.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleFolder, fingerprintFile, fingerprintOfDist } from '../packages/cli/bin/bundle.js';

const folder = fileURLToPath(bundleFolder);

/** Each by itself: threads share no modules, and one needs little of what the others do. */
const entries = {
  main: 'packages/cli/dist/main.js',
  stitcher: 'services/stitcher/dist/main.js',
  'warehouse-loader': 'services/warehouse-loader/dist/main.js',
  connectors: 'services/connectors/dist/main.js',
};

/**
 * Loaded from node_modules: lmdb and the page of the documentation find files beside their own, and
 * of kafkajs there must be one, since streams-kafka also reaches into it by `require`.
 */
const external = ['lmdb', 'kafkajs', '@fastify/swagger-ui'];

/** Our modules find files, packages and threads as from their places in `dist`. */
const asFromDist = {
  name: 'as-from-dist',
  setup({ onLoad }) {
    onLoad({ filter: /\/(packages|services)\/[^/]+\/dist\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const meta = /import\.meta\.(?:(url)|resolve\('(.*?)'\)|\w+)/g;
      const contents = text.replaceAll(meta, (found, url, resolved) => {
        const file = url === undefined ? bundleOf(resolved ?? found) : relative(folder, path);
        return `new URL(${JSON.stringify(file)}, import.meta.url).href`;
      });
      return { contents };
    });
  },
};

/** By a name that no module within declares. */
const requireForCommonJs = `import { createRequire as bundleRequire } from 'node:module';
const require = bundleRequire(import.meta.url);`;

/** `@rosi/stitcher/main` is the entry of the stitcher's thread. */
function bundleOf(specifier) {
  const name = /^@rosi\/(.+)\/main$/.exec(specifier)?.[1];
  if (entries[name] === undefined) throw new Error(`scripts/bundle.mjs does not know ${specifier}`);
  return `./${name}.js`;
}

function bundled(name, entry) {
  return build({
    absWorkingDir: fileURLToPath(new URL('../', import.meta.url)),
    entryPoints: { [name]: entry },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Errors of our dependencies, and traces, tell classes and functions by their names.
    keepNames: true,
    external,
    plugins: [asFromDist],
    banner: { js: requireForCommonJs },
    logLevel: 'warning',
  });
}

/** Only what has changed is written, and at once: another `rosi` may be reading it. */
function write({ path, contents }) {
  if (isThere({ path, contents })) return;
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

function isThere({ path, contents }) {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

/** By what else a bundle differs: the versions of its packages, and this very script. */
function fingerprintOfTools() {
  const hash = createHash('sha256');
  for (const file of ['../package-lock.json', './bundle.mjs']) {
    hash.update(readFileSync(new URL(file, import.meta.url)));
  }
  return hash.digest('hex');
}

const note = {
  path: fileURLToPath(fingerprintFile),
  contents: Buffer.from(`${fingerprintOfDist()}\n${fingerprintOfTools()}\n`),
};
if (!isThere(note)) {
  const builds = await Promise.all(Object.entries(entries).map((entry) => bundled(...entry)));
  const files = [...builds.flatMap(({ outputFiles }) => outputFiles), note];
  mkdirSync(folder, { recursive: true });
  for (const file of files) write(file);
  const names = new Set(files.map(({ path }) => basename(path)));
  for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name));
}
