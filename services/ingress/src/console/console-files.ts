import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SharedBody, sharedBody } from '../http/shared-body.ts';

/** Where `scripts/build-console.ts` puts the console. */
const BUILT = fileURLToPath(new URL('../../../../console/dist', import.meta.url));
/** Is there while it is being built. */
const BUILDING = fileURLToPath(new URL('../../../../console/.building', import.meta.url));

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface ConsoleFile {
  readonly contentType: string;
  /** Its name has a digest of what is in it. */
  readonly isForEver: boolean;
  readonly body: () => Promise<SharedBody>;
}

/** The files of the console, as they were built last. A path that is none of them is one of its screens. */
export interface ConsoleFiles {
  /** undefined: there is no such file, or nothing is built. */
  find(path: string): Promise<ConsoleFile | undefined>;
  /** How long it has been built for, in milliseconds; null: nobody builds it. */
  buildingForMs(): Promise<number | null>;
}

export function createConsoleFiles(folder: string = BUILT, marker: string = BUILDING): ConsoleFiles {
  let files: ReadonlyMap<string, ConsoleFile> = new Map();
  let builtAtMs = 0;

  /** Names come from the folder, never from a URL. */
  async function read(): Promise<ReadonlyMap<string, ConsoleFile>> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return new Map(names.map((name) => [name.slice(folder.length + 1).replaceAll('\\', '/'), fileOf(name)]));
  }

  return {
    async find(path) {
      const at = await changedAtMs(join(folder, 'index.html'));
      if (at === null) return undefined;
      if (at !== builtAtMs) [files, builtAtMs] = [await read(), at];
      return files.get(path);
    },
    async buildingForMs() {
      const at = await changedAtMs(marker);
      return at === null ? null : Math.max(0, Date.now() - at);
    },
  };
}

function fileOf(name: string): ConsoleFile {
  return {
    contentType: contentTypes[extname(name)] ?? 'application/octet-stream',
    isForEver: /[\\/]assets[\\/]/.test(name),
    body: sharedBody(() => readFile(name)),
  };
}

async function changedAtMs(name: string): Promise<number | null> {
  try {
    return (await stat(name)).mtimeMs;
  } catch {
    return null;
  }
}
