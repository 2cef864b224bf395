import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLockFile } from './exclusive-file-lock.ts';

export interface DataDirLock {
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes this process the only gateway on a data directory, and creates the directory if it is missing. A process that
 * dies, by `kill -9` or otherwise, leaves no lock behind.
 *
 * Throws if another process has the directory: `data directory in use by process 4711: /srv/gateway/data`.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true });
  const lock = tryLockFile(join(dataDir, 'gateway.lock'));
  // A file beside the lock, because closing any handle on a locked file would free the lock.
  const pidFile = join(dataDir, 'gateway.pid');
  if (lock === undefined) {
    const pid = await readFile(pidFile, 'utf8').catch(() => 'unknown');
    throw new Error(`data directory in use by process ${pid.trim()}: ${dataDir}`);
  }
  await writeFile(pidFile, `${process.pid}\n`);
  const release = async (): Promise<void> => lock.release();
  return { release, [Symbol.asyncDispose]: release };
}
