/**
 * Builds the console into console/dist, unless what is there was built from the same sources. `--force` builds it anyway. The old
 * one is served until the new one is whole. Of several that run at once one builds, and the others wait for it.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../console', import.meta.url));
const built = join(root, 'dist');
const next = join(root, 'dist.next');
const marker = join(root, '.building');
/** What `dist` was built from. */
const SOURCES = '.sources';
/** A build takes some seconds. */
const TURN_PAUSE_MS = 100;

const wanted = await sourcesDigest();
if (!process.argv.includes('--force') && (await readText(join(built, SOURCES))) === wanted) process.exit(0);
await takeTurn();
try {
  // Another one may have built it meanwhile.
  if (process.argv.includes('--force') || (await readText(join(built, SOURCES))) !== wanted) await buildAnew();
} finally {
  await rm(marker, { force: true });
}

async function buildAnew(): Promise<void> {
  // A test says "test", which would build React's checks and the paths of sources in.
  process.env['NODE_ENV'] = 'production';
  // Not before: most starts build nothing.
  const { build } = await import('vite');
  await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: next, emptyOutDir: true },
  });
  await writeFile(join(next, SOURCES), wanted);
  await rm(built, { recursive: true, force: true });
  await rename(next, built);
  console.log('the console is built');
}

/** Resolves when no other process builds. The marker of one that was killed is taken away. */
async function takeTurn(): Promise<void> {
  for (;;) {
    try {
      return await writeFile(marker, String(process.pid), { flag: 'wx' });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    await pause(TURN_PAUSE_MS);
    const builder = Number(await readText(marker));
    if (builder > 0 && !isAlive(builder)) await rm(marker, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Of all its files and of the versions of what it is made with. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  // What is built is not even looked at: another process may be at it.
  const own = (await readdir(root, { withFileTypes: true })).filter(
    ({ name }) => !/^(dist|dist\.next|\.building)$/.test(name),
  );
  const folders = own.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  const within = await Promise.all(folders.map((name) => readdir(name, { recursive: true, withFileTypes: true })));
  const names = [...own, ...within.flat()]
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const name of [...names.sort(), join(root, '../package-lock.json')]) {
    hash.update(name.slice(root.length)).update(await readFile(name));
  }
  return hash.digest('hex');
}

async function readText(name: string): Promise<string> {
  return readFile(name, 'utf8').catch(() => '');
}
