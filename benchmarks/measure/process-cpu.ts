import { readdir, readFile } from 'node:fs/promises';

/**
 * Linux counts a process' time in ticks of 10 ms (USER_HZ, part of its interface on all common platforms), so that a
 * second of load is known to a percent.
 */
const TICKS_PER_SECOND = 100;
const MS_PER_TICK = 1_000 / TICKS_PER_SECOND;

/** CPU time of one process, all its threads, user and system, so far. Throws where there is no /proc. */
export async function cpuMsOf(pid: number): Promise<number> {
  return (await readTimes(pid)).ownMs;
}

/** CPU time of a process and its children, those that have ended (and were waited for) included. */
export async function cpuMsOfFamily(pid: number): Promise<number> {
  const parent = await readTimes(pid);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // One that ends while it is looked at is counted by its parent at the next look.
  const all = await Promise.all(pids.map((each) => readTimes(each).catch(() => undefined)));
  const children = all.filter((each) => each?.parentPid === pid);
  return parent.ownMs + parent.endedChildrenMs + children.reduce((soFar, child) => soFar + (child?.ownMs ?? 0), 0);
}

async function readTimes(pid: number): Promise<{ parentPid: number; ownMs: number; endedChildrenMs: number }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // pid (name) state ppid …: the name may hold blanks and brackets, so that fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    parentPid: field(4),
    ownMs: (field(14) + field(15)) * MS_PER_TICK,
    endedChildrenMs: (field(16) + field(17)) * MS_PER_TICK,
  };
}
