import { readFile } from 'node:fs/promises';

const KIB_PER_MB = 1_024;

/** The memory a process has in RAM now. Throws where there is no /proc. */
export async function residentMbOf(pid: number): Promise<number> {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  if (match === null) throw new Error(`/proc/${pid}/status does not tell VmRSS`);
  return Number(match[1]) / KIB_PER_MB;
}
