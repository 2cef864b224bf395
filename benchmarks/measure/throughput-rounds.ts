import { openLoad } from '../load/closed-loop.ts';
import type { LoadResult } from '../load/tally.ts';
import { bodyOf, type TargetName, type Workload } from '../load/workload.ts';
import type { Rig } from '../processes/rig.ts';
import { type BillingCheck, openBillingCheck } from './billing-check.ts';
import { type CpuAccount, cpuBetween, readCpu } from './cpu-account.ts';
import { interleave } from './interleave.ts';

export interface ThroughputRound {
  readonly load: LoadResult;
  readonly requestsPerSecond: number;
  /** From the first request to the last charge. */
  readonly wallMs: number;
  readonly cpu: CpuAccount;
  /** Of the gateway only. */
  readonly billing: BillingCheck | undefined;
}

export interface ThroughputOptions {
  readonly rig: Rig;
  readonly workload: Workload;
  readonly callers: number;
  readonly rounds: number;
  readonly seconds: number;
  /** For compilers, caches and connections to settle; its figures are thrown away. */
  readonly warmUpSeconds: number;
  readonly signal: AbortSignal;
}

/** Puts the same load on direct path, bare proxy and gateway in turn; the gateway's charges are waited for and checked. */
export async function measureThroughput(
  options: ThroughputOptions,
): Promise<Readonly<Record<TargetName, readonly ThroughputRound[]>>> {
  const { rig, workload, callers, signal } = options;
  await using open = new AsyncDisposableStack();
  const parts = rig.targets.map((target) => {
    const body = bodyOf(workload, target.name);
    const load = open.use(openLoad({ ...target, body, isStream: workload.isStream, callers, signal }));
    const measure = async (seconds: number): Promise<ThroughputRound> => {
      const check = target.name === 'gateway' ? await openBillingCheck(rig) : undefined;
      const before = await readCpu(rig);
      const startedAtMs = performance.now();
      const result = await load.run({ durationMs: seconds * 1_000 });
      const billing = await check?.settle(result.answered, signal);
      const wallMs = performance.now() - startedAtMs;
      const cpu = cpuBetween(before, await readCpu(rig));
      return { load: result, requestsPerSecond: (result.answered / result.elapsedMs) * 1_000, wallMs, cpu, billing };
    };
    return { name: target.name, measure };
  });
  const rounds: Record<TargetName, ThroughputRound[]> = { direct: [], 'bare proxy': [], gateway: [] };
  for (const { measure } of parts) await measure(options.warmUpSeconds);
  await interleave(options.rounds, parts, async ({ name, measure }) => {
    rounds[name].push(await measure(options.seconds));
  });
  return rounds;
}

/** What went wrong in rounds, for people to read; empty: nothing, and the figures count. */
export function faultsOfRounds(where: string, rounds: readonly Pick<ThroughputRound, 'load' | 'billing'>[]): string[] {
  return rounds.flatMap(({ load, billing }, index) =>
    [
      ...Object.entries(load.failures).map(([what, count]) => `${count} times ${what}`),
      ...(load.answered === 0 ? ['nothing was answered'] : []),
      ...(billing?.faults ?? []),
    ].map((fault) => `${where}, round ${index + 1}: ${fault}`),
  );
}
