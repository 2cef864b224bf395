import { readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes a folder, and the clusters that are only linked from it: from a data directory, the folder itself or one right
 * below it, that the user PostgreSQL runs as for root cannot enter. Their servers must have been stopped.
 */
export async function removeDataDir(path: string): Promise<void> {
  for (const place of [join(path, 'postgres'), ...(await foldersIn(path)).map((folder) => join(folder, 'postgres'))]) {
    const dir = await realpath(place).catch(() => undefined);
    if (dir !== undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}
