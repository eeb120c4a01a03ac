/** Reads V8 CPU profiles: which functions of which thread take the time themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A regular expression is its own name. */
const nameLengthMax = 60;

/** Not work: waiting, and what V8 itself can't attribute. */
const idleNames = new Set(['(idle)', '(root)']);

/**
 * @param {string} dir
 * @param {number} top how many functions of each thread
 */
export function readProfiles(dir, top = 15) {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => summary(join(dir, file), top))
    .sort((a, b) => b.busySeconds - a.busySeconds);
}

function summary(file, top) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  const selfMicros = new Map();
  let busyMicros = 0;
  samples.forEach((id, at) => {
    const { callFrame } = nodeById.get(id);
    if (idleNames.has(callFrame.functionName)) return;
    const micros = Math.max(0, timeDeltas[at]);
    busyMicros += micros;
    const name = nameOf(callFrame);
    selfMicros.set(name, (selfMicros.get(name) ?? 0) + micros);
  });
  const functions = [...selfMicros]
    .sort((a, b) => b[1] - a[1])
    .slice(0, top)
    .map(([name, micros]) => ({ name, percent: (100 * micros) / busyMicros }));
  return { thread: threadOf(nodes), busySeconds: busyMicros / 1e6, functions };
}

function nameOf({ functionName, url, lineNumber }) {
  const place = url.replace(/^file:\/\//, '').split('/');
  const module = place.lastIndexOf('node_modules');
  const shown = module >= 0 ? place.slice(module + 1, module + 3) : place.slice(-3);
  const name = functionName === '' ? '(anonymous)' : functionName.slice(0, nameLengthMax);
  return url === '' ? name : `${name}  ${shown.join('/')}:${lineNumber + 1}`;
}

/** The entry of a thread is among the modules that it ran. */
function threadOf(nodes) {
  const ran = (part) => nodes.some(({ callFrame }) => callFrame.url.includes(part));
  if (ran('/packages/cli/dist/main.js')) return 'collector (main thread)';
  if (ran('/services/stitcher/dist/')) return 'stitcher';
  if (ran('/services/warehouse-loader/dist/')) return 'warehouse-loader';
  if (ran('/services/collector/dist/')) return 'collector';
  return 'other';
}

/** @param {ReturnType<typeof readProfiles>} profiles */
export function profileText(profiles) {
  return profiles
    .map(({ thread, busySeconds, functions }) =>
      [
        `  ${thread}: ${busySeconds.toFixed(1)} s busy; self time of its functions:`,
        ...functions.map(({ name, percent }) => `    ${percent.toFixed(1).padStart(5)} %  ${name}`),
      ].join('\n'),
    )
    .join('\n');
}
