import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The process id of the PostgreSQL that a data directory's gateway has started. */
export async function postmasterPid(dataDir: string): Promise<number> {
  const file = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
  return Number(file.split('\n', 1)[0]);
}

/**
 * Stops a server's first process, so that it makes no more, and then all the others. Returns them, to be killed or sent
 * SIGCONT. Linux only.
 */
export async function freeze(pid: number): Promise<number[]> {
  process.kill(pid, 'SIGSTOP');
  const all = await processesOf(pid);
  signalAll(all, 'SIGSTOP');
  return all;
}

/** A server's first process and its children. Linux only. */
export async function processesOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(async (each) => [Number(each), await parentOf(each)] as const));
  return [pid, ...parents.flatMap(([each, parent]) => (parent === pid ? [each] : []))];
}

/** Whether any PostgreSQL runs on the data directory. Linux only. */
export async function hasServer(dataDir: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.some((command) => command.includes('bin/postgres') && command.includes(join(dataDir, 'postgres')));
}

/** Sends a signal to those that are still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command before it may hold anything, a bracket included.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}
