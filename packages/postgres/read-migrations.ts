import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Migration {
  /** The name of its folder: `0001-what-it-does`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the SQL, in hex. */
  readonly checksum: string;
}

const NAME = /^\d{4}-[a-z0-9-]+$/;
const NUMBER_LENGTH = 4;

/**
 * Reads the migrations of a directory, `<number>-<what>/up.sql` each, in order of their numbers. Other files beside
 * `up.sql` are notes.
 *
 * Throws if a folder has another name, a folder has no `up.sql`, or a number is used twice.
 */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`the migrations in ${directory} can't be read`, { cause: error });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  names.sort();
  for (const [index, name] of names.entries()) {
    if (!NAME.test(name)) throw new Error(`the migration ${join(directory, name)} is not named like 0001-what-it-does`);
    const previous = names[index - 1];
    if (previous?.slice(0, NUMBER_LENGTH) === name.slice(0, NUMBER_LENGTH)) {
      throw new Error(`two migrations in ${directory} have the same number: ${previous} and ${name}`);
    }
  }
  return Promise.all(names.map((name) => readMigration(directory, name)));
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const text = await readFile(join(directory, name, 'up.sql'), 'utf8').catch((error: unknown) => {
    throw new Error(`the migration ${join(directory, name)} has no up.sql`, { cause: error });
  });
  // A checkout on Windows may have other line ends, which must not make it another migration.
  const sql = text.replaceAll('\r\n', '\n');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
