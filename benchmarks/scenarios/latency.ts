import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, openLoad } from '../load/closed-loop.ts';
import { addResults, type LoadResult } from '../load/tally.ts';
import { warmUp } from '../load/warm-up.ts';
import { bodyOf, type TargetName, targetNames, type WorkloadName, workloads } from '../load/workload.ts';
import { type BillingCheck, openBillingCheck } from '../measure/billing-check.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { faultsOfRounds } from '../measure/throughput-rounds.ts';
import { type Rig, startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import type { Scenario } from './scenario.ts';

const DEFAULT_WORKLOADS: readonly WorkloadName[] = ['small'];

/** So few that a disturbance of a tenth of a second meets all three targets. */
const BLOCK_REQUESTS = 50;

/** After each block, so that what the gateway still does for it (charging) is not in the next one's way. */
const BLOCK_PAUSE_MS = 20;

const GOAL = { workload: 'small', addedP50Ms: 3 } as const;

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
type Percentiles = Readonly<Record<keyof typeof SHARES, Figure>>;

interface Case {
  readonly workload: WorkloadName;
  readonly requestsPerTarget: number;
  readonly latencyMs: Readonly<Record<TargetName, Percentiles>>;
  /** The gateway's percentile less the other's, round by round. */
  readonly addedToDirectMs: Percentiles;
  readonly addedToBareProxyMs: Percentiles;
}

/** What one caller waits for, and how much of that is the gateway's, in strict durability. */
export const measureLatency: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  const cases: Case[] = [];
  const faults: string[] = [];
  for (const name of options.workloads ?? DEFAULT_WORKLOADS) {
    const rounds = await measureCase(rig, name, { ...options, signal });
    for (const target of targetNames) {
      faults.push(...faultsOfRounds(`${workloads[name].title}, ${target}`, rounds[target]));
    }
    cases.push(caseOf(name, rounds));
  }
  const goalCase = cases.find(({ workload }) => workload === GOAL.workload);
  const added = goalCase?.addedToDirectMs.p50.median ?? Number.NaN;
  return {
    method: `1 caller, keep-alive, blocks of ${BLOCK_REQUESTS} requests in turn, ${options.rounds} rounds of ${options.seconds} s a target, simulator at 0 ms; median (min–max) of rounds, added is the difference within a round`,
    tables: cases.map(tableOf),
    figures: cases,
    goals:
      goalCase === undefined
        ? []
        : [
            {
              what: `added to the direct path, p50 below ${GOAL.addedP50Ms} ms: ${added.toFixed(2)} ms`,
              isMet: added < GOAL.addedP50Ms,
            },
          ],
    faults,
  };
};

interface LatencyRound {
  readonly load: LoadResult;
  readonly billing: BillingCheck | undefined;
}

async function measureCase(
  rig: Rig,
  workload: WorkloadName,
  options: {
    readonly rounds: number;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
): Promise<Readonly<Record<TargetName, readonly LatencyRound[]>>> {
  const { signal, seconds } = options;
  const { isStream } = workloads[workload];
  await using open = new AsyncDisposableStack();
  const parts = rig.targets.map((target) => {
    const body = bodyOf(workloads[workload], target.name);
    const part = { ...target, body, isStream };
    return { ...part, load: open.use(openLoad({ ...part, callers: 1, signal })) };
  });
  const warmUpCheck = await openBillingCheck(rig);
  const warm = new Map<TargetName, LoadResult>();
  for (const part of parts) warm.set(part.name, await warmUp(part, signal));
  await warmUpCheck.settle(warm.get('gateway')?.answered ?? 0, signal);
  const rounds: Record<TargetName, LatencyRound[]> = { direct: [], 'bare proxy': [], gateway: [] };
  for (let round = 0; round < options.rounds; round += 1) {
    const check = await openBillingCheck(rig);
    const results = await blocksUntil(performance.now() + seconds * 1_000 * parts.length, parts, signal);
    const billing = await check.settle(results.gateway?.answered ?? 0, signal);
    for (const target of targetNames) {
      const load = results[target];
      if (load !== undefined) rounds[target].push({ load, billing: target === 'gateway' ? billing : undefined });
    }
  }
  return rounds;
}

async function blocksUntil(
  endMs: number,
  parts: readonly { readonly name: TargetName; readonly load: Load }[],
  signal: AbortSignal,
): Promise<Partial<Record<TargetName, LoadResult>>> {
  const results: Partial<Record<TargetName, LoadResult>> = {};
  while (performance.now() < endMs) {
    await interleave(parts.length, parts, async ({ name, load }) => {
      const block = await load.run({ requests: BLOCK_REQUESTS });
      const before = results[name];
      results[name] = before === undefined ? block : addResults(before, block);
      await sleep(BLOCK_PAUSE_MS, undefined, { signal });
    });
  }
  return results;
}

function caseOf(workload: WorkloadName, rounds: Readonly<Record<TargetName, readonly LatencyRound[]>>): Case {
  const values = (target: TargetName, share: number): number[] =>
    rounds[target].map(({ load }) => percentile(load.latenciesMs, share));
  const percentiles = (figure: (share: number) => Figure): Percentiles => ({
    p50: figure(SHARES.p50),
    p90: figure(SHARES.p90),
    p99: figure(SHARES.p99),
  });
  const of = (target: TargetName): Percentiles => percentiles((share) => figureOf(values(target, share)));
  const addedTo = (target: TargetName): Percentiles =>
    percentiles((share) => {
      const others = values(target, share);
      return figureOf(values('gateway', share).map((value, index) => value - (others[index] ?? Number.NaN)));
    });
  return {
    workload,
    requestsPerTarget: rounds.gateway.reduce((soFar, { load }) => soFar + load.answered, 0),
    latencyMs: { direct: of('direct'), 'bare proxy': of('bare proxy'), gateway: of('gateway') },
    addedToDirectMs: addedTo('direct'),
    addedToBareProxyMs: addedTo('bare proxy'),
  };
}

function tableOf({ workload, requestsPerTarget, latencyMs, addedToDirectMs, addedToBareProxyMs }: Case) {
  const row = (name: string, { p50, p90, p99 }: Percentiles): string[] => [
    name,
    ...[p50, p90, p99].map((figure) => figureText(figure, 3)),
  ];
  return {
    title: `Milliseconds a request, ${workloads[workload].title}, ${requestsPerTarget} requests a target`,
    columns: ['', 'p50', 'p90', 'p99'],
    rows: [
      ...targetNames.map((target) => row(target, latencyMs[target])),
      row('gateway − direct', addedToDirectMs),
      row('gateway − bare proxy', addedToBareProxyMs),
    ],
  };
}
