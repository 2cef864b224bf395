import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts servers, which are not on everybody's PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/usr/bin'];

const INSTALL_TIMEOUT_MS = 180_000;
const LOCK_TIMEOUT_S = 120;

/**
 * The path of a server's program: from the PATH, from where systems keep servers, or from a package of Debian's, which is
 * installed where this process may do so. Throws with what to do where it is not to be had: a suite that needs it must
 * not look green without it.
 */
export function findProgram(name: string, debianPackage: string): string {
  const found = lookFor(name);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && lookFor('apt-get') !== undefined) {
    if (!aptGet('install', debianPackage)) {
      aptGet('update');
      aptGet('install', debianPackage);
    }
    const installed = lookFor(name);
    if (installed !== undefined) return installed;
  }
  throw new Error(`${name} is needed: install it (Debian: apt-get install ${debianPackage}) or put it on the PATH`);
}

/** Waits for others that install something; true where it went well. */
function aptGet(command: 'install' | 'update', ...packages: readonly string[]): boolean {
  const options = ['-y', '-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`, '--no-install-recommends'];
  const { status } = spawnSync('apt-get', [command, ...options, ...packages], {
    timeout: INSTALL_TIMEOUT_MS,
    stdio: 'ignore',
    env: {
      ...process.env,
      DEBIAN_FRONTEND: 'noninteractive',
      // The package's own service would take the usual port; nobody asked for it.
      RUNLEVEL: '1',
    },
  });
  return status === 0;
}

function lookFor(name: string): string | undefined {
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
