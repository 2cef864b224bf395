import type { ContainerRuntimeClient } from 'testcontainers';
import { rejectWhenLate } from './reject-when-late.ts';

/** The reaper's image is small; a daemon that cannot get it mostly says so at once. */
const REAPER_TIMEOUT_MS = 60_000;

let runtime: Promise<ContainerRuntimeClient> | undefined;
let reaper: Promise<void> | undefined;

/**
 * The Docker daemon, by the rules of testcontainers (DOCKER_HOST, the usual sockets, its properties file). The package is
 * loaded only here: loading it takes longer than most test files do.
 */
export function docker(): Promise<ContainerRuntimeClient> {
  runtime ??= import('testcontainers').then(({ getContainerRuntimeClient }) => getContainerRuntimeClient());
  return runtime;
}

/**
 * Testcontainers runs a container beside ours that removes them when a test process is killed. Where its image is not to
 * be had, nothing would start: it is switched off, for this process and those it starts, and the labels that ours have
 * anyway (leftovers.ts) must do.
 */
export function settleReaper(client: ContainerRuntimeClient): Promise<void> {
  reaper ??= startReaper(client);
  return reaper;
}

async function startReaper(client: ContainerRuntimeClient): Promise<void> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] !== undefined) return;
  const { getReaper } = await import('testcontainers');
  try {
    await rejectWhenLate(getReaper(client), REAPER_TIMEOUT_MS);
  } catch (error) {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    console.error(`Containers are removed by this run itself, since testcontainers' reaper does not start: ${error}`);
  }
}
