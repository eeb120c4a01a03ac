/** Folders that are on disk, whole, before anybody sees them under their name. */
import { open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Every file and folder below, and the folder itself. */
export async function syncFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) await sync(join(entry.parentPath, entry.name));
  await sync(folder);
}

/** Gives a folder its final name, which nobody has yet. */
export async function publishFolder(draft: string, folder: string): Promise<void> {
  await rename(draft, folder);
  await sync(dirname(folder));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
