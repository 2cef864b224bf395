import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * Generates the code anew into an empty folder and says, line by line, how what is committed differs from it.
 * `generate` writes below the folder as it would below the root of the repository, and returns false when it failed.
 */
export async function findDrift(committed: string, generate: (outDir: string) => boolean): Promise<string[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'generated-code-'));
  try {
    if (!generate(outDir)) return ['the code could not be generated, see above'];
    const root = join(import.meta.dirname, '..');
    return await compare(committed, join(outDir, relative(root, committed)));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

async function compare(committed: string, generated: string): Promise<string[]> {
  const [before, after] = await Promise.all([filesOf(committed), filesOf(generated)]);
  if (after.size === 0) return ['nothing was generated'];
  const drift: string[] = [];
  for (const [path, text] of after) {
    const old = before.get(path);
    if (old === undefined) drift.push(`missing: ${path}`);
    else if (old !== text) drift.push(`differs: ${path}`);
  }
  for (const path of before.keys()) {
    if (!after.has(path)) drift.push(`generated from nothing: ${path}`);
  }
  return drift.sort();
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [relative(folder, path), await readFile(path, 'utf8')]),
    ),
  );
}
