import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own that can be filled to the last byte. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
}

const PIECE = Buffer.alloc(1024 * 1024);

/** Undefined where this process may not mount, as in most containers of a CI. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path]);
  } catch {
    await rmdir(path);
    return undefined;
  }
  await chmod(path, 0o755);
  const filler = join(path, 'filler');
  return {
    path,
    async fill() {
      const file = await open(filler, 'a');
      try {
        for (let pieceBytes = PIECE.length; pieceBytes >= 1; ) {
          const isWritten = await file.write(PIECE, 0, pieceBytes).then(
            ({ bytesWritten }) => bytesWritten === pieceBytes,
            () => false,
          );
          if (!isWritten) pieceBytes = Math.floor(pieceBytes / 2);
        }
      } finally {
        await file.close();
      }
    },
    makeRoom: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', path]);
      await rmdir(path);
    },
  };
}
