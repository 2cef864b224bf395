import { DatabaseSync } from 'node:sqlite';

/** Keeps locks that the holder has dropped from being collected and closed, which would free them. */
const held = new Set<DatabaseSync>();

export interface FileLock {
  /** Frees the lock. Safe to call twice. */
  release(): void;
}

/**
 * Takes the lock of a file, or returns undefined if another process (or another part of this one) has it.
 *
 * The operating system holds the lock and frees it when the process ends in any way. A file with a pid inside cannot
 * promise that: after `kill -9` it stays, and its pid soon belongs to another process. Node has no call for file locks,
 * but its SQLite has: an exclusive transaction on an empty file is a lock on every platform.
 */
export function tryLockFile(path: string): FileLock | undefined {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('begin exclusive');
  } catch (error) {
    file.close();
    if (isBusy(error)) return undefined;
    throw new Error(`cannot lock ${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  held.add(file);
  return {
    release(): void {
      if (held.delete(file)) file.close();
    },
  };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
