import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf } from './embedded/address-of.ts';
import { readPassword } from './embedded/cluster.ts';
import { isPostmasterOf, readPostmasterFile } from './embedded/postmaster-file.ts';

/** The connection string of the embedded PostgreSQL that runs in a data directory; undefined if none runs. */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | undefined> {
  const dir = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  if (dir === undefined) return undefined;
  const file = await readPostmasterFile(dir);
  if (file === undefined || !file.isReady || !(await isPostmasterOf(dir, file.pid))) return undefined;
  return addressOf({ password: await readPassword(join(dataDir, 'postgres.json')) }, file);
}
