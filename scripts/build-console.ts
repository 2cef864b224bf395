/**
 * Builds the console into console/dist, unless what is there was built from the same sources. `--force` builds it anyway. The old
 * one is served until the new one is whole.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../console', import.meta.url));
const built = join(root, 'dist');
const next = join(root, 'dist.next');
const marker = join(root, '.building');
/** What `dist` was built from. */
const SOURCES = '.sources';

const wanted = await sourcesDigest();
if (!process.argv.includes('--force') && (await readText(join(built, SOURCES))) === wanted) process.exit(0);
await writeFile(marker, String(process.pid));
try {
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
} finally {
  await rm(marker, { force: true });
}

/** Of all its files and of the versions of what it is made with. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((name) => !/[\\/](dist|dist\.next)[\\/]|\.building$/.test(name.slice(root.length)));
  for (const name of [...names.sort(), join(root, '../package-lock.json')]) {
    hash.update(name.slice(root.length)).update(await readFile(name));
  }
  return hash.digest('hex');
}

async function readText(name: string): Promise<string> {
  return readFile(name, 'utf8').catch(() => '');
}
