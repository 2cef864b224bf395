import { type TargetName, targetNames, type WorkloadName, workloads } from '../load/workload.ts';
import { type CpuAccount, processNames } from '../measure/cpu-account.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import { faultsOfRounds, measureThroughput, type ThroughputRound } from '../measure/throughput-rounds.ts';
import { startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const DEFAULT_WORKLOADS: readonly WorkloadName[] = ['small'];

const US_PER_MS = 1_000;

interface Case {
  readonly workload: WorkloadName;
  readonly callers: number;
  readonly target: TargetName;
  readonly requestsPerSecond: Figure;
  /** Microseconds of CPU a request, by process. */
  readonly cpuUs: Readonly<Record<keyof CpuAccount, Figure>>;
  /** CPU time over time: 1 is one core in full, which is all that a single JavaScript thread can use. */
  readonly cores: Readonly<Record<keyof CpuAccount, Figure>>;
}

/** CPU time a request, process by process: where the next bottleneck is. */
export const measureHops: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  const cases: Case[] = [];
  const faults: string[] = [];
  for (const name of options.workloads ?? DEFAULT_WORKLOADS) {
    for (const callers of options.callers) {
      const { rounds, seconds } = options;
      const workload = workloads[name];
      const results = await measureThroughput({
        ...{ rig, workload, callers, rounds, seconds, signal },
        warmUpSeconds: warmUpSeconds(options),
      });
      for (const target of targetNames) {
        cases.push({ workload: name, callers, target, ...accountOf(results[target]) });
        faults.push(...faultsOfRounds(`${workload.title}, ${callers} callers, ${target}`, results[target]));
      }
    }
  }
  return {
    method: `as in throughput, ${options.rounds} rounds of ${options.seconds} s a target in turn; CPU time (user and system, all threads) of each process, from before the first request until the last charge; median (min–max) of rounds`,
    tables: [
      tableOf('CPU a request, in microseconds', cases, ({ cpuUs }) => cpuUs, 0),
      tableOf('Cores in use', cases, ({ cores }) => cores, 2),
    ],
    figures: cases,
    goals: [],
    faults,
  };
};

function accountOf(rounds: readonly ThroughputRound[]): Pick<Case, 'requestsPerSecond' | 'cpuUs' | 'cores'> {
  const byProcess = (figure: (round: ThroughputRound, cpuMs: number) => number): Case['cores'] => {
    const entries = processNames.map((name) => [name, figureOf(rounds.map((round) => figure(round, round.cpu[name])))]);
    return Object.fromEntries(entries) as Case['cores'];
  };
  return {
    requestsPerSecond: figureOf(rounds.map((round) => round.requestsPerSecond)),
    cpuUs: byProcess(({ load }, cpuMs) => (cpuMs * US_PER_MS) / load.answered),
    cores: byProcess(({ wallMs }, cpuMs) => cpuMs / wallMs),
  };
}

function tableOf(title: string, cases: readonly Case[], pick: (each: Case) => Case['cores'], decimals: number) {
  return {
    title,
    columns: ['target', 'body', 'callers', 'req/s', ...processNames],
    rows: cases.map((each) => [
      each.target,
      workloads[each.workload].title,
      String(each.callers),
      figureText(each.requestsPerSecond, 0),
      ...processNames.map((name) => figureText(pick(each)[name], decimals)),
    ]),
  };
}
