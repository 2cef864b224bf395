import { DatabaseSync } from 'node:sqlite';

/** Keeps locks whose holder was dropped from being collected, closed, and thereby freed. */
const held = new Set<DatabaseSync>();

export interface FileLock {
  /** Lets the next one in. Safe to call twice. */
  release(): void;
}

/**
 * Takes the lock of a file, or returns undefined when another process (or another part of this one) has it.
 *
 * The operating system holds it and frees it when the process ends, however it ends. A file with a pid inside can't
 * promise that: after `kill -9` it stays, and its pid soon belongs to somebody else. Node has no call for file locks of
 * its own, but the SQLite in it has: an exclusive transaction on an empty file is one, on every platform.
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
