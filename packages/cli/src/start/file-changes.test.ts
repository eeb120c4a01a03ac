import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchForChanges } from './file-changes.js';

let folder: string;
let path: string;
beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'rosi-changes-'));
  path = join(folder, 'file');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** How often a change was told of within a second after each of them. */
function told(...changes: readonly (() => void)[]): number[] {
  const changed = vi.fn();
  const watch = watchForChanges(path, changed);
  const counts = changes.map((change) => {
    change();
    changed.mockClear();
    vi.advanceTimersByTime(1_000);
    return changed.mock.calls.length;
  });
  watch.stop();
  writeFileSync(path, 'after the stop');
  changed.mockClear();
  vi.advanceTimersByTime(5_000);
  expect(changed).not.toHaveBeenCalled();
  return counts;
}

const nothing = () => undefined;

test('what changes right after the call is told of once; that there is no file, not at all', () => {
  expect(told(() => writeFileSync(path, 'a'), nothing)).toEqual([1, 0]);
  rmSync(path);
  expect(told(nothing, nothing)).toEqual([0, 0]);
});

test('contents, modes, another file in its place and its end are changes', () => {
  writeFileSync(path, 'a');
  const other = join(folder, 'other');
  writeFileSync(other, 'b');
  const changes = [
    () => writeFileSync(path, 'longer'),
    () => chmodSync(path, 0o600),
    () => renameSync(other, path),
    () => rmSync(path),
  ];
  expect(told(...changes)).toEqual([1, 1, 1, 1]);
});
