import { spawnSync } from 'node:child_process';
import { lookFor } from './program.ts';
import type { Finding, Source } from './source.ts';

const INSTALL_TIMEOUT_MS = 180_000;
const LOCK_TIMEOUT_S = 120;

/** A package of Debian's, which is installed where this process may do so. */
export const debian: Source = {
  name: 'debian',
  isOwn: true,
  async find({ program }) {
    if (program === undefined) return { missing: 'it comes with the gateway' };
    return installProgram(program);
  },
};

/** Installs a program of Debian's, or says why it cannot. */
export function installProgram({
  name,
  debianPackage,
}: {
  readonly name: string;
  readonly debianPackage: string;
}): Finding {
  const missing = `Debian's package ${debianPackage}`;
  if (process.getuid?.() !== 0) return { missing: `only root may install ${missing}` };
  if (lookFor('apt-get') === undefined) return { missing: `there is no apt-get to install ${missing}` };
  if (!aptGet('install', debianPackage)) {
    aptGet('update');
    aptGet('install', debianPackage);
  }
  const installed = lookFor(name);
  return installed === undefined ? { missing: `apt-get could not install ${missing}` } : { at: installed };
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
