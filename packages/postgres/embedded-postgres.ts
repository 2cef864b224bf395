import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { addressOf } from './embedded/address-of.ts';
import { type Cluster, openCluster } from './embedded/cluster.ts';
import type { Endpoint } from './embedded/endpoint.ts';
import { POLL_MS, startPostmaster, stopPostmaster } from './embedded/postmaster.ts';
import {
  disownPostmasterFile,
  isPostmasterOf,
  type PostmasterFile,
  readPostmasterFile,
} from './embedded/postmaster-file.ts';
import { type Supervision, type SupervisionSettings, type SupervisionTimes, supervise } from './embedded/supervise.ts';
import { type FileLock, tryLockFile } from './exclusive-file-lock.ts';

export interface EmbeddedPostgresSettings {
  /**
   * The folder of the cluster (`postgres/`), its password (`postgres.json`) and its log (`postgres.log`). Created if
   * missing.
   */
  readonly dataDir: string;
  /** Gets messages for the operator. */
  readonly log: (message: string) => void;
  /** False gives up safety against a power cut for speed, for tests. Absent: true. */
  readonly isDurable?: boolean;
}

export interface EmbeddedPostgres {
  readonly connectionString: string;
  /** True if a killed process left this server running. */
  readonly adopted: boolean;
  /**
   * The path of the files if they are outside the data directory: the user that PostgreSQL runs as for root cannot
   * enter every folder.
   */
  readonly linkedDir: string | undefined;
  /**
   * From now on, starts a server that ends by itself, or is ended by somebody else, again at the same address. Call it
   * once.
   */
  supervise(settings: SupervisionSettings, times?: SupervisionTimes): void;
  /** Ends all sessions, stops the server cleanly, and leaves it stopped. Throws if the server outlives all bounds. */
  stop(): Promise<void>;
}

/** Recovery after a crash replays up to `max_wal_size`. */
const START_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Refused, no socket file, cut off, starting up or shutting down: the server may answer in a moment. */
const NOT_YET = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', '57P03']);

/**
 * Starts the PostgreSQL that comes with `node_modules`, or adopts the server that already runs on this data directory.
 * The server runs in the background and outlives this process unless it is stopped, so that a crash of the gateway is
 * no crash of the database.
 *
 * Throws if the server does not answer within a minute, if the files belong to another user or version, or if the
 * platform has no binaries.
 */
export async function startEmbeddedPostgres(settings: EmbeddedPostgresSettings): Promise<EmbeddedPostgres> {
  const { dataDir, log, isDurable = true } = settings;
  await mkdir(dataDir, { recursive: true });
  const { cluster, file, adopted } = await findOrStart(settings, () => openCluster({ dataDir, isDurable, log }));
  const connectionString = addressOf(cluster, file);
  let { pid } = file;
  let supervision: Supervision | undefined;

  async function startAgain(signal: AbortSignal): Promise<void> {
    const found = await findOrStart(settings, async () => cluster, { endpoint: file, signal });
    if (addressOf(cluster, found.file) !== connectionString) {
      throw new Error(`somebody else has started the PostgreSQL in ${cluster.dir}, at another address`);
    }
    pid = found.file.pid;
  }

  return {
    connectionString,
    adopted,
    linkedDir: cluster.isLinked ? cluster.dir : undefined,
    supervise(supervisionSettings, times) {
      const isRunning = (): Promise<boolean> => isPostmasterOf(cluster.dir, pid);
      supervision ??= supervise({ isRunning, start: startAgain }, supervisionSettings, times);
    },
    async stop() {
      await supervision?.stop();
      await stopPostmaster(cluster.dir, pid);
      if (supervision === undefined) return;
      // A start that was broken off, or failed half-way, may have left an unknown server.
      const left = await readPostmasterFile(cluster.dir);
      if (left !== undefined) await stopPostmaster(cluster.dir, left.pid);
    },
  };
}

/** The server on the cluster: the running one, or one that this starts. */
async function findOrStart(
  { dataDir, isDurable = true }: EmbeddedPostgresSettings,
  open: () => Promise<Cluster>,
  again: { readonly endpoint?: Endpoint; readonly signal?: AbortSignal } = {},
): Promise<{ readonly cluster: Cluster; readonly file: PostmasterFile; readonly adopted: boolean }> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  // If two processes start at once, one starts the server and the other adopts it.
  const lock = await waitForLock(join(dataDir, 'postgres.lock'), deadlineMs);
  try {
    const cluster = await open();
    const running = await findRunning(cluster, deadlineMs, again.signal);
    if (running !== undefined) return { cluster, file: running, adopted: true };
    await startPostmaster(cluster, { logPath: join(dataDir, 'postgres.log'), isDurable, deadlineMs, ...again });
    const started = await findRunning(cluster, deadlineMs);
    if (started === undefined) throw new Error(`the embedded PostgreSQL in ${cluster.dir} ended right after its start`);
    return { cluster, file: started, adopted: false };
  } finally {
    lock.release();
  }
}

/** The running server on the cluster that answers to our password; undefined if there is none. */
async function findRunning(
  cluster: Cluster,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<PostmasterFile | undefined> {
  let lastFailure: unknown;
  do {
    signal?.throwIfAborted();
    const file = await readPostmasterFile(cluster.dir);
    if (file === undefined) return undefined;
    if (!(await isPostmasterOf(cluster.dir, file.pid))) {
      await disownPostmasterFile(cluster.dir);
      return undefined;
    }
    lastFailure = file.isReady ? await failureToConnect(addressOf(cluster, file)) : 'it is not ready';
    if (lastFailure === undefined) return file;
    await sleep(POLL_MS);
  } while (Date.now() < deadlineMs);
  throw new Error(`the PostgreSQL that runs in ${cluster.dir} does not answer`, { cause: lastFailure });
}

/** Undefined if connecting works; the error if it may work later. Throws if it never will. */
async function failureToConnect(address: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_YET.has(String(error.code))) return error;
    if (error instanceof Error && /timeout|terminated/.test(error.message)) return error;
    throw new Error('the embedded PostgreSQL refuses us', { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function waitForLock(path: string, deadlineMs: number): Promise<FileLock> {
  for (;;) {
    const lock = tryLockFile(path);
    if (lock !== undefined) return lock;
    if (Date.now() > deadlineMs) throw new Error(`another process has been starting PostgreSQL for too long: ${path}`);
    await sleep(POLL_MS);
  }
}
