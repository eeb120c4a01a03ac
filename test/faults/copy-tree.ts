/**
 * A copy of the tree to plant faults in: the files that git knows or would add, with the installed
 * packages linked. The workspace's own packages are linked within the copy, so that what is planted
 * there is what the tests there run.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const workspaceScope = '@rosi';

export interface TreeCopy {
  readonly dir: string;
  remove(): void;
}

export function copyTree(): TreeCopy {
  const dir = mkdtempSync(join(tmpdir(), 'rosi-faults-'));
  for (const file of treeFiles()) {
    const target = join(dir, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
  linkModules(join(root, 'node_modules'), join(dir, 'node_modules'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

function treeFiles(): readonly string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const gone = execFileSync('git', ['ls-files', '-z', '--deleted'], {
    cwd: root,
    encoding: 'utf8',
  });
  const missing = new Set(gone.split('\0'));
  return listed.split('\0').filter((file) => file !== '' && !missing.has(file));
}

function linkModules(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    // What tools keep there for themselves (.vite and the like) is no package.
    if (name.startsWith('.') && name !== '.bin') continue;
    if (name === workspaceScope) linkWorkspace(join(from, name), join(to, name));
    else symlinkSync(join(from, name), join(to, name));
  }
}

/** The links are relative (`../../packages/…`), and so mean the copy when they stand there. */
function linkWorkspace(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    const target = readlinkSync(join(from, name));
    if (target.startsWith('/'))
      throw new Error(`node_modules/${workspaceScope}/${name} is absolute`);
    symlinkSync(target, join(to, name));
  }
}
