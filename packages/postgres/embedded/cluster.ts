import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, open, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { locateServerBinaries, type ServerBinaries } from './server-binaries.ts';
import { serverEnvironment } from './server-environment.ts';
import { canReach, chooseServerUser, isRoot, type ServerUser } from './server-user.ts';

const run = promisify(execFile);

/** The place for root's clusters if their user cannot reach the data directory. */
const ROOTS_CLUSTERS = '/var/lib/ai-api-gateway';

export const CLUSTER_USER = 'gateway';

/** The files of a database server, and the settings that start it. */
export interface Cluster {
  /** The real path with links resolved: the server names itself by it. */
  readonly dir: string;
  /** Whether the data directory has a link to the files, and not the files themselves. */
  readonly isLinked: boolean;
  readonly password: string;
  /** Undefined: the user of this process. */
  readonly user: ServerUser | undefined;
  readonly binaries: ServerBinaries;
}

export interface ClusterSettings {
  readonly dataDir: string;
  /** False leaves out the protection against a power cut, for throw-away clusters of tests. */
  readonly isDurable: boolean;
  readonly log: (message: string) => void;
}

/**
 * Opens the cluster in `<dataDir>/postgres`, with its password in `<dataDir>/postgres.json`. Creates both if they are
 * missing.
 */
export async function openCluster(settings: ClusterSettings): Promise<Cluster> {
  const place = join(settings.dataDir, 'postgres');
  const there = await lstat(place).catch(() => undefined);
  const cluster =
    there === undefined
      ? await create(settings, place)
      : await openExisting(settings.dataDir, place, there.isSymbolicLink());
  // Logged at every start, because a backup or a removal of the data directory misses the linked folder.
  if (cluster.isLinked) settings.log(`the database is kept in ${cluster.dir}: ${place} is a link to it`);
  return cluster;
}

async function openExisting(dataDir: string, place: string, isLinked: boolean): Promise<Cluster> {
  const dir = await realpath(place).catch((error: unknown) => {
    throw new Error(`${place} links to a folder that is missing: bring it back, or remove the link to start empty`, {
      cause: error,
    });
  });
  const user = await ownerOf(dir);
  const binaries = await locateServerBinaries(user);
  const version = (await readFile(join(dir, 'PG_VERSION'), 'utf8')).trim();
  if (version !== binaries.majorVersion) {
    throw new Error(
      `${dir} was written by PostgreSQL ${version}, this gateway brings ${binaries.majorVersion}: dump it with ${version} and load it into a new data directory`,
    );
  }
  return { dir, isLinked, user, binaries, password: await readPassword(join(dataDir, 'postgres.json')) };
}

/** The user to run as owns the files, whichever user root would choose today. */
async function ownerOf(dir: string): Promise<ServerUser | undefined> {
  const { uid, gid } = await stat(dir);
  if (!isRoot()) {
    if (uid === process.getuid?.()) return undefined;
    throw new Error(`${dir} belongs to user ${uid}, and this process runs as user ${process.getuid?.()}`);
  }
  if (uid === 0) {
    throw new Error(
      `${dir} belongs to root, and PostgreSQL does not run as root: chown -R it to the user it had before`,
    );
  }
  const user = { uid, gid };
  if (!(await canReach(user, dir))) {
    throw new Error(
      `PostgreSQL runs as user ${uid}, who has no access to the folders above ${dir}: open them, or move it`,
    );
  }
  return user;
}

/** The password of the cluster, from `<dataDir>/postgres.json`. */
export async function readPassword(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`the password of the embedded PostgreSQL can't be read from ${path}: bring the file back`, {
      cause: error,
    });
  });
  const { password } = JSON.parse(text) as { password?: unknown };
  if (typeof password !== 'string') throw new Error(`${path} holds no password`);
  return password;
}

async function create({ dataDir, isDurable, log }: ClusterSettings, place: string): Promise<Cluster> {
  const user = isRoot() ? await chooseServerUser() : undefined;
  const binaries = await locateServerBinaries(user);
  const password = randomBytes(24).toString('base64url');
  const elsewhere = user !== undefined && !(await canReach(user, dataDir)) ? await placeForRoot() : undefined;
  const target = elsewhere ?? place;
  // Created beside its place and renamed when whole, so that a start that dies half-way leaves nothing that looks like
  // a cluster.
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (user !== undefined) await chown(unfinished, user.uid, user.gid);
  if (elsewhere !== undefined) {
    log(`PostgreSQL does not run as root, and the user it runs as cannot enter ${dataDir}`);
  }
  await initialise({ dir: unfinished, user, binaries, password }, isDurable);
  await writeDurably(join(dataDir, 'postgres.json'), `${JSON.stringify({ user: CLUSTER_USER, password }, null, 2)}\n`);
  await rename(unfinished, target);
  if (elsewhere !== undefined) await symlink(elsewhere, place);
  await sync(dirname(target));
  await sync(dataDir);
  return { dir: await realpath(target), isLinked: elsewhere !== undefined, user, binaries, password };
}

async function placeForRoot(): Promise<string> {
  await mkdir(ROOTS_CLUSTERS, { recursive: true, mode: 0o755 });
  return join(ROOTS_CLUSTERS, `postgres-${randomBytes(4).toString('hex')}`);
}

async function initialise(
  { dir, user, binaries, password }: Omit<Cluster, 'isLinked'>,
  isDurable: boolean,
): Promise<void> {
  const passwordFile = `${dir}.password`;
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
    const args = [`--pgdata=${dir}`, `--username=${CLUSTER_USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--no-locale', '--no-instructions');
    if (!isDurable) args.push('--no-sync');
    await run(binaries.initdb, args, { ...user, cwd: dir, env: serverEnvironment() });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`the embedded PostgreSQL could not be set up in ${dir}: ${output}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600, flush: true });
}

/** Makes renames in a folder survive a power cut. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
