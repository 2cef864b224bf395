import { type Browser, chromium } from 'playwright-core';
import { installProgram } from './servers/sources/debian.ts';
import { lookFor } from './servers/sources/program.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A browser without a window: the one of TEST_CHROMIUM, else of this machine, else Debian's, which is installed where this process
 * may. Throws where there is none: nobody should take a test that looked at nothing for one that passed.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath =
    process.env['TEST_CHROMIUM'] || names.map(lookFor).find((path) => path !== undefined) || installed();
  // A container's root has no sandbox to put the browser in, and the only pages are the gateway's own.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
}

function installed(): string {
  const found = installProgram({ name: 'chromium', debianPackage: 'chromium' });
  if ('at' in found) return found.at;
  throw new Error(
    `there is no browser for the tests (${found.missing}): set TEST_CHROMIUM to one of Chromium's family`,
  );
}
