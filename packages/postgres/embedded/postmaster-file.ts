import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverEnvironment } from './server-environment.ts';

const run = promisify(execFile);

/** The facts that a running server writes to `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Empty if the server listens on TCP only. */
  readonly socketDir: string;
  readonly isReady: boolean;
}

/** Reads `postmaster.pid`; undefined if there is none, or if it is just being written. */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  // pid, data directory, start time, port, socket directory, listen address, shared memory, status
  const [pid, , , port = '', socketDir = '', , , status = ''] = text.split('\n');
  if (!pid) return undefined;
  return { pid: Number(pid), port: Number(port), socketDir, isReady: status.trim() === 'ready' };
}

/**
 * Whether a process is the server of this cluster. A pid alone proves nothing: after a crash, or the restart of a
 * container, it belongs to another process.
 */
export async function isPostmasterOf(clusterDir: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const command = await commandLine(pid);
  return command.includes('postgres') && command.includes(clusterDir);
}

/**
 * Frees a cluster whose `postmaster.pid` names a process that is not, or no longer, its server.
 *
 * If that process is alive, PostgreSQL would refuse to start. Without the file, PostgreSQL would not see backends that
 * outlived their postmaster and still write. So the file stays, and only its pid changes to that of the server's
 * parent. PostgreSQL knows such a pid for a leftover, and goes on to check the shared memory that the file names.
 */
export async function disownPostmasterFile(clusterDir: string): Promise<void> {
  const path = join(clusterDir, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  // The file is gone: the server that wrote it has just ended in order.
  if (text === undefined) return;
  await writeFile(path, text.replace(/^.*/, String(process.pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Empty for a process that has ended and waits to be collected. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return run('ps', ['-o', 'command=', '-p', String(pid)], { env: serverEnvironment() }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
