import { spawn } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { chooseEndpoint, type Endpoint } from './endpoint.ts';
import { isPostmasterOf, readPostmasterFile } from './postmaster-file.ts';
import { serverEnvironment } from './server-environment.ts';

/** How often a file is checked: a start takes some 50 ms. */
export const POLL_MS = 5;

/** A fast shutdown ends sessions and writes a checkpoint: up to `max_wal_size` of pages, on a slow disk. */
const FAST_STOP_MS = 30_000;
/** After that, the server is told to drop everything. It recovers from its log at the next start. */
const IMMEDIATE_STOP_MS = 5_000;

const LOG_MAX_BYTES = 10 * 1024 * 1024;

/**
 * Causes that pass by themselves: a port that was taken meanwhile, backends of a killed server that are about to
 * notice.
 */
const PASSING = /Address already in use|pre-existing shared memory block|could not bind|lock file .* already exists/;
const RETRY_MS = 100;

const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  jit: 'off', // compiling costs more than our short queries take
  wal_level: 'replica', // so that pg_basebackup works
  wal_compression: 'on',
  checkpoint_timeout: '15min', // fewer full pages in the log
  max_wal_size: '2GB',
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

const THROW_AWAY_SETTINGS: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off' };

export interface PostmasterStart {
  readonly logPath: string;
  /** False gives up safety against a power cut for speed. */
  readonly isDurable: boolean;
  readonly deadlineMs: number;
  /** The address to listen on. Absent: one is chosen. */
  readonly endpoint?: Endpoint | undefined;
  /** Aborts the start, and leaves no server behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the server and waits until it takes connections. If it does not by `deadlineMs`, throws with the text of its
 * log.
 */
export async function startPostmaster(cluster: Cluster, start: PostmasterStart): Promise<void> {
  const { logPath, deadlineMs, signal } = start;
  await rotate(logPath);
  for (;;) {
    const { failure } = await startOnce(cluster, start);
    if (failure === undefined) return;
    signal?.throwIfAborted();
    if (!PASSING.test(failure) || Date.now() > deadlineMs) {
      throw new Error(`the embedded PostgreSQL did not start (its log: ${logPath}): ${failure.trim()}`);
    }
    await sleep(RETRY_MS);
  }
}

/** Stops a server and waits for its end. Throws if it outlives all bounds. */
export async function stopPostmaster(clusterDir: string, pid: number): Promise<void> {
  // A fast shutdown ends sessions and writes everything.
  if (await signalAndWait(clusterDir, pid, 'SIGINT', FAST_STOP_MS)) return;
  if (await signalAndWait(clusterDir, pid, 'SIGQUIT', IMMEDIATE_STOP_MS)) return;
  throw new Error(`the embedded PostgreSQL (process ${pid}) does not stop`);
}

async function signalAndWait(
  clusterDir: string,
  pid: number,
  signal: NodeJS.Signals,
  boundMs: number,
): Promise<boolean> {
  const deadlineMs = Date.now() + boundMs;
  if (!(await isPostmasterOf(clusterDir, pid))) return true;
  process.kill(pid, signal);
  while (await isPostmasterOf(clusterDir, pid)) {
    if (Date.now() > deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

async function startOnce(cluster: Cluster, start: PostmasterStart): Promise<{ failure?: string }> {
  const { logPath, isDurable, deadlineMs, signal } = start;
  const args = serverArguments(cluster.dir, start.endpoint ?? (await chooseEndpoint(cluster.dir)), isDurable);
  const log = await open(logPath, 'a', 0o600);
  const { size: logStart } = await log.stat();
  try {
    const child = spawn(cluster.binaries.postgres, args, {
      ...cluster.user,
      cwd: cluster.dir,
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // A session of its own: the terminal's Ctrl-C goes to a whole group, and would end the database while the gateway
      // still writes what it drains.
      detached: true,
    });
    let ended: string | undefined;
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('exit', (code, signal) => {
      ended = `it ended with ${signal ?? `code ${code}`}`;
    });
    child.unref();
    let brokenOffAtMs: number | undefined;
    while (ended === undefined) {
      const file = await readPostmasterFile(cluster.dir);
      if (brokenOffAtMs === undefined) {
        if (file?.pid === child.pid && file?.isReady) return {};
        if (Date.now() > deadlineMs || signal?.aborted === true) {
          child.kill('SIGQUIT');
          brokenOffAtMs = Date.now();
        }
      } else if (Date.now() - brokenOffAtMs > IMMEDIATE_STOP_MS) {
        return { failure: 'it was not ready in time, and does not stop' };
      }
      await sleep(POLL_MS);
    }
    if (brokenOffAtMs !== undefined) return { failure: 'it was not ready in time' };
    const written = (await readFile(logPath)).subarray(logStart).toString();
    return { failure: `${ended}\n${written}` };
  } finally {
    await log.close();
  }
}

function serverArguments(clusterDir: string, endpoint: Endpoint, isDurable: boolean): string[] {
  // Quoted, because the setting is a list and the path may hold a comma.
  const sockets = endpoint.socketDir === '' ? '' : `"${endpoint.socketDir.replaceAll('"', '""')}"`;
  const settings = {
    ...SETTINGS,
    ...(isDurable ? {} : THROW_AWAY_SETTINGS),
    listen_addresses: endpoint.socketDir === '' ? '127.0.0.1' : '',
    unix_socket_directories: sockets,
    port: String(endpoint.port),
  };
  return ['-D', clusterDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Keeps the log and the one before it, so that years of starts do not fill the disk. */
async function rotate(logPath: string): Promise<void> {
  const size = await stat(logPath).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > LOG_MAX_BYTES) await rename(logPath, `${logPath}.1`);
}
