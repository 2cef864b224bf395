import { readdir, readFile } from 'node:fs/promises';

/** A process that another one has started. */
export interface ChildOfProcess {
  readonly command: string;
  /** As `NAME=value`. */
  readonly environment: readonly string[];
}

/** The processes below one, at any depth, as anyone with access to /proc sees them. Linux only. */
export async function childrenOf(pid: number): Promise<readonly ChildOfProcess[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // pid (command) state ppid: the command may hold blanks and brackets.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === pid || (parent > 1 && isBelow(parent)));
  };
  return Promise.all(
    [...parents.keys()].filter(isBelow).map(async (child) => ({
      command: (await partsOf(child, 'cmdline')).join(' '),
      environment: await partsOf(child, 'environ'),
    })),
  );
}

async function partsOf(pid: number, file: 'cmdline' | 'environ'): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  return text.split('\0').filter((part) => part !== '');
}
