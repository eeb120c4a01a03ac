/**
 * A disk of a few megabytes (tmpfs) that a test can fill and make room on. Guarantee: unmounted by
 * `remove`. Needs the right to mount; `smallDisksWork` tells.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mebibyte = 1024 * 1024;

export interface SmallDisk {
  /** Leaves no free block. */
  fill(): void;
  /** Takes away what `fill` wrote. */
  makeRoom(): Promise<void>;
  remove(): void;
}

/** Mounts over a folder, which is made when it is missing. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const size = `size=${mebibytes}m,mode=0700`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]);
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr}`);
  const ballast = join(folder, 'ballast');
  return {
    fill() {
      for (;;) {
        const { bavail, bsize } = statfsSync(folder);
        if (bavail === 0) return;
        const bytes = Buffer.alloc(Math.min(bavail * bsize, 4 * mebibyte));
        try {
          writeFileSync(ballast, bytes, { flag: 'a' });
        } catch {
          // Another process took the last blocks first.
        }
      }
    },
    makeRoom: () => rm(ballast, { force: true }),
    remove() {
      // Lazily: whoever was killed a moment ago may still be on its way out.
      spawnSync('umount', ['-l', folder]);
    },
  };
}

export function smallDisksWork(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rosi-mount-'));
  try {
    mountSmallDisk(folder, 1).remove();
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
