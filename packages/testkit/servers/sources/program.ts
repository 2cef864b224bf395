import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Source } from './source.ts';

/** Where Debian puts servers, which are not on everybody's PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/bin'];

/** PostgreSQL's programs, as `npm start` runs them. */
export const EMBEDDED = 'that comes with the gateway';

/** A program of this machine: named by its variable, from the PATH, or from where systems keep servers. */
export const program: Source = {
  name: 'program',
  isOwn: true,
  async find({ program: wanted }) {
    if (wanted === undefined) return { at: EMBEDDED };
    const path = process.env[wanted.pathVariable] || lookFor(wanted.name);
    return path === undefined ? { missing: `${wanted.name} is not on the PATH` } : { at: path };
  },
};

export function lookFor(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SERVER_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
