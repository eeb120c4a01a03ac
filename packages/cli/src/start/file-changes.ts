/** Tells of changes of a file by anybody, from the call on: `fs.watchFile` looks for the first time later. */
import { statSync } from 'node:fs';

const lookMs = 1_000;

/** Calls `changed` within a second of a change, also when the file comes or goes. Keeps no process alive. */
export function watchForChanges(path: string, changed: () => void): { stop(): void } {
  let known = stateOf(path);
  const timer = setInterval(() => {
    const now = stateOf(path);
    if (now === known) return;
    known = now;
    changed();
  }, lookMs).unref();
  return { stop: () => clearInterval(timer) };
}

/** Of the change time, not that of the content: it can't be set back, and `chmod` counts. */
function stateOf(path: string): string {
  try {
    const { ino, ctimeNs, size, mode } = statSync(path, { bigint: true });
    return `${ino}:${ctimeNs}:${size}:${mode}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
